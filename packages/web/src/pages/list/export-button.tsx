import { Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { messageOf } from '../../app/problem.tsx'
import type { SearchParams } from '../../app/search-params.ts'
import { client } from '../../app/server.ts'
import type { ShownType } from '../../records/object-types.ts'
import type { ShownColumn } from './columns.ts'
import { isMoment } from './subjects.ts'

type ExportProps = {
  type: ShownType
  filters: SearchParams
  sort: string | undefined
  columns: readonly ShownColumn[]
}

/** Downloads the records that the list shows, in its order, with its columns. */
export function ExportButton({ type, filters, sort, columns }: ExportProps) {
  const fields = columns.filter(({ subject }) => !isMoment(subject)).map(({ key }) => key)
  const download = useMutation({
    async mutationFn(format: 'table' | 'lines') {
      const query = { filter: filters, ...(sort && { sort }), fields }
      const { url } = await client.admin.exports[format](type.name, query)
      location.assign(url)
    },
    onError: (error) => notifications.show({ color: 'red', message: messageOf(error) }),
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} loading={download.isPending}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => download.mutate('table')}>CSV for spreadsheets</Menu.Item>
        <Menu.Item onClick={() => download.mutate('lines')}>JSON, a record a line</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
