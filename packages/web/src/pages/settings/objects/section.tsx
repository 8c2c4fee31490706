import { Button, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import type { SectionProps } from '../page.tsx'
import { Head } from '../parts.tsx'
import styles from '../settings.module.css'
import { ObjectPage } from './object.tsx'
import { TypeDialog } from './type-dialog.tsx'

/** The object types, or one of them. */
export default function Objects({ item }: SectionProps) {
  return item === undefined ? <ObjectList /> : <ObjectPage key={item} objectType={item} />
}

function ObjectList() {
  const [isMaking, setIsMaking] = useState(false)
  const { data, error, refetch } = useQuery({ queryKey: ['objects'], queryFn: () => client.admin.objects.list() })
  return (
    <>
      <Head
        title="Objects and fields"
        about="What records there are, and what is kept of each. Add fields to them, or objects of your own."
        action={<Button onClick={() => setIsMaking(true)}>New object</Button>}
      />
      {error && <ProblemView error={error} retry={refetch} />}
      <div className={styles['scroll']}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Object</Table.Th>
              <Table.Th ta="right">Records</Table.Th>
              <Table.Th>Kind</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data?.data.map(({ objectType, label, pluralLabel, recordCount, custom }) => (
              <Table.Tr key={objectType}>
                <Table.Td>
                  <Link to="/settings/$section/$item" params={{ section: 'objects', item: objectType }}>
                    {pluralLabel ?? label}
                  </Link>
                </Table.Td>
                <Table.Td ta="right">{recordCount?.toLocaleString() ?? '–'}</Table.Td>
                <Table.Td className="muted">{custom ? 'your own' : 'built in'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {isMaking && <TypeDialog onClose={() => setIsMaking(false)} />}
    </>
  )
}
