import { fileSizeMax } from '@openfield/schema'
import { readUsage } from '../../storage/usage.ts'
import { type Context, withDefinitions } from '../context.ts'
import { rowsMax as importRowsMax } from '../imports/draft.ts'
import { optionsMax } from '../object-types/configuration.ts'
import { viewsMax } from '../views/views.ts'

/** How much there is of something, and how much there may be; null: as much as the machine has room for. */
export type Limit = { key: string; label: string; used: number | null; limit: number | null; unit: 'count' | 'bytes' }

/** What a workspace uses, and what has a limit. */
export const readLimits = (ctx: Context): Promise<Limit[]> =>
  withDefinitions(ctx, async ({ types }) => {
    const usage = await readUsage(ctx.db, ctx.workspace)
    const byNumber = new Map(usage.records.map((one) => [one.objectType, one]))
    const listed = [...types.values()].filter(({ verbs }) => verbs.includes('list'))
    const trashed = usage.records.reduce((sum, one) => sum + one.trashed, 0)
    return [
      ...listed.map((type) =>
        count(`records.${type.name}`, `Records: ${type.plural}`, byNumber.get(type.number)?.live ?? 0),
      ),
      count('records.trashed', 'Records in the trash', trashed),
      count('files', 'Files', usage.files),
      { key: 'files.bytes', label: 'Bytes of files', used: usage.fileBytes, limit: null, unit: 'bytes' },
      { key: 'file.bytes', label: 'Bytes of one file', used: null, limit: fileSizeMax, unit: 'bytes' },
      count('keys', 'API keys', usage.keys),
      count('mailboxes', 'Mailboxes', usage.mailboxes),
      count('workflows', 'Workflows', usage.workflows),
      count('webhooks', 'Webhooks', usage.webhooks),
      count('views', 'Saved views', usage.views),
      count('views.member', 'Saved views of one member', null, viewsMax),
      count('import.rows', 'Rows of one import', null, importRowsMax),
      count('objectTypes', 'Object types of your own', [...types.values()].filter(({ custom }) => custom).length),
      ...listed.map(({ name, plural, fields }) => count(`fields.${name}`, `Fields of ${plural}`, fields.size)),
      ...listed.flatMap(({ name, plural, fields }) =>
        [...fields.values()].flatMap(({ key, label, configuration: { options } }) =>
          options
            ? [count(`options.${name}.${key}`, `Options of ${label} of ${plural}`, options.length, optionsMax)]
            : [],
        ),
      ),
    ]
  })

const count = (key: string, label: string, used: number | null, limit: number | null = null): Limit => ({
  ...{ key, label, used, limit },
  unit: 'count',
})
