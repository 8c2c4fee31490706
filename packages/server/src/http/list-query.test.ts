import { describe, expect, it } from 'vitest'
import { anAccount } from '../../test/factories.ts'
import { type ListBody, outcome, startApi } from '../../test/harness.ts'

const api = await startApi()
const names = Array.from({ length: 30 }, (_, index) => `Page ${String(index).padStart(2, '0')}`)
for (const $name of names) await anAccount(api, { $name })
const newestFirst = [...names].reverse()

const page = async (query: string) => {
  const { status, body } = await api.get<ListBody>(`/v1/accounts?$name[startsWith]=Page&${query}`)
  if (status !== 200) throw new Error(`${query}: ${JSON.stringify(body)}`)
  return { names: body.data.map((record) => record.fields.$name?.value), totalCount: body.totalCount }
}

describe('a page', () => {
  it('has the newest 25 when the query says nothing', async () => {
    expect(await page('')).toEqual({ names: newestFirst.slice(0, 25), totalCount: 30 })
  })

  it.each([
    ['limit=1', 0, 1],
    ['limit=25', 0, 25],
    ['limit=25&offset=0', 0, 25],
    ['offset=5', 5, 25],
    ['limit=10&offset=25', 25, 10],
    ['offset=29', 29, 25],
    ['offset=30', 30, 25],
    ['offset=1000000', 30, 25],
    ['limit=&offset=', 0, 25],
    ['limit', 0, 25],
    ['limit=007', 0, 7],
    ['limit=3&limit=4', 0, 4],
    ['limit=99&limit=', 0, 25],
    ['&&limit=2&', 0, 2],
    ['%6Cimit=2', 0, 2],
    ['limit=%32', 0, 2],
  ])('%s starts at %i and has at most %i; the total is that of all pages', async (query, start, count) => {
    expect(await page(query)).toEqual({ names: newestFirst.slice(start, start + count), totalCount: 30 })
  })

  it('follows on the one before, without gap or overlap', async () => {
    for (const limit of [1, 7, 10, 25]) {
      const seen: unknown[] = []
      for (let offset = 0; ; offset += limit) {
        const { names: some } = await page(`limit=${limit}&offset=${offset}`)
        seen.push(...some)
        if (some.length < limit) break
      }
      expect(seen).toEqual(newestFirst)
    }
  })
})

describe('400 invalid_type', () => {
  const wrong = [
    '0',
    '26',
    '100',
    '-1',
    '1.5',
    '1e1',
    '0x10',
    'ten',
    '+5',
    ' 5',
    '5 ',
    '٣',
    'NaN',
    'Infinity',
    '1,2',
    '%00',
  ]

  it.each(wrong)('for the limit %j', async (limit) => {
    expect(outcome(await api.get(`/v1/accounts?limit=${encodeURI(limit).replace('%2500', '%00')}`))).toBe(
      '400 invalid_type limit',
    )
  })

  it.each(wrong.filter((text) => !/^\d+$/.test(text)))('for the offset %j', async (offset) => {
    expect(outcome(await api.get(`/v1/accounts?offset=${encodeURI(offset).replace('%2500', '%00')}`))).toBe(
      '400 invalid_type offset',
    )
  })

  it.each(['9007199254740993', '99999999999999999999', '1'.repeat(400)])('for the offset %s', async (offset) => {
    expect(outcome(await api.get(`/v1/accounts?offset=${offset}`))).toBe('400 invalid_type offset')
  })

  it.each([
    ['$name[equal]=%', '$name[equal]'],
    ['$name[equal]=%zz', '$name[equal]'],
    ['$name[equal]=%ff', '$name[equal]'],
    ['$name[equal]=%c3', '$name[equal]'],
    ['$name[equal]=%ed%a0%80', '$name[equal]'],
    ['$name[equal]=a%00b', '$name[equal]'],
    ['$name=%00', '$name'],
    ['limit=%', 'limit'],
  ])('for text that is not percent-encoded UTF-8: %s', async (query, param) => {
    expect(outcome(await api.get(`/v1/accounts?${query}`))).toBe(`400 invalid_type ${param}`)
  })

  it.each(['%=1', '%ff=1', '$name%5=1', 'a%00b=1', '%ed%a0%80[equal]=1'])('for such a key: %s', async (query) => {
    expect(outcome(await api.get(`/v1/accounts?${query}`))).toBe('400 invalid_type')
  })

  it('for members too, page by page', async () => {
    expect(outcome(await api.get('/v1/members?limit=26'))).toBe('400 invalid_type limit')
    expect(outcome(await api.get('/v1/members?offset=-1'))).toBe('400 invalid_type offset')
  })
})

describe('how keys and values are written', () => {
  it('raw or percent-encoded, with + or %20 for a space', async () => {
    for (const query of [
      '$name[equal]=Page%2007',
      '%24name%5Bequal%5D=Page%2007',
      '$name%5bequal%5d=Page+07',
      '$name=Page+07',
      '%24name=%50age+07',
    ]) {
      expect(await page(query)).toEqual({ names: ['Page 07'], totalCount: 1 })
    }
  })

  it('with = inside of the value', async () => {
    await anAccount(api, { $name: 'a=b&c' })
    const { body } = await api.get<ListBody>('/v1/accounts?$name=a=b%26c')
    expect(body.data.map((record) => record.fields.$name?.value)).toEqual(['a=b&c'])
  })

  it('each time they are given: all must hold', async () => {
    expect(await page('$name[equal]=Page%2007&$name[equal]=Page%2007')).toEqual({ names: ['Page 07'], totalCount: 1 })
    expect(await page('$name[equal]=Page%2007&$name[equal]=Page%2008')).toEqual({ names: [], totalCount: 0 })
  })

  it('up to 25 times: no more filters at once', async () => {
    const filters = (count: number) => Array.from({ length: count }, () => '$name[startsWith]=Page').join('&')
    expect((await page(`${filters(24)}&limit=25&offset=0`)).totalCount).toBe(30)
    expect(outcome(await api.get(`/v1/accounts?${filters(26)}`))).toBe('400 invalid_configuration')
    expect(outcome(await api.get(`/v1/accounts?${filters(500)}`))).toBe('400 invalid_configuration')
  })

  it('with a value as long as a request can be', async () => {
    const { status, body } = await api.get<ListBody>(`/v1/accounts?$name[equal]=${'x'.repeat(12_000)}`)
    expect([status, body.totalCount]).toEqual([200, 0])
  })
})
