import { defineObject } from './define.ts'

const fixed = (labels: Record<string, string>) => ({
  options: Object.entries(labels).map(([id, label]) => ({ id, label, description: null })),
})

/** A place where messages are exchanged, brought in from another system. */
export const channel = defineObject({
  number: 11,
  name: 'channel',
  plural: 'channels',
  label: 'Channel',
  prefix: 'chn',
  title: ['$name'],
  searched: [],
  details: [],
  verbs: ['retrieve', 'list'],
  open: false,
  filterable: false,
  namesItself: true,
  visibility: { field: '$visibility', everybody: 'PUBLIC', members: '$member' },
  fields: {
    $name: { id: 1101, valueType: 'TEXT', label: 'Name', required: true },
    $provider: {
      id: 1102,
      valueType: 'SINGLE_SELECT',
      label: 'Provider',
      required: true,
      typeConfiguration: fixed({ SLACK: 'Slack', MICROSOFT_TEAMS: 'Microsoft Teams', LINKEDIN: 'LinkedIn' }),
    },
    $visibility: {
      id: 1103,
      valueType: 'SINGLE_SELECT',
      label: 'Visibility',
      description: 'Who may see it: everybody in the workspace, or its members.',
      required: true,
      typeConfiguration: fixed({ PUBLIC: 'Public', PRIVATE: 'Private' }),
    },
  },
  relationships: {
    $member: { id: 28, slug: 'channel-member', label: 'Members', objectType: 'member', cardinality: 'HAS_MANY' },
    $account: { id: 29, slug: 'channel-account', label: 'Accounts', objectType: 'account', cardinality: 'HAS_MANY' },
    $message: {
      inverseOf: 'message-channel',
      label: 'Messages',
      objectType: 'message',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
  },
})
