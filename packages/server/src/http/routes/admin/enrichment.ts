import { listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { fieldOutcomes, runOutcomes } from '../../../domain/enrichment/outcomes.ts'
import {
  acceptSuggestion,
  dismissSuggestion,
  listAllRuns,
  retrieveEnriched,
  retrieveRun,
  revertRun,
} from '../../../domain/enrichment/runs.ts'
import { changeSettings, modes, presentSettings } from '../../../domain/enrichment/settings.ts'
import { parseRunsQuery } from '../../list-query.ts'
import { enrichmentRunSchema } from '../../openapi/enrichment.ts'
import { pageParameters } from '../../openapi/operation.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const typeSettings = z.strictObject({
  mode: z.enum(modes).optional(),
  off: z.array(z.string()).max(50, 'it takes at most 50 names').optional(),
})
const settingsChange = z.strictObject({
  accounts: typeSettings.optional(),
  contacts: typeSettings.optional(),
  profilePhotos: z.boolean().optional(),
})

const ofType = object(
  {
    mode: {
      enum: modes,
      description:
        '`automatic`: when a record is created and when somebody asks; `manual`: when somebody asks; `off`: never.',
    },
    off: {
      type: 'array',
      items: { type: 'string' },
      description: 'The fields that are not filled; when they are named, what is found is a suggestion.',
    },
  },
  ['mode', 'off'],
)
const findable = {
  type: 'array',
  items: object(
    { name: text('As runs name it.'), key: text('As records name it.'), label: text('What people call it.') },
    ['name', 'key', 'label'],
  ),
}
const settings = {
  accounts: ofType,
  contacts: ofType,
  profilePhotos: { type: 'boolean', description: 'Runs may be asked for profile photos.' },
  available: { type: 'boolean', description: 'This server enriches at all.' },
  fields: object({ accounts: findable, contacts: findable }, ['accounts', 'contacts']),
}

const inWords = orNull(text('How a person reads the value.'))
const value = {
  name: text('The field, as runs name it.'),
  key: text('The field or relationship, as records name it.'),
  label: text('What people call it.'),
  before: { description: 'What the record had, or null.' },
  value: { description: 'What was found, or null.' },
  beforeText: inWords,
  valueText: inWords,
  source: orNull(text('The page on which it was found, or the address that says it, as `mailto:`.')),
  foundAt: orNull(text('When.', { format: 'date-time' })),
  outcome: { enum: Object.keys(fieldOutcomes), description: 'What became of it.' },
  reason: orNull(text('The same as a sentence.')),
}
const page = {
  url: text('Its address.'),
  title: orNull(text('What it calls itself.')),
  description: orNull(text('How it describes itself.')),
}
const run = {
  ...enrichmentRunSchema,
  entityTitle: orNull(text('What the record is called; null when it is gone.')),
  actor: schemaRef('Actor'),
  outcome: orNull({ enum: Object.keys(runOutcomes), description: 'What came of it; null: it is not over.' }),
  reason: orNull(text('The same as a sentence.')),
  page: orNull(object(page, Object.keys(page))),
  fields: { type: 'array', items: schemaRef('EnrichedField') },
}
const enriched = { type: 'array', items: schemaRef('EnrichedValue') }

const at = '/admin/v1/enrichment'
const [read, write] = ['Needs the scope to read the record.', 'Needs the scope to change the record.']

