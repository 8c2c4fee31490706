import { scopes, type ValueTypeName, valueTypes } from '@openfield/schema'
import { z } from 'zod'

/** The bodies of the admin API. Types, checks and the OpenAPI document come from here. */
const label = z
  .string()
  .refine((text) => text.trim().length > 0 && text.length <= 200 && isStorable(text), 'it takes 1 to 200 characters')
const description = z
  .string()
  .refine((text) => text.length <= 2000 && isStorable(text), 'it takes at most 2,000 characters')
const cardinality = z.enum(['HAS_ONE', 'HAS_MANY'])
const slug = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'a letter, then at most 62 letters, digits, hyphens or underscores')
const name = z.string().refine((text) => text.length <= 200 && isStorable(text), 'it takes at most 200 characters')

function isStorable(text: string) {
  return text.isWellFormed() && !text.includes('\0')
}

export const newApiKey = z.strictObject({
  name: label,
  scopes: z.array(z.enum(scopes as [string, ...string[]])).optional(),
  memberId: z.string().optional(),
  expiresAt: z.iso.datetime({ offset: true }).meta({ format: 'date-time' }).optional(),
})

export const newMember = z.strictObject({
  email: z.string(),
  firstName: name.nullish(),
  lastName: name.nullish(),
  role: z.enum(['admin', 'member']),
})

export const memberChange = newMember.partial()

const option = z.strictObject({
  id: z.string().optional(),
  label,
  description: description.nullish(),
  retired: z.boolean().optional(),
})

export const newField = z.strictObject({
  slug,
  label,
  valueType: z.enum(Object.keys(valueTypes) as [ValueTypeName, ...ValueTypeName[]]),
  description: description.nullish(),
  typeConfiguration: z
    .strictObject({
      options: z.array(option).optional(),
      currency: z.string().optional(),
      unique: z.boolean().optional(),
      multipleValues: z.boolean().optional(),
      handleService: z.enum(['LINKEDIN', 'TWITTER', 'FACEBOOK', 'INSTAGRAM']).optional(),
    })
    .optional(),
})

export const fieldChange = z.strictObject({
  label: label.optional(),
  description: description.nullish(),
  options: z.array(option).optional(),
})

export const newRelationship = z.strictObject({
  slug,
  label,
  to: z.string(),
  cardinality,
  inverse: z.strictObject({ slug, label, cardinality }),
})

export const relationshipChange = z.strictObject({ label })

export const newObjectType = z.strictObject({ slug, label, pluralLabel: label.optional() })

const externalId = z
  .string()
  .refine((text) => text.length > 0 && text.length <= 200 && isStorable(text), 'it takes 1 to 200 characters')
const ids = z.array(z.string())

export const newChannel = z.strictObject({
  name: label,
  provider: z.enum(['SLACK', 'MICROSOFT_TEAMS', 'LINKEDIN']),
  visibility: z.enum(['PUBLIC', 'PRIVATE']).optional(),
  memberIds: ids.optional(),
  accountIds: ids.optional(),
  externalId: externalId.optional(),
})

export const newMessage = z.strictObject({
  channelId: z.string(),
  text: z.string(),
  sentAt: z.string(),
  senderName: name.nullish(),
  senderEmail: z.string().nullish(),
  externalId: externalId.optional(),
})

const importRowsMax = 100

export const newImport = z.strictObject({
  records: z
    .array(
      z.strictObject({
        externalId,
        fields: z.record(z.string(), z.unknown()),
        relationships: z.record(z.string(), z.union([z.string(), ids])).optional(),
      }),
    )
    .max(importRowsMax, `at most ${importRowsMax} records at a time`),
})

export const newPipelines = z.strictObject({
  pipelines: z
    .array(
      z.strictObject({
        id: z.string().optional(),
        name: label,
        stages: z.array(z.strictObject({ id: z.string().optional(), label })),
      }),
    )
    .min(1, 'it takes at least one pipeline'),
})
