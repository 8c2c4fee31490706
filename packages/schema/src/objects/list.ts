import { defineObject } from './define.ts'

/** A hand-picked list of accounts, contacts or opportunities. Its record is short: members are read by lists of their own. */
export const list = defineObject({
  number: 7,
  name: 'list',
  plural: 'lists',
  label: 'List',
  prefix: 'list',
  title: ['$name'],
  searched: ['$name'],
  details: [],
  verbs: ['create', 'retrieve', 'update', 'list', 'delete', 'fieldHistory'],
  open: false,
  filterable: false,
  omits: ['updatedAt', 'externalId', 'relationships'],
  linkChanges: 'add-remove',
  fields: {
    $name: { id: 701, valueType: 'TEXT', label: 'Name', required: true },
    $objectType: {
      id: 702,
      valueType: 'TEXT',
      label: 'Object type',
      description: 'What its members are: `$account`, `$contact` or `$opportunity`.',
      required: true,
      write: 'create',
    },
  },
  relationships: {
    $accounts: { id: 25, slug: 'list-accounts', label: 'Accounts', objectType: 'account', cardinality: 'HAS_MANY' },
    $contacts: { id: 26, slug: 'list-contacts', label: 'Contacts', objectType: 'contact', cardinality: 'HAS_MANY' },
    $opportunities: {
      id: 27,
      slug: 'list-opportunities',
      label: 'Opportunities',
      objectType: 'opportunity',
      cardinality: 'HAS_MANY',
    },
  },
})
