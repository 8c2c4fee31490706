import { describe, expect, it } from 'vitest'
import { aKey, aMember } from '../../../test/factories.ts'
import { outcome, startApi } from '../../../test/harness.ts'

const api = await startApi()

describe('GET /v1/auth/validate, 200', () => {
  it('says that the key of a member is one of a user, and that no scopes mean full access', async () => {
    const { body } = await api.get<unknown>('/v1/auth/validate')
    expect(body).toEqual({ active: true, tokenType: 'api_key', subjectType: 'user', scopes: [] })
  })

  it('says that a key of nobody in particular is one of the workspace, and lists its scopes', async () => {
    const { key } = await aKey(api, { scopes: ['notes:read', 'accounts:create'] })
    const { body } = await api.get<unknown>('/v1/auth/validate', { key })
    expect(body).toEqual({
      active: true,
      tokenType: 'api_key',
      subjectType: 'workspace',
      scopes: ['notes:read', 'accounts:create'],
    })
  })

  it('says that a key made for another member is one of a user', async () => {
    const { key } = await aKey(api, { memberId: (await aMember(api)).id })
    const { body } = await api.get<unknown>('/v1/auth/validate', { key })
    expect(body).toMatchObject({ subjectType: 'user', scopes: [] })
  })
})

describe('GET /v1/auth/validate, 400 and 401', () => {
  it('400: needs the version header like every other operation', async () => {
    const response = await api.get('/v1/auth/validate', { headers: { 'lightfield-version': undefined } })
    expect(outcome(response)).toBe('400 version_header Lightfield-Version')
  })

  it('401: never says that a key is inactive', async () => {
    expect(outcome(await api.get('/v1/auth/validate', { key: 'sk_of_unknown' }))).toBe('401')
  })
})
