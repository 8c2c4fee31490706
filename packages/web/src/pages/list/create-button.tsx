import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { openCreate } from '../../app/create-dialog.tsx'
import type { ShownType } from '../../records/object-types.ts'

export const CreateButton = ({ type }: { type: ShownType }) => (
  <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => openCreate({ type: type.name })}>
    New {type.label.toLowerCase()}
  </Button>
)
