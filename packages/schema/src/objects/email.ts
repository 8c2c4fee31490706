import { defineObject } from './define.ts'

const addresses = { multipleValues: true, unique: false, valuesMax: 1000 } as const

/** An e-mail that stands in the mailbox of a member, sent or received. */
export const email = defineObject({
  number: 13,
  name: 'email',
  plural: 'emails',
  label: 'Email',
  prefix: 'eml',
  title: ['$subject', '$from'],
  // Not by its subject, which some may not see.
  searched: [],
  details: [],
  verbs: ['retrieve', 'list'],
  open: false,
  filterable: false,
  happens: '$sentAt',
  pageless: true,
  namesItself: true,
  access: {
    setting: '$privacySetting',
    participants: ['$from', '$to', '$cc', '$bcc'],
    holders: '$holder',
    redacted: ['$subject', '$body'],
    hidden: ['$attachment'],
  },
  fields: {
    $subject: { id: 1301, valueType: 'TEXT', label: 'Subject' },
    $sentAt: { id: 1302, valueType: 'DATETIME', label: 'Sent', required: true },
    $from: { id: 1303, valueType: 'EMAIL', label: 'From', typeConfiguration: addresses },
    $to: { id: 1304, valueType: 'EMAIL', label: 'To', typeConfiguration: addresses },
    $cc: { id: 1305, valueType: 'EMAIL', label: 'Cc', typeConfiguration: addresses },
    $bcc: { id: 1306, valueType: 'EMAIL', label: 'Bcc', typeConfiguration: addresses },
    $privacySetting: { id: 1307, valueType: 'TEXT', label: 'Privacy', description: '`FULL`, `METADATA` or null.' },
    $body: {
      id: 1308,
      valueType: 'HTML',
      label: 'Body',
      description: 'As it came: whoever shows it must not let it run. Not in lists.',
      readOnly: true,
      apart: true,
    },
  },
  relationships: {
    $account: {
      id: 33,
      slug: 'email-account',
      label: 'Accounts',
      objectType: 'account',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $contact: {
      id: 34,
      slug: 'email-contact',
      label: 'Contacts',
      objectType: 'contact',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $attachment: {
      id: 35,
      slug: 'email-attachment',
      label: 'Attachments',
      objectType: 'file',
      cardinality: 'HAS_MANY',
      write: 'never',
      whenAny: true,
    },
  },
  unseen: {
    $holder: {
      id: 36,
      slug: 'email-holder',
      label: 'Holders',
      description: 'The members in whose mailboxes it is.',
      objectType: 'member',
      cardinality: 'HAS_MANY',
    },
    $opportunity: {
      id: 37,
      slug: 'email-opportunity',
      label: 'Opportunities',
      description: 'Those of its contacts.',
      objectType: 'opportunity',
      cardinality: 'HAS_MANY',
    },
  },
})
