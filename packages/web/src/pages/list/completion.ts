import type { Definitions, FieldDefinition } from '../../records/record.ts'

/** Of records that are something to do: the field that says whether it is done, and the one that says until when. */
export type Completion = { status: FieldDefinition; done: string; open: string; due: FieldDefinition | undefined }

/** How a type's records are done, told by the options of one of its fields; undefined for those that are nothing to do. */
export function completionOf({ fields }: Definitions): Completion | undefined {
  const has = ({ typeConfiguration: { options = [] } }: FieldDefinition, id: string) =>
    options.some((option) => option.id === id)
  const status = fields.find((field) => has(field, 'COMPLETE') && has(field, 'TODO'))
  const due = fields.find(({ key }) => key === '$dueAt')
  return status && { status, done: 'COMPLETE', open: 'TODO', due }
}

/** The states in which nothing is left to do. */
const over = new Set(['COMPLETE', 'CANCELLED'])
export const isOver = (status: unknown) => over.has(String(status))
