import { type JsonSchema, listOf, object, orNull, text } from '@openfield/schema/openapi'
import { fileOperations, fileRequirements } from '../routes/files.ts'
import { bodySchema, type Operation, pageParameters } from './operation.ts'

export const fileTag = {
  name: 'Files',
  description: 'A file is uploaded in three steps: create, a PUT of its bytes to `uploadUrl`, complete.',
}

/** The operations on files. */
export const filePaths = (): Operation[] =>
  Object.entries(fileOperations).map(([id, operation]) => ({
    id,
    verb: id.split('.')[1] ?? '',
    method: operation.method,
    path: operation.path,
    tag: fileTag.name,
    summary: operation.summary,
    requirements: fileRequirements(operation),
    parameters: operation.category === 'Search' ? pageParameters : [],
    ...('body' in operation && { body: { schema: bodySchema(operation.body), required: 'bodyRequired' in operation } }),
    answer: operation.answer,
    // A file that is not COMPLETED has nothing to download.
    ...(id === 'file.url' && { alsoAnswers: [422] }),
  }))

const moment = (description: string) => text(description, { format: 'date-time' })

const file = {
  id: text('Starts with `fil_`.', { pattern: '^fil_' }),
  status: { enum: ['PENDING', 'COMPLETED', 'CANCELLED', 'EXPIRED'] },
  filename: text('What it is called.'),
  mimeType: text('What it is.'),
  sizeBytes: { type: 'integer', minimum: 1 },
  createdAt: moment('When its upload was announced.'),
  completedAt: orNull(moment('When its upload was completed.')),
  expiresAt: orNull(moment('When a pending upload expires.')),
}

const createdBy = orNull(text('The member or the API key who uploaded it.'))

const upload = {
  uploadUrl: text('Where to PUT the bytes, without an API key.', { format: 'uri' }),
  uploadHeaders: {
    type: 'object',
    description: 'The headers that the PUT must have.',
    additionalProperties: { type: 'string' },
  },
}

/** The schemas of their answers, by name. */
export const fileSchemas = (): Record<string, JsonSchema> => ({
  File: object(file, Object.keys(file)),
  FileList: listOf('File', { maxItems: 25 }),
  FileUpload: object({ ...file, ...upload }, [...Object.keys(file), ...Object.keys(upload)]),
  AttachedFile: object({ ...file, createdBy }, [...Object.keys(file), 'createdBy']),
  AttachedFileList: listOf('AttachedFile', { maxItems: 25 }),
  FileUrl: object(
    { url: text('Where to download it, without an API key.', { format: 'uri' }), expiresAt: moment('Until when.') },
    ['url', 'expiresAt'],
  ),
})
