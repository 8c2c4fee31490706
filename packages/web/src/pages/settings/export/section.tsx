import { Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import type { DownloadLink } from '@openfield/sdk'
import { useState } from 'react'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { Head, useChange } from '../parts.tsx'

const download = ({ url }: DownloadLink) => location.assign(url)

/** Everything, or the records of a type, to take away. */
export default function Export() {
  const types = useObjectTypes().filter(({ verbs }) => verbs.includes('list'))
  const [objectType, setObjectType] = useState(types[0]?.name ?? '')
  const everything = useChange(() => client.admin.exports.archive(), [], download)
  const table = useChange(() => client.admin.exports.table(objectType), [], download)
  const lines = useChange(() => client.admin.exports.lines(objectType), [], download)
  return (
    <Stack gap="xl">
      <div>
        <Head
          title="Export"
          about="What is yours, in formats that anything reads. A table that was exported can be imported again."
        />
        <Title order={3}>Everything</Title>
        <Text size="sm" className="muted" mb="xs">
          One archive with all records as CSV and as JSON, and what is defined.
        </Text>
        <Button loading={everything.isPending} onClick={() => everything.mutate(undefined)}>
          Download everything
        </Button>
      </div>
      <section aria-label="One object">
        <Title order={3} mb="xs">
          One object
        </Title>
        <Group align="flex-end">
          <Select
            label="Records"
            data={types.map(({ name, pluralLabel }) => ({ value: name, label: pluralLabel }))}
            allowDeselect={false}
            searchable
            value={objectType}
            onChange={(name) => name && setObjectType(name)}
          />
          <Button variant="default" loading={table.isPending} onClick={() => table.mutate(undefined)}>
            CSV table
          </Button>
          <Button variant="default" loading={lines.isPending} onClick={() => lines.mutate(undefined)}>
            JSON lines
          </Button>
        </Group>
        <Text size="sm" className="muted" mt="xs">
          To export only some of them, filter the list and export it there.
        </Text>
      </section>
    </Stack>
  )
}
