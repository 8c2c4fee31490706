import { defineObject } from './define.ts'

const statuses = { TODO: 'To do', IN_PROGRESS: 'In progress', COMPLETE: 'Complete', CANCELLED: 'Cancelled' }

/** Something to be done by a member. */
export const task = defineObject({
  number: 4,
  name: 'task',
  plural: 'tasks',
  label: 'Task',
  prefix: 'task',
  title: ['$title'],
  searched: ['$title'],
  details: ['$status'],
  context: '$account',
  verbs: ['create', 'retrieve', 'update', 'list', 'definitions', 'delete', 'restore', 'fieldHistory'],
  open: false,
  filterable: true,
  happens: 'createdAt',
  holdsFiles: true,
  fields: {
    $title: { id: 401, valueType: 'TEXT', label: 'Title', required: true },
    $status: {
      id: 402,
      valueType: 'SINGLE_SELECT',
      label: 'Status',
      required: true,
      typeConfiguration: { options: Object.entries(statuses).map(([id, label]) => ({ id, label, description: null })) },
    },
    $description: { id: 403, valueType: 'MARKDOWN', label: 'Description' },
    $dueAt: { id: 404, valueType: 'DATETIME', label: 'Due' },
  },
  relationships: {
    $assignedTo: {
      id: 11,
      slug: 'task-assigned-to',
      label: 'Assigned to',
      objectType: 'member',
      cardinality: 'HAS_ONE',
      required: true,
    },
    $account: { id: 12, slug: 'task-account', label: 'Account', objectType: 'account', cardinality: 'HAS_ONE' },
    $opportunity: {
      id: 13,
      slug: 'task-opportunity',
      label: 'Opportunity',
      objectType: 'opportunity',
      cardinality: 'HAS_ONE',
    },
    $contact: { id: 14, slug: 'task-contact', label: 'Contacts', objectType: 'contact', cardinality: 'HAS_MANY' },
    $createdBy: {
      id: 15,
      slug: 'task-created-by',
      label: 'Created by',
      objectType: 'member',
      cardinality: 'HAS_ONE',
      write: 'create',
    },
    $note: { inverseOf: 'note-task', label: 'Notes', objectType: 'note', cardinality: 'HAS_MANY', write: 'never' },
  },
})
