import { defineObject } from './define.ts'

/** A message in a channel. Who may not see the channel sees that there is one, and not what it says. */
export const message = defineObject({
  number: 12,
  name: 'message',
  plural: 'messages',
  label: 'Message',
  prefix: 'msg',
  title: ['$senderName', '$senderEmail'],
  searched: [],
  details: [],
  verbs: ['retrieve', 'list'],
  open: false,
  filterable: false,
  happens: '$sentAt',
  namesItself: true,
  access: { through: '$channel', redacted: ['$text'], hidden: [] },
  fields: {
    $text: { id: 1201, valueType: 'MARKDOWN', label: 'Text' },
    $sentAt: { id: 1202, valueType: 'DATETIME', label: 'Sent', required: true },
    $senderName: { id: 1203, valueType: 'TEXT', label: 'Sender' },
    $senderEmail: {
      id: 1204,
      valueType: 'EMAIL',
      label: 'Sender address',
      typeConfiguration: { multipleValues: false, unique: false },
    },
  },
  relationships: {
    $channel: {
      id: 30,
      slug: 'message-channel',
      label: 'Channel',
      objectType: 'channel',
      cardinality: 'HAS_ONE',
      required: true,
    },
    $contact: {
      id: 31,
      slug: 'message-contact',
      label: 'Contacts',
      objectType: 'contact',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $account: {
      id: 32,
      slug: 'message-account',
      label: 'Accounts',
      objectType: 'account',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
  },
})
