import { objectTypes } from '@openfield/schema'
import { type JsonSchema, object, schemaRef, text } from '@openfield/schema/openapi'
import { runStatuses } from '../list-query.ts'
import { emailOperations, emailRequirements } from '../routes/emails.ts'
import { memberLists } from '../routes/lists.ts'
import { getMerge } from '../routes/merges.ts'
import { listObjectTypes } from '../routes/objects.ts'
import { getRunStatus } from '../routes/workflow-runs.ts'
import { bodySchema, type Operation, pageParameters } from './operation.ts'
import { customObjectsTag, tagOf } from './records.ts'

export const mergeTag = { name: 'Merges', description: 'Two records made one, and how far that has come.' }

export const workflowRunTag = {
  name: 'Workflow runs',
  description: 'How far a [workflow](using-the-api/workflows/) is.',
}

/** The operations around records: what is in a list, how a merge goes on, which custom object types there are. */
export const relatedPaths = (): Operation[] => [
  ...memberLists.map(({ objectType, ...route }) => ({
    id: `list.list${tagOf(objectType)}`,
    verb: `list${tagOf(objectType)}`,
    tag: tagOf('list'),
    parameters: pageParameters,
    answer: `${objectTypes[objectType].label}List`,
    ...route,
  })),
  ...Object.entries(emailOperations).map(([id, { body, run, ...route }]) => ({
    id,
    verb: id.split('.')[1] ?? '',
    method: 'POST',
    tag: tagOf('email'),
    body: { schema: bodySchema(body), required: true },
    requirements: emailRequirements(id as keyof typeof emailOperations),
    alsoAnswers: [409],
    ...route,
  })),
  {
    id: 'merge.getMerge',
    verb: 'getMerge',
    tag: mergeTag.name,
    description: 'Needs the scope to read the records that were merged.',
    answer: 'Merge',
    alsoAnswers: [403],
    ...getMerge,
  },
  {
    id: 'object.listDefinitions',
    verb: 'listDefinitions',
    tag: customObjectsTag,
    answer: 'ObjectTypes',
    ...listObjectTypes,
  },
  { id: 'workflowRun.status', verb: 'status', tag: workflowRunTag.name, answer: 'WorkflowRunStatus', ...getRunStatus },
]

const moment = (description: string) => text(description, { format: 'date-time' })

const merge = {
  id: text('Starts with `mrg_`.'),
  createdAt: moment('When the records were merged.'),
  duplicateId: text('The record that is gone.'),
  entityType: text('The object type of both.'),
  primaryId: text('The record that stayed.'),
  status: { enum: ['cleanup_pending', 'done', 'failed'], description: 'Whether all links are moved.' },
  updatedAt: moment('When the status last changed.'),
}

/** The schemas of their answers, by name. */
export const relatedSchemas = (): Record<string, JsonSchema> => ({
  EmailSent: object({ sentAt: moment('When the mail server took it.') }, ['sentAt']),
  EmailDrafted: object({ draftedAt: moment('When it was put into the Drafts folder.') }, ['draftedAt']),
  Merge: object(merge, Object.keys(merge)),
  WorkflowRunStatus: object({ status: { enum: runStatuses, description: 'How far it is.' } }, ['status']),
  ObjectTypes: object({ data: { type: 'array', items: schemaRef('ObjectTypeName') } }, ['data']),
  ObjectTypeName: object(
    { objectType: text('The slug, which stands in paths as `entitySlug`.'), label: text('What people call it.') },
    ['objectType', 'label'],
  ),
})
