import { unprocessable } from '@openfield/schema'
import { findSettings, saveSettings } from '../../storage/enrichment.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType } from '../records/definitions.ts'
import { type Enrichable, enrichable, targetsOf } from './targets.ts'

/** When records of a type are enriched: when they are created and when somebody asks, only when somebody asks, never. */
export const modes = ['automatic', 'manual', 'off'] as const

type TypeSettings = {
  mode: (typeof modes)[number]
  /** The fields that are never filled; when they are named, what is found is a suggestion. */
  off: string[]
}

/** What a workspace wants of enrichment. */
export type Settings = Record<Enrichable, TypeSettings> & { profilePhotos: boolean }

const defaults: Settings = {
  accounts: { mode: 'automatic', off: [] },
  contacts: { mode: 'automatic', off: [] },
  profilePhotos: false,
}

/** The settings of a workspace. */
export async function readSettings(ctx: Context): Promise<Settings> {
  const stored = (await findSettings<Partial<Settings>>(ctx.db, ctx.workspace)) ?? {}
  return {
    accounts: { ...defaults.accounts, ...stored.accounts },
    contacts: { ...defaults.contacts, ...stored.contacts },
    profilePhotos: stored.profilePhotos ?? defaults.profilePhotos,
  }
}

/** `available`: whether this server enriches at all; `fields`: what it can find, by type. */
export const presentSettings = (ctx: Context) =>
  withDefinitions(ctx, async (definitions) => {
    const fieldsOf = (slug: Enrichable) => {
      const definition = findType(definitions, enrichable[slug].objectType)
      return [...targetsOf(slug, definition)].flatMap(([name, { key, site, address }]) => {
        const { label = name } = definition.fields.get(key) ?? definition.relationships.get(key) ?? {}
        return site || address ? [{ name, key, label }] : []
      })
    }
    return {
      ...(await readSettings(ctx)),
      available: ctx.enriches,
      fields: { accounts: fieldsOf('accounts'), contacts: fieldsOf('contacts') },
    }
  })

export type SettingsChange = {
  [Key in Enrichable]?: { mode?: TypeSettings['mode'] | undefined; off?: string[] | undefined } | undefined
} & { profilePhotos?: boolean | undefined }

/** Changes some settings; the others stay. Throws a 422 for a field that a type does not have. */
export const changeSettings = (ctx: Context, change: SettingsChange) =>
  withDefinitions(ctx, async (definitions) => {
    for (const slug of Object.keys(enrichable) as Enrichable[]) {
      const known = targetsOf(slug, findType(definitions, enrichable[slug].objectType))
      const unknown = change[slug]?.off?.find((name) => !known.has(name))
      if (unknown === undefined) continue
      const names = [...known.keys()].join(', ')
      throw unprocessable(`'${unknown.slice(0, 80).toWellFormed()}' is none of: ${names}.`, `${slug}.off`)
    }
    await saveSettings(ctx.db, ctx.workspace, change)
    return presentSettings(ctx)
  })
