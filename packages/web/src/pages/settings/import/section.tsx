import { Badge, Button, FileInput, Group, Modal, Select, Stack, Table, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { messageOf, ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import type { SectionProps } from '../page.tsx'
import { Head, momentText } from '../parts.tsx'
import styles from '../settings.module.css'
import { ImportPage } from './import.tsx'
import { stateLabels } from './states.ts'

/** The imports of tables, or one of them. */
export default function Imports({ item }: SectionProps) {
  return item === undefined ? <ImportList /> : <ImportPage key={item} id={item} />
}

function ImportList() {
  const [isNew, setIsNew] = useState(false)
  const types = useObjectTypes()
  const { data, error, refetch } = useQuery({ queryKey: ['imports'], queryFn: () => client.admin.imports.list() })
  return (
    <>
      <Head
        title="Import"
        about="Brings in a table from a spreadsheet or another system: see first what each row becomes, take it back if it was wrong."
        action={<Button onClick={() => setIsNew(true)}>New import</Button>}
      />
      {error && <ProblemView error={error} retry={refetch} />}
      {data?.totalCount === 0 && (
        <p className="muted">Nothing has been imported yet. Save a spreadsheet as CSV, then start here.</p>
      )}
      {data && data.totalCount > 0 && (
        <div className={styles['scroll']}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>File</Table.Th>
                <Table.Th>Becomes</Table.Th>
                <Table.Th ta="right">Rows</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Begun</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.data.map(({ id, filename, objectType, counts, state, createdAt }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    <Link to="/settings/$section/$item" params={{ section: 'import', item: id }}>
                      {filename}
                    </Link>
                  </Table.Td>
                  <Table.Td>{types.find(({ name }) => name === objectType)?.pluralLabel ?? objectType}</Table.Td>
                  <Table.Td ta="right">{counts.total.toLocaleString()}</Table.Td>
                  <Table.Td>
                    <Badge color="gray">{stateLabels[state]}</Badge>
                  </Table.Td>
                  <Table.Td>{momentText(createdAt)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {isNew && <NewImport onClose={() => setIsNew(false)} />}
    </>
  )
}

/** Asks for the file and what its rows are, uploads it and has it read. */
function NewImport({ onClose }: { onClose(): void }) {
  const navigate = useNavigate()
  const types = useObjectTypes().filter(({ verbs }) => verbs.includes('create') && verbs.includes('update'))
  const [objectType, setObjectType] = useState('contact')
  const [file, setFile] = useState<File | null>(null)
  const begin = useMutation({
    async mutationFn(chosen: File) {
      const { id: fileId } = await client.file.upload({ filename: chosen.name, mimeType: 'text/csv', data: chosen })
      return client.admin.imports.create({ objectType, fileId })
    },
    onSuccess: ({ id }) => navigate({ to: '/settings/$section/$item', params: { section: 'import', item: id } }),
  })
  return (
    <Modal opened onClose={onClose} title="New import">
      <Stack>
        <Select
          label="Each row is"
          data={types.map(({ name, label }) => ({ value: name, label }))}
          allowDeselect={false}
          searchable
          value={objectType}
          onChange={(name) => name && setObjectType(name)}
        />
        <FileInput
          label="Table"
          description="A CSV file, from any spreadsheet. Its first line names the columns."
          placeholder="Choose a file"
          accept=".csv,.tsv,.txt,text/csv"
          value={file}
          onChange={setFile}
          error={begin.error && messageOf(begin.error)}
        />
        {begin.isPending && (
          <Text size="sm" role="status" className="muted">
            Uploading and reading {file?.name} …
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={!file} loading={begin.isPending} onClick={() => file && begin.mutate(file)}>
            Read the file
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
