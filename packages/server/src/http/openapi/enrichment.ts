import { type JsonSchema, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { enrichBody, enrichOperations, retrieveOperation } from '../routes/enrichment-runs.ts'
import { bodySchema, type Operation } from './operation.ts'

export const enrichmentTag = {
  name: 'Enrichment',
  description: 'Looking up what is missing of [accounts and contacts](using-the-api/enrichment/).',
}

/** The operations of enrichment runs. */
export const enrichmentPaths = (): Operation[] => [
  ...enrichOperations.map(({ slug, ...operation }) => ({
    id: `enrichmentRun.${slug}`,
    verb: slug,
    tag: enrichmentTag.name,
    answer: 'EnrichmentStart',
    body: { schema: bodySchema(enrichBody), required: false },
    ...operation,
  })),
  {
    id: 'enrichmentRun.getEnrichmentRun',
    verb: 'getEnrichmentRun',
    tag: enrichmentTag.name,
    description: 'Needs the scope to read the record.',
    answer: 'EnrichmentRun',
    alsoAnswers: [403],
    ...retrieveOperation,
  },
]

const moment = (description: string) => text(description, { format: 'date-time' })

/** The members of a run. */
export const enrichmentRunSchema = {
  id: text('Starts with `enr_`.'),
  entityType: { enum: ['account', 'contact'], description: 'What it is about.' },
  entityId: text('The record that it is about.'),
  status: { enum: ['queued', 'running', 'completed', 'failed', 'timed_out'], description: 'How far it is.' },
  targetFields: { type: 'array', items: { type: 'string' }, description: 'What it looks up, without `$`.' },
  trigger: { enum: ['creation', 'manual'], description: 'Whether the record was new, or somebody asked.' },
  createdAt: moment('When it was asked for.'),
  startedAt: orNull(moment('When it began.')),
  completedAt: orNull(moment('When it ended, in whichever way.')),
  updatedAt: moment('When the status last changed.'),
}

/** The schemas of their answers, by name. */
export const enrichmentSchemas = (): Record<string, JsonSchema> => ({
  EnrichmentRun: object(enrichmentRunSchema, Object.keys(enrichmentRunSchema)),
  EnrichmentStart: object(
    {
      enrichmentRun: orNull(schemaRef('EnrichmentRun')),
      status: { enum: ['started', 'already_running', 'skipped'], description: 'Whether a run began.' },
      reason: orNull({
        enum: ['no_targets', 'no_operations'],
        description: 'Why it was skipped: nothing is missing, or nothing here can find it.',
      }),
    },
    ['enrichmentRun', 'status', 'reason'],
  ),
})
