import { z } from 'zod'

/** The names of entries in a backup. What comes in which order is in `write.ts`. */
export const names = {
  about: 'openfield-backup.json',
  aboutWorkspace: 'openfield-workspace.json',
  tables: 'tables/',
  files: 'files/',
  key: 'encryption.key',
  manifest: 'manifest.json',
}

/** Backups of another format are refused. */
export const format = 1

const id = z.uuid()

/** What a backup says first: what it is of, and which schema its tables have. `workspace`: it is of that one alone. */
export const About = z.object({
  format: z.literal(format),
  createdAt: z.string(),
  postgres: z.string(),
  migrations: z.array(z.object({ version: z.number(), name: z.string(), checksum: z.string() })),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
  withKey: z.boolean(),
  workspace: z
    .object({
      number: z.int(),
      name: z.string(),
      createdAt: z.string(),
      first: z.object({ record: id, change: id }).nullable(),
    })
    .optional(),
})
export type About = z.infer<typeof About>

/** What a backup says last: how much of everything it holds. */
export const Manifest = z.object({
  rows: z.record(z.string(), z.number()),
  files: z.number(),
  bytes: z.number(),
  /** Files whose bytes were not there to be backed up. */
  missing: z.array(z.string()),
})
export type Manifest = z.infer<typeof Manifest>
