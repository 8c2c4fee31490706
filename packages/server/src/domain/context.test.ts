import { describe, expect, it } from 'vitest'
import { aContact, aField, anAccount, aRelationship, successOf } from '../../test/factories.ts'
import { type ListBody, outcome, startApi } from '../../test/harness.ts'

const first = await startApi()
const second = await startApi({}, first)

/** Makes sure that a server has read the definitions, so that what follows shows whether it notices newer ones. */
const warm = async (server: typeof first) => {
  for (const plural of ['accounts', 'contacts']) successOf(await server.get(`/v1/${plural}/definitions`))
}

describe('definitions changed through another server', () => {
  it('are there for every kind of request at once: a new field', async () => {
    const uses: ((slug: string) => Promise<unknown>)[] = [
      async (slug) => expect((await anAccount(first, { [slug]: 'x' })).fields[slug]?.value).toBe('x'),
      async (slug) => {
        const response = await first.post(`/v1/accounts/${first.accountId}`, { fields: { [slug]: 'x' } })
        expect(response.body.fields[slug]?.value).toBe('x')
      },
      async (slug) => expect((await first.get(`/v1/accounts/${first.accountId}`)).body.fields).toHaveProperty(slug),
      async (slug) => expect((await first.get<ListBody>('/v1/accounts')).body.data[0]?.fields).toHaveProperty(slug),
      async (slug) => expect((await first.get<ListBody>(`/v1/accounts?${slug}=none`)).body.totalCount).toBe(0),
      async (slug) => {
        const { body } = await first.get<{ fieldDefinitions: object }>('/v1/accounts/definitions')
        expect(body.fieldDefinitions).toHaveProperty(slug)
      },
    ]
    for (const use of uses) {
      await warm(first)
      const { slug } = await aField(second, 'account', { valueType: 'TEXT' })
      await use(slug)
    }
  })

  it('are there at once: a removed field', async () => {
    const uses: ((slug: string) => Promise<unknown>)[] = [
      async (slug) => {
        const response = await first.post('/v1/accounts', { fields: { $name: 'A', [slug]: 'x' } })
        expect(outcome(response)).toBe(`400 unknown_field fields.${slug}`)
      },
      async (slug) => {
        const response = await first.post(`/v1/accounts/${first.accountId}`, { fields: { [slug]: 'y' } })
        expect(outcome(response)).toBe(`400 unknown_field fields.${slug}`)
      },
      async (slug) => expect((await first.get(`/v1/accounts/${first.accountId}`)).body.fields).not.toHaveProperty(slug),
      async (slug) => expect((await first.get<ListBody>('/v1/accounts')).body.data[0]?.fields).not.toHaveProperty(slug),
      async (slug) => expect(outcome(await first.get(`/v1/accounts?${slug}=x`))).toBe(`400 unknown_field ${slug}`),
      async (slug) => expect((await anAccount(first)).fields).not.toHaveProperty(slug),
    ]
    for (const use of uses) {
      const { slug } = await aField(second, 'account', { valueType: 'TEXT' })
      successOf(await first.post(`/v1/accounts/${first.accountId}`, { fields: { [slug]: 'x' } }))
      successOf(await second.delete(`/admin/v1/objects/account/fields/${slug}`))
      await use(slug)
    }
  })

  it('are there at once: options, and whether values are unique', async () => {
    const select = await aField(second, 'contact', { valueType: 'SINGLE_SELECT' })
    await aContact(first)
    const path = `/admin/v1/objects/contact/fields/${select.slug}`
    successOf(await second.patch(path, { options: [{ label: 'Fresh' }] }))
    const contact = await aContact(first, { [select.slug]: 'fresh' })
    successOf(await second.patch(path, { options: [] }))
    expect(outcome(await first.post('/v1/contacts', { fields: { [select.slug]: 'fresh' } }))).toBe(
      `422 fields.${select.slug}`,
    )
    expect(contact.fields[select.slug]?.value).toMatch(/^opt_/)
  })

  it('are there at once: relationships', async () => {
    await warm(first)
    const { slug } = await aRelationship(second, 'account', { to: 'contact' })
    const contact = await aContact(first)
    const account = await anAccount(first, {}, { [slug]: contact.id })
    const other = successOf(await second.get(`/v1/contacts/${contact.id}`))
    expect(other.relationships[`${slug}-inverse`]?.values).toEqual([account.id])
    successOf(await second.delete(`/admin/v1/objects/account/relationships/${slug}`))
    const response = await first.post(`/v1/accounts/${account.id}`, { relationships: { [slug]: { replace: null } } })
    expect(outcome(response)).toBe(`400 unknown_relationship relationships.${slug}`)
    expect(successOf(await first.get(`/v1/contacts/${contact.id}`)).relationships).not.toHaveProperty(`${slug}-inverse`)
  })

  it('never let a value in that they do not allow, however writes and changes fall together', async () => {
    const { slug } = await aField(second, 'account', { valueType: 'TEXT' })
    const writes = Array.from({ length: 30 }, (_, index) =>
      first.post('/v1/accounts', { fields: { $name: `Race ${index}`, [slug]: 'x' } }),
    )
    const removal = second.delete(`/admin/v1/objects/account/fields/${slug}`)
    const [responses, removed] = [await Promise.all(writes), await removal]
    expect(removed.status).toBe(200)
    for (const response of responses) {
      expect(['200', `400 unknown_field fields.${slug}`]).toContain(outcome(response))
    }
    const kept = responses.filter(({ status }) => status === 200).length
    const { body } = await first.get<ListBody>('/v1/accounts?$name[startsWith]=Race')
    expect(body.totalCount).toBe(kept)
    for (const { fields } of body.data) expect(fields).not.toHaveProperty(slug)
  })

  it('are there in the middle of a crowd that writes through both', async () => {
    const fields = Array.from({ length: 8 }, (_, index) =>
      aField(index % 2 === 0 ? first : second, 'contact', { valueType: 'NUMBER' }),
    )
    const writes = Array.from({ length: 40 }, (_, index) =>
      aContact(index % 2 === 0 ? first : second, { $title: `Crowd ${index}` }),
    )
    const made = await Promise.all(fields)
    await Promise.all(writes)
    const values = Object.fromEntries(made.map(({ slug }, index) => [slug, index]))
    for (const server of [first, second]) {
      const contact = await aContact(server, values)
      for (const [slug, value] of Object.entries(values)) expect(contact.fields[slug]?.value).toBe(value)
    }
  })
})
