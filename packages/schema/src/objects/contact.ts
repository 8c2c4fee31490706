import { defineObject } from './define.ts'

/** A person. */
export const contact = defineObject({
  number: 2,
  name: 'contact',
  plural: 'contacts',
  label: 'Contact',
  prefix: 'con',
  title: ['$name', '$email'],
  verbs: ['create', 'retrieve', 'update', 'list', 'definitions', 'delete', 'restore', 'fieldHistory', 'merge'],
  open: true,
  filterable: true,
  fields: {
    $name: { id: 201, valueType: 'FULL_NAME', label: 'Name' },
    $email: {
      id: 202,
      valueType: 'EMAIL',
      label: 'Email',
      description: 'Their addresses, the main one first.',
      typeConfiguration: { multipleValues: true, unique: false },
    },
    $phone: {
      id: 203,
      valueType: 'TELEPHONE',
      label: 'Phone',
      typeConfiguration: { multipleValues: true, unique: false },
    },
    $title: { id: 204, valueType: 'TEXT', label: 'Title', description: 'What they do at work.' },
    $profilePhotoUrl: {
      id: 205,
      valueType: 'URL',
      label: 'Profile photo',
      typeConfiguration: { multipleValues: false, unique: false },
    },
    $linkedIn: {
      id: 206,
      valueType: 'SOCIAL_HANDLE',
      label: 'LinkedIn',
      typeConfiguration: { handleService: 'LINKEDIN' },
    },
    $twitter: { id: 207, valueType: 'SOCIAL_HANDLE', label: 'X', typeConfiguration: { handleService: 'TWITTER' } },
    $facebook: {
      id: 208,
      valueType: 'SOCIAL_HANDLE',
      label: 'Facebook',
      typeConfiguration: { handleService: 'FACEBOOK' },
    },
    $instagram: {
      id: 209,
      valueType: 'SOCIAL_HANDLE',
      label: 'Instagram',
      typeConfiguration: { handleService: 'INSTAGRAM' },
    },
    $doNotContact: { id: 210, valueType: 'CHECKBOX', label: 'Do not contact' },
    $lastInteractionAt: { id: 211, valueType: 'DATETIME', label: 'Last interaction', readOnly: true },
  },
  relationships: {
    $account: { inverseOf: 'account-contact', label: 'Accounts', objectType: 'account', cardinality: 'HAS_MANY' },
    $owner: { id: 3, slug: 'contact-owner', label: 'Owner', objectType: 'member', cardinality: 'HAS_ONE' },
    $opportunity: {
      inverseOf: ['opportunity-champion', 'opportunity-evaluator'],
      label: 'Opportunities',
      description: 'Those of which the person is champion or evaluator.',
      objectType: 'opportunity',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $task: { inverseOf: 'task-contact', label: 'Tasks', objectType: 'task', cardinality: 'HAS_MANY', write: 'never' },
    $note: { inverseOf: 'note-contact', label: 'Notes', objectType: 'note', cardinality: 'HAS_MANY', write: 'never' },
    $meeting: {
      inverseOf: 'meeting-contact',
      label: 'Meetings',
      objectType: 'meeting',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
  },
})
