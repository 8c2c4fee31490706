import { encodeId, newUuid, timeOfUuid } from '@openfield/schema'
import { describe, expect, it } from 'vitest'
import { idFor, isSameValue } from './translate.ts'

describe('the id of a copy', () => {
  const at = new Date('2025-03-04T05:06:07.089Z')
  const createdAt = at.toISOString()
  const account = { prefix: 'acc' } as const
  const uuid = newUuid(at)

  it('is the original where that says when the record was made', () => {
    expect(idFor(account, { id: encodeId('acc', uuid), createdAt })).toEqual({ uuid, isKept: true })
  })

  it('else is one of that time, and always the same', () => {
    const ulid = `acc_01${'j0x6e8b9cdfghkmnpqrstvwx'}`
    const others = [
      'acc_cm4stu901uvw234',
      ulid,
      encodeId('con', uuid),
      encodeId('acc', newUuid(new Date('2020-01-01'))),
    ]
    for (const id of others) {
      const made = idFor(account, { id, createdAt })
      expect(made.isKept).toBe(false)
      expect(timeOfUuid(made.uuid)).toEqual(at)
      expect(idFor(account, { id, createdAt })).toEqual(made)
    }
    expect(new Set(others.map((id) => idFor(account, { id, createdAt }).uuid)).size).toBe(4)
  })
})

describe('two values', () => {
  it.each<[same: boolean, here: unknown, there: unknown]>([
    [true, null, null],
    [true, ['a', 'b'], ['b', 'a']],
    [true, { city: 'Oslo', street: null }, { city: 'Oslo' }],
    [true, { a: 1, b: 2 }, { b: 2, a: 1 }],
    [false, 1, '1'],
    [false, ['a'], ['a', 'b']],
    [false, 'a', null],
    [false, { city: 'Oslo' }, { city: 'Bergen' }],
  ])('are the same: %s, of %j and %j', (same, here, there) => {
    expect(isSameValue(here, there)).toBe(same)
  })
})
