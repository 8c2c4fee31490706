import { defineObject } from './define.ts'

/** Text about accounts, contacts, opportunities and tasks. */
export const note = defineObject({
  number: 5,
  name: 'note',
  plural: 'notes',
  label: 'Note',
  prefix: 'note',
  title: ['$title'],
  searched: ['$title'],
  details: [],
  verbs: ['create', 'retrieve', 'update', 'list', 'definitions', 'delete', 'restore', 'fieldHistory'],
  open: false,
  filterable: true,
  happens: 'createdAt',
  holdsFiles: true,
  linkChanges: 'one-of-add-remove',
  fields: {
    $title: { id: 501, valueType: 'TEXT', label: 'Title', required: true },
    $content: { id: 502, valueType: 'MARKDOWN', label: 'Content' },
  },
  relationships: {
    $account: { id: 17, slug: 'note-account', label: 'Accounts', objectType: 'account', cardinality: 'HAS_MANY' },
    $opportunity: {
      id: 18,
      slug: 'note-opportunity',
      label: 'Opportunities',
      objectType: 'opportunity',
      cardinality: 'HAS_MANY',
    },
    $contact: { id: 19, slug: 'note-contact', label: 'Contacts', objectType: 'contact', cardinality: 'HAS_MANY' },
    $task: { id: 16, slug: 'note-task', label: 'Tasks', objectType: 'task', cardinality: 'HAS_MANY' },
    $createdBy: {
      id: 20,
      slug: 'note-created-by',
      label: 'Created by',
      objectType: 'member',
      cardinality: 'HAS_ONE',
      write: 'never',
    },
  },
})
