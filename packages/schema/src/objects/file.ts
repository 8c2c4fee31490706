import { defineObject } from './define.ts'

/** An uploaded file. Its wire shape is its own; here it is what relationships can point to. */
export const file = defineObject({
  number: 9,
  name: 'file',
  plural: 'files',
  label: 'File',
  prefix: 'fil',
  title: [],
  verbs: [],
  open: false,
  filterable: false,
  fields: {},
  relationships: {},
})
