import { defineObject } from './define.ts'

/** An uploaded file. Its wire shape is its own; here it is what relationships can point to. */
export const file = defineObject({
  number: 9,
  name: 'file',
  plural: 'files',
  label: 'File',
  prefix: 'fil',
  title: ['$filename'],
  searched: ['$filename'],
  details: [],
  verbs: [],
  open: false,
  filterable: false,
  seenWith: { objectType: 'email', key: '$attachment' },
  fields: {
    $filename: { id: 901, valueType: 'TEXT', label: 'Name', readOnly: true },
  },
  relationships: {},
})

/**
 * The edge from a record to a file that is attached to it, for ever, and its key in the log of changes. It stands in no table:
 * the files of a record are read on their own.
 */
export const attachedFiles = { id: 40, key: '$file', label: 'Files', objectType: 'file' } as const
