import { datetime } from './datetime.ts'

/** The moments that every record has beside its fields, which screens filter and sort by in the same way. */
export const recordMoments = { createdAt: datetime, updatedAt: datetime } as const
