import { Button, Checkbox, Group, Modal, MultiSelect, Radio, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import type { ShownType } from '../../records/object-types.ts'
import type { AnyRecord, Definitions } from '../../records/record.ts'

type Extent = 'fields' | 'everything' | 'record'

type Props = { type: ShownType; record: AnyRecord; title: string; definitions: Definitions; onClose(): void }

/** Asks what is to be erased of a record, and whether that is meant. */
export function Erase({ type, record, title, definitions, onClose }: Props) {
  const navigate = useNavigate()
  const [extent, setExtent] = useState<Extent>('everything')
  const [chosen, setChosen] = useState<string[]>([])
  const [emails, setEmails] = useState(false)
  const [typed, setTyped] = useState('')
  const fields = definitions.fields.filter(({ readOnly }) => !readOnly)
  const isMeant = typed.trim().toLowerCase() === 'erase' && (extent !== 'fields' || chosen.length > 0)
  const erase = useMutation({
    mutationFn: () =>
      client.admin.erasures.create({
        recordId: record.id,
        ...(extent === 'fields' && { fields: chosen }),
        ...(extent === 'record' && { remove: true }),
        ...(emails && { emails }),
      }),
    async onSuccess() {
      if (extent === 'record') await navigate({ to: `/${type.plural}` })
      onClose()
      notifications.show({ message: 'Erased, wherever it stood.' })
      await queryClient.invalidateQueries()
    },
    onError: (error) => notifications.show({ color: 'red', title: 'Nothing was erased', message: messageOf(error) }),
  })
  return (
    <Modal opened onClose={onClose} title={`Erase ${title}`}>
      <Stack>
        <Text size="sm">
          Unlike deleting, this cannot be taken back: what you choose is taken out of the record, its history, search,
          workflows and the tables it was imported from, and again out of every older backup that is restored.
        </Text>
        <Radio.Group label="What" value={extent} onChange={(value) => setExtent(value as Extent)}>
          <Stack gap="xs" mt="xs">
            <Radio value="everything" label="All fields; an empty record stays, with its links" />
            <Radio value="fields" label="Some fields" />
            <Radio value="record" label="All fields, and the record itself" />
          </Stack>
        </Radio.Group>
        {extent === 'fields' && (
          <MultiSelect
            label="Fields"
            searchable
            data={fields.map(({ key, label }) => ({ value: key, label }))}
            value={chosen}
            onChange={setChosen}
          />
        )}
        <Checkbox
          label="The e-mails that it is linked to as well, with attachments"
          checked={emails}
          onChange={({ currentTarget }) => setEmails(currentTarget.checked)}
        />
        <Text size="sm" className="muted">
          What others wrote about them in notes, tasks, meetings and files stays: look for it by search.
        </Text>
        <TextInput
          label="Type “erase” to say that you mean it"
          autoComplete="off"
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" disabled={!isMeant} loading={erase.isPending} onClick={() => erase.mutate()}>
            Erase for good
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
