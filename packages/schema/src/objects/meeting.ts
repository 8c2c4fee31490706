import { defineObject } from './define.ts'

/** A meeting that took place. */
export const meeting = defineObject({
  number: 6,
  name: 'meeting',
  plural: 'meetings',
  label: 'Meeting',
  prefix: 'mtg',
  verbs: [],
  open: false,
  fields: {
    $title: { id: 601, valueType: 'TEXT', label: 'Title', required: true },
    $startDate: { id: 602, valueType: 'DATETIME', label: 'Start', required: true },
    $endDate: { id: 603, valueType: 'DATETIME', label: 'End', required: true },
    $description: { id: 604, valueType: 'TEXT', label: 'Description' },
    $meetingUrl: {
      id: 605,
      valueType: 'URL',
      label: 'Meeting URL',
      typeConfiguration: { multipleValues: false, unique: false },
    },
    $organizerEmail: {
      id: 606,
      valueType: 'EMAIL',
      label: 'Organizer',
      typeConfiguration: { multipleValues: false, unique: false },
    },
    $attendeeEmails: {
      id: 607,
      valueType: 'EMAIL',
      label: 'Attendees',
      typeConfiguration: { multipleValues: true, unique: false },
    },
    $privacySetting: { id: 608, valueType: 'TEXT', label: 'Privacy' },
    $meetingPrep: { id: 609, valueType: 'MARKDOWN', label: 'Preparation', readOnly: true },
  },
  relationships: {
    $contact: {
      id: 21,
      slug: 'meeting-contact',
      label: 'Contacts',
      objectType: 'contact',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $account: {
      id: 22,
      slug: 'meeting-account',
      label: 'Accounts',
      objectType: 'account',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $opportunity: {
      id: 23,
      slug: 'meeting-opportunity',
      label: 'Opportunities',
      objectType: 'opportunity',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $transcript: {
      id: 24,
      slug: 'meeting-transcript',
      label: 'Transcript',
      objectType: 'file',
      cardinality: 'HAS_ONE',
    },
  },
})