/** What the look-up of accounts and contacts does, found and changed, and taking that back. */
export const enrichment: AdminGroup = {
  operations: {
    'admin.enrichment.retrieveSettings': adminOperation({
      method: 'GET',
      path: `${at}/settings`,
      summary: 'Retrieve the settings of enrichment',
      access: 'caller',
      answer: 'EnrichmentSettings',
      run: async ({ ctx }) => presentSettings(ctx),
    }),
    'admin.enrichment.updateSettings': adminOperation({
      method: 'PATCH',
      path: `${at}/settings`,
      summary: 'Change the settings of enrichment',
      access: 'admin',
      body: settingsChange,
      answer: 'EnrichmentSettings',
      run: async ({ ctx, body }) => changeSettings(ctx, body),
    }),
    'admin.enrichment.listRuns': adminOperation({
      method: 'GET',
      path: `${at}/runs`,
      summary: 'List enrichment runs',
      description: 'Newest first, of the types that the caller may read.',
      access: 'caller',
      alsoAnswers: [403],
      parameters: [
        ...pageParameters,
        { name: 'record', in: 'query', description: 'Only those of this record.', schema: { type: 'string' } },
      ],
      answer: 'EnrichmentRunDetailList',
      run: async ({ ctx, query }) => listAllRuns(ctx, parseRunsQuery(query)),
    }),
    'admin.enrichment.retrieveRun': adminOperation({
      method: 'GET',
      path: `${at}/runs/:id`,
      summary: 'Retrieve an enrichment run, with what it found',
      description: read,
      access: 'caller',
      alsoAnswers: [403],
      answer: 'EnrichmentRunDetail',
      run: async ({ ctx, params }) => retrieveRun(ctx, params.id),
    }),
    'admin.enrichment.revertRun': adminOperation({
      method: 'POST',
      path: `${at}/runs/:id/revert`,
      summary: 'Take back what an enrichment run changed',
      description: `${write} What has been changed since is left.`,
      access: 'caller',
      alsoAnswers: [403],
      answer: 'EnrichmentRevert',
      run: async ({ ctx, params }) => revertRun(ctx, params.id),
    }),
    'admin.enrichment.acceptSuggestion': adminOperation({
      method: 'POST',
      path: `${at}/runs/:id/suggestions/:slug/accept`,
      summary: 'Accept what an enrichment run suggests for a field',
      description: write,
      access: 'caller',
      alsoAnswers: [403, 422],
      answer: 'EnrichmentRunDetail',
      run: async ({ ctx, params }) => acceptSuggestion(ctx, params.id, params.slug),
    }),
    'admin.enrichment.dismissSuggestion': adminOperation({
      method: 'POST',
      path: `${at}/runs/:id/suggestions/:slug/dismiss`,
      summary: 'Dismiss what an enrichment run suggests for a field',
      description: write,
      access: 'caller',
      alsoAnswers: [403, 422],
      answer: 'EnrichmentRunDetail',
      run: async ({ ctx, params }) => dismissSuggestion(ctx, params.id, params.slug),
    }),
    'admin.enrichment.retrieveRecord': adminOperation({
      method: 'GET',
      path: `${at}/records/:id`,
      summary: 'Retrieve which values of a record were looked up, and where',
      description: read,
      access: 'caller',
      alsoAnswers: [403],
      answer: 'EnrichedRecord',
      run: async ({ ctx, params }) => retrieveEnriched(ctx, params.id),
    }),
  },
  schemas: {
    EnrichmentSettings: object(settings, Object.keys(settings)),
    EnrichmentRunDetailList: listOf('EnrichmentRunDetail', { maxItems: 25 }),
    EnrichmentRunDetail: object(run, Object.keys(run)),
    EnrichedField: object(value, Object.keys(value)),
    EnrichedValue: object({ ...value, runId: text('The run that found it.') }, [...Object.keys(value), 'runId']),
    EnrichmentRevert: object(
      {
        run: schemaRef('EnrichmentRunDetail'),
        reverted: { type: 'array', items: { type: 'string' }, description: 'The fields that have what they had.' },
        left: {
          type: 'array',
          items: object({ name: { type: 'string' }, reason: text('Why, as a sentence.') }, ['name', 'reason']),
          description: 'The fields that were left.',
        },
      },
      ['run', 'reverted', 'left'],
    ),
    EnrichedRecord: object({ fields: enriched, suggestions: enriched, running: orNull(schemaRef('EnrichmentRun')) }, [
      'fields',
      'suggestions',
      'running',
    ]),
  },
}
