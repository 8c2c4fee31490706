import { expect, it } from 'vitest'
import { parseSearchParams, writeSearchParams } from './search-params.ts'

it('writes filters as the API reads them', () => {
  const params = { '$stage[equal]': ['Won', 'Lead & Co'], sort: '-$amount', gone: undefined }
  const text = writeSearchParams(params)
  expect(text).toBe('?$stage[equal]=Won&$stage[equal]=Lead%20%26%20Co&sort=-$amount')
  expect(parseSearchParams(text)).toEqual({ '$stage[equal]': ['Won', 'Lead & Co'], sort: '-$amount' })
})

it('writes nothing for nothing', () => {
  expect(writeSearchParams({})).toBe('')
  expect(parseSearchParams('')).toEqual({})
})
