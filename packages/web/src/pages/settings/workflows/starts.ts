import type { WorkflowDefinition } from '@openfield/sdk'

/** Something to begin with: what it is good for, and the definition that is then made one's own. Tasks are whose it is. */
type Start = { slug: string; title: string; about: string; definition(memberId: string): WorkflowDefinition }

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** Ready-made starting points, the most wanted first. */
export const starts: readonly Start[] = [
  {
    slug: 'won',
    title: 'When an opportunity is won, create a task',
    about: 'So that nobody forgets the handover.',
    definition: (memberId) => ({
      name: 'Handover of won opportunities',
      trigger: {
        type: 'record',
        objectTypes: ['opportunity'],
        events: ['updated'],
        fields: ['$stage'],
        filter: '$stage[equal]=Won',
      },
      steps: [
        {
          key: 'task',
          type: 'create',
          objectType: 'task',
          fields: { $title: 'Hand over {{trigger.record.fields.$name}}', $status: 'TODO' },
          relationships: { $opportunity: '{{trigger.record.id}}', $assignedTo: memberId },
        },
      ],
    }),
  },
  {
    slug: 'stale',
    title: 'When a close date comes near, check the opportunity',
    about: 'Waits until a week before, and looks whether it is still open.',
    definition: (memberId) => ({
      name: 'A week before the close date',
      trigger: { type: 'record', objectTypes: ['opportunity'], events: ['created'] },
      steps: [
        { key: 'wait', type: 'wait', until: '{{trigger.record.fields.$closeDate}}', seconds: -7 * 86_400 },
        {
          key: 'open',
          type: 'branch',
          filter: '$stage[-equal]=Won&$stage[-equal]=Lost',
          yes: [
            {
              key: 'task',
              type: 'create',
              objectType: 'task',
              fields: { $title: 'Is {{trigger.record.fields.$name}} still on track?', $status: 'TODO' },
              relationships: { $opportunity: '{{trigger.record.id}}', $assignedTo: memberId },
            },
          ],
        },
      ],
    }),
  },
  {
    slug: 'monday',
    title: 'Every Monday at 9:00, plan the week',
    about: 'A task, or a request to another system, on a schedule.',
    definition: (memberId) => ({
      name: 'Plan the week',
      trigger: { type: 'schedule', cron: '0 9 * * 1', timeZone },
      steps: [
        {
          key: 'task',
          type: 'create',
          objectType: 'task',
          fields: { $title: 'Go through the pipeline', $status: 'TODO' },
          relationships: { $assignedTo: memberId },
        },
      ],
    }),
  },
  {
    slug: 'form',
    title: 'When a form posts here, create a contact',
    about: 'An address for the form on your website.',
    definition: () => ({
      name: 'Contacts from the website',
      trigger: { type: 'hook' },
      steps: [
        {
          key: 'contact',
          type: 'create',
          objectType: 'contact',
          fields: {
            $name: { firstName: '{{trigger.body.firstName}}', lastName: '{{trigger.body.lastName}}' },
            $email: ['{{trigger.body.email}}'],
          },
        },
      ],
    }),
  },
  {
    slug: 'request',
    title: 'At the push of a button, send an account elsewhere',
    about: 'A request with what you choose of a record.',
    definition: () => ({
      name: 'Send an account elsewhere',
      trigger: { type: 'manual', objectType: 'account' },
      steps: [
        {
          key: 'request',
          type: 'http',
          method: 'POST',
          url: '',
          body: { id: '{{trigger.record.id}}', name: '{{trigger.record.fields.$name}}' },
        },
      ],
    }),
  },
]

/** What one begins with who wants none of these. */
const blank: WorkflowDefinition = {
  name: '',
  trigger: { type: 'record', objectTypes: ['opportunity'], events: ['created'] },
  steps: [],
}

export const startAt = (slug: unknown, memberId: string): WorkflowDefinition =>
  starts.find((one) => one.slug === slug)?.definition(memberId) ?? blank
