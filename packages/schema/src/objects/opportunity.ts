import { defineObject } from './define.ts'
import { optionsOf } from './options.ts'

/** A deal that may be won. */
export const opportunity = defineObject({
  number: 3,
  name: 'opportunity',
  plural: 'opportunities',
  label: 'Opportunity',
  prefix: 'opp',
  verbs: ['create', 'retrieve', 'update', 'list', 'definitions'],
  open: true,
  fields: {
    $name: { id: 301, valueType: 'TEXT', label: 'Name', required: true },
    $stage: {
      id: 302,
      valueType: 'SINGLE_SELECT',
      label: 'Stage',
      description: 'How far the opportunity has come.',
      required: true,
      typeConfiguration: {
        options: optionsOf('opportunity.$stage', ['Lead', 'Qualification', 'Demo', 'Trial', 'Proposal', 'Won', 'Lost']),
      },
    },
    $amount: { id: 303, valueType: 'CURRENCY', label: 'Amount', typeConfiguration: { currency: 'USD' } },
    $closeDate: { id: 304, valueType: 'DATETIME', label: 'Close date' },
    $nextStep: { id: 305, valueType: 'TEXT', label: 'Next step' },
    $closeReason: { id: 306, valueType: 'TEXT', label: 'Close reason', description: 'Why it was won or lost.' },
    $opportunityStatus: {
      id: 307,
      valueType: 'MARKDOWN',
      label: 'Opportunity status',
      description: 'A summary that the system writes in the background.',
      readOnly: true,
    },
    $lastInteractionAt: { id: 308, valueType: 'DATETIME', label: 'Last interaction', readOnly: true },
  },
  relationships: {
    $account: {
      id: 6,
      slug: 'opportunity-account',
      label: 'Account',
      objectType: 'account',
      cardinality: 'HAS_ONE',
      required: true,
    },
    $owner: { id: 7, slug: 'opportunity-owner', label: 'Owner', objectType: 'member', cardinality: 'HAS_ONE' },
    $createdBy: {
      id: 8,
      slug: 'opportunity-created-by',
      label: 'Created by',
      description: 'The member who created it; by default the one the key belongs to.',
      objectType: 'member',
      cardinality: 'HAS_ONE',
      write: 'create',
    },
    $champion: {
      id: 9,
      slug: 'opportunity-champion',
      label: 'Champion',
      objectType: 'contact',
      cardinality: 'HAS_ONE',
    },
    $evaluator: {
      id: 10,
      slug: 'opportunity-evaluator',
      label: 'Evaluator',
      objectType: 'contact',
      cardinality: 'HAS_ONE',
    },
    $task: {
      inverseOf: 'task-opportunity',
      label: 'Tasks',
      objectType: 'task',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $note: {
      inverseOf: 'note-opportunity',
      label: 'Notes',
      objectType: 'note',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
    $meeting: {
      inverseOf: 'meeting-opportunity',
      label: 'Meetings',
      objectType: 'meeting',
      cardinality: 'HAS_MANY',
      write: 'never',
    },
  },
})
