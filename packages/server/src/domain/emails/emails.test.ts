import { describe, expect, it } from 'vitest'
import {
  aContact,
  aKey,
  aMember,
  anAccount,
  anEmail,
  anOpportunity,
  type MeetingBody as EmailBody,
  successOf,
} from '../../../test/factories.ts'
import { type ListBody, outcome, settled, startApi } from '../../../test/harness.ts'
import { listenTo } from '../../../test/listener.ts'
import { aFile } from '../../../test/uploads.ts'
import { unzip } from '../../../test/zip.ts'

const api = await startApi()

const keyOf = async (member: { id: string }) => (await aKey(api, { memberId: member.id })).key
const [participant, holder, stranger] = [
  await aMember(api, { email: 'Part@team.example' }),
  await aMember(api),
  await aMember(api),
]
const keys = {
  participant: await keyOf(participant),
  holder: await keyOf(holder),
  stranger: await keyOf(stranger),
  admin: api.key,
}
const full = new Set(['participant', 'holder'])

const retrieve = async (id: string, key = api.key) => successOf(await api.get<EmailBody>(`/v1/emails/${id}`, { key }))
const valuesOf = ({ fields }: EmailBody) =>
  Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value]))

describe('an e-mail', () => {
  it('says what it is, with its body where it is retrieved and without it in lists', async () => {
    const email = await anEmail(api, {
      subject: 'Three seats',
      sentAt: '2026-05-01T11:00:00+02:00',
      from: ['Ada@Northwind.example'],
      to: ['sales@acme.example', 'root@server', 'no address'],
      html: '<p>Hello</p><script>alert(1)</script>',
      externalId: 'E-1',
    })
    expect(email).toMatchObject({
      id: expect.stringMatching(/^eml_/),
      objectType: 'email',
      accessLevel: 'FULL',
      httpLink: null,
      externalId: 'E-1',
    })
    expect(email.fields).toEqual({
      $subject: { value: 'Three seats', valueType: 'TEXT' },
      $sentAt: { value: '2026-05-01T09:00:00.000Z', valueType: 'DATETIME' },
      $from: { value: ['Ada@northwind.example'], valueType: 'EMAIL' },
      $to: { value: ['sales@acme.example'], valueType: 'EMAIL' },
      $cc: { value: [], valueType: 'EMAIL' },
      $bcc: { value: [], valueType: 'EMAIL' },
      $privacySetting: { value: null, valueType: 'TEXT' },
      $body: { value: '<p>Hello</p><script>alert(1)</script>', valueType: 'HTML' },
    })
    expect(Object.keys(email.relationships)).toEqual(['$account', '$contact'])
    expect(await retrieve(email.id)).toEqual(email)
    const { data, totalCount } = successOf(await api.get<ListBody>('/v1/emails?limit=1&$subject=x'))
    const { $body, ...fields } = email.fields
    expect(data).toEqual([{ ...email, fields }])
    expect(totalCount).toBeGreaterThan(0)
    const screen = successOf(await api.get<ListBody>('/admin/v1/records/email'))
    expect(screen.data.find(({ id }) => id === email.id)?.fields).toEqual(fields)
    expect(outcome(await api.get('/admin/v1/records/email?fields=$body'))).toBe('400 invalid_configuration fields')
  })

  it('shows plain text as it was written, as HTML', async () => {
    const email = await anEmail(api, { text: 'a < b & "c"\n  d' })
    expect(valuesOf(email)['$body']).toBe('<div style="white-space: pre-wrap">a &lt; b &amp; &quot;c&quot;\n  d</div>')
    expect(valuesOf(await anEmail(api, { html: '' }))['$body']).toBe('')
  })

  it('is of now when it says that it is of the future', async () => {
    const before = Date.now()
    const { $sentAt } = valuesOf(await anEmail(api, { sentAt: '2999-01-01T00:00:00Z' }))
    expect(Date.parse(String($sentAt))).toBeGreaterThanOrEqual(before)
    expect(Date.parse(String($sentAt))).toBeLessThanOrEqual(Date.now())
  })

  it('belongs to the contacts of its addresses, their accounts and opportunities, and accounts of its domains', async () => {
    const [account, byDomain, own] = [
      await anAccount(api),
      await anAccount(api, { $website: ['www.domain-only.example'] }),
      await anAccount(api, { $website: ['team.example'] }),
    ]
    const ada = await aContact(api, { $email: ['ada@linked.example'] }, { $account: account.id })
    const bob = await aContact(api, { $email: ['bob@linked.example'] })
    const deal = await anOpportunity(api, {}, { $account: account.id, $champion: ada.id })
    const email = await anEmail(api, {
      sentAt: '2026-04-01T09:00:00Z',
      from: ['ADA@linked.example'],
      to: ['Part@team.example', 'someone@gmail.com'],
      cc: ['info@domain-only.example'],
      bcc: ['bob@linked.example'],
    })
    const links = (key: string) => email.relationships[key]?.values.toSorted()
    expect(links('$contact')).toEqual([ada.id, bob.id].toSorted())
    expect(links('$account')).toEqual([account.id, byDomain.id].toSorted())
    expect(links('$account')).not.toContain(own.id)
    await settled(api)
    for (const path of [`/v1/contacts/${ada.id}`, `/v1/accounts/${account.id}`, `/v1/accounts/${byDomain.id}`]) {
      expect((await api.get(path)).body.fields['$lastInteractionAt']?.value).toBe('2026-04-01T09:00:00.000Z')
    }
    expect((await api.get(`/v1/opportunities/${deal.id}`)).body.fields['$lastInteractionAt']?.value).toBe(
      '2026-04-01T09:00:00.000Z',
    )
    for (const id of [ada.id, account.id, byDomain.id, deal.id]) {
      const { data } = successOf(
        await api.get<{ data: { id: string; kind: string; at: string }[] }>(`/admin/v1/timeline/${id}`),
      )
      expect(data.filter(({ kind }) => kind === 'email')).toMatchObject([
        { id: email.id, at: '2026-04-01T09:00:00.000Z', record: { title: email.fields['$subject']?.value } },
      ])
    }
  })

  it('has the attachments that it came with, and only then the relationship', async () => {
    const file = await aFile(api, 'hello')
    const email = await anEmail(api, { attachmentIds: [file.id], privacySetting: 'METADATA', holderId: holder.id })
    expect(email.relationships).not.toHaveProperty('$attachment')
    const seen = await retrieve(email.id, keys.holder)
    expect(seen.relationships['$attachment']).toEqual({
      cardinality: 'HAS_MANY',
      objectType: 'file',
      values: [file.id],
    })
    const { data } = successOf(await api.get<ListBody>('/v1/emails?limit=1', { key: keys.holder }))
    expect(data[0]?.relationships['$attachment']?.values).toEqual([file.id])
    for (const key of ['$attachment', '$email-attachment']) {
      const query = `/admin/v1/records/email?${key}=${file.id}`
      expect(outcome(await api.get(query, { key: keys.stranger }))).toBe(`400 invalid_configuration ${key}`)
    }
  })

  it('is there once for each Message-ID, for all who hold it, and as private as the most private wants it', async () => {
    const messageId = 'one@mail.example'
    const first = await anEmail(api, { subject: 'First', messageId, holderId: holder.id })
    const again = await anEmail(api, { subject: 'Again', messageId, holderId: stranger.id, privacySetting: 'METADATA' })
    expect(again.id).toBe(first.id)
    expect(again).toMatchObject({ accessLevel: 'METADATA', fields: { $subject: { value: null } } })
    for (const who of ['holder', 'stranger'] as const) {
      expect(valuesOf(await retrieve(first.id, keys[who]))['$subject']).toBe('First')
    }
    await anEmail(api, { subject: 'Third', messageId, holderId: holder.id, privacySetting: 'FULL' })
    expect((await retrieve(first.id)).accessLevel).toBe('METADATA')
  })

  it('is one even when two mailboxes bring it at once', async () => {
    const messageId = 'twice@mail.example'
    const brought = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        anEmail(api, { messageId, holderId: index % 2 === 0 ? holder.id : stranger.id, privacySetting: 'METADATA' }),
      ),
    )
    expect(new Set(brought.map(({ id }) => id)).size).toBe(1)
    const [{ id } = { id: '' }] = brought
    for (const who of ['holder', 'stranger'] as const) expect((await retrieve(id, keys[who])).accessLevel).toBe('FULL')
  })

  const refusals: [answer: string, body: object][] = [
    ['400 parameter_missing subject', { sentAt: '2026-05-01T09:00:00Z' }],
    ['400 parameter_missing sentAt', { subject: 'A' }],
    ['422 sentAt', { subject: 'A', sentAt: 'yesterday' }],
    ['422 privacySetting', { subject: 'A', sentAt: '2026-05-01T09:00:00Z', privacySetting: 'SECRET' }],
    ['400 unknown_field body', { subject: 'A', sentAt: '2026-05-01T09:00:00Z', body: 'x' }],
    ['422 messageId', { subject: 'A', sentAt: '2026-05-01T09:00:00Z', messageId: '<a@b>' }],
    ['422 externalId', { subject: 'A', sentAt: '2026-05-01T09:00:00Z', externalId: 'E-1' }],
  ]
  it.each(refusals)('%s for %j', async (answer, body) => {
    expect(outcome(await api.post('/admin/v1/emails', body))).toBe(answer)
  })

  it('is not found under another id, nor written, changed or deleted through the public API', async () => {
    const { id } = await anEmail(api)
    const requests = [
      api.get('/v1/emails/eml_01h455vb4pex5vsknk084sn02q'),
      api.post('/v1/emails', { fields: {} }),
      api.post(`/v1/emails/${id}`, { fields: {} }),
      api.delete(`/v1/emails/${id}`),
    ]
    expect((await Promise.all(requests)).map(outcome)).toEqual(requests.map(() => '404'))
    for (const [verb, body] of Object.entries({ update: { records: [{ id, fields: {} }] }, delete: { ids: [id] } })) {
      expect((await api.post(`/admin/v1/records/email/${verb}`, body)).text).not.toContain('"outcome":"')
    }
    const row = { externalId: 'E-2', fields: { $subject: 'A', $sentAt: '2026-05-01T09:00:00Z' } }
    expect(outcome(await api.post('/admin/v1/objects/email/import', { records: [row] }))).toMatch(/^4/)
  })
})

describe('a private e-mail', async () => {
  const [subject, body] = ['Zyxwsecret subject', '<p>zyxwsecret body</p>']
  const account = await anAccount(api)
  const ada = await aContact(api, { $email: ['ada@private.example'] }, { $account: account.id })
  const listener = await listenTo(api, { key: keys.stranger })
  const file = await aFile(api, 'hello')
  const email = await anEmail(api, {
    subject,
    html: body,
    from: ['ada@private.example'],
    to: ['PART@team.example'],
    privacySetting: 'METADATA',
    attachmentIds: [file.id],
    holderId: holder.id,
  })
  const end = await anAccount(api)

  it('shows everything to its participants and holders, and to others that there was one', async () => {
    for (const [who, key] of Object.entries(keys)) {
      const seen = await retrieve(email.id, key)
      const isFull = full.has(who)
      expect([who, seen.accessLevel]).toEqual([who, isFull ? 'FULL' : 'METADATA'])
      expect(valuesOf(seen)).toMatchObject({
        $subject: isFull ? subject : null,
        $body: isFull ? body : null,
        $from: ['ada@private.example'],
        $to: ['PART@team.example'],
      })
      expect(Object.hasOwn(seen.relationships, '$attachment')).toBe(isFull)
      expect(seen.relationships['$contact']?.values).toEqual([ada.id])
    }
  })

  const paths = [
    '/v1/emails',
    '/admin/v1/records/email',
    '/admin/v1/records/email?fields=$subject&sort=-$sentAt',
    '/admin/v1/export/email.csv',
    '/admin/v1/export/email.ndjson',
    `/admin/v1/timeline/${account.id}`,
    `/admin/v1/timeline/${ada.id}`,
    `/admin/v1/timeline/${email.id}`,
    `/admin/v1/names?ids=${email.id}`,
    '/admin/v1/changes?limit=25',
  ]
  it.each(paths)('tells its subject to those who see it all and to nobody else: %s', async (path) => {
    for (const [who, key] of Object.entries(keys)) {
      const { status, text } = await api.get<object>(path, { key })
      expect(status).toBe(200)
      expect(text).toContain(email.id.slice(4))
      expect([who, text.toLowerCase().includes('zyxwsecret')]).toEqual([who, full.has(who)])
      if (/timeline.eml|ndjson/.test(path)) expect(text.includes(file.id)).toBe(full.has(who))
      expect(text).not.toContain('zyxwsecret body')
    }
  })

  it('is not in the archive for others', async () => {
    const response = await fetch(`${api.url}/admin/v1/export.zip`, {
      headers: { authorization: `Bearer ${keys.admin}` },
    })
    const files = Object.values(unzip(Buffer.from(await response.arrayBuffer()))).join('\n')
    expect(files).toContain(email.id)
    expect(files).not.toMatch(/zyxwsecret/i)
  })

  it('keeps its attachments to those who see all of it, by whatever way they are asked for', async () => {
    const secret = await aFile(api, 'hello', { filename: 'Zyxwfile plan.txt' })
    await anEmail(api, { privacySetting: 'METADATA', attachmentIds: [secret.id], holderId: holder.id })
    for (const [who, key] of Object.entries({ holder: keys.holder, stranger: keys.stranger, admin: keys.admin })) {
      const sees = who === 'holder'
      const asked = [`/v1/files/${secret.id}`, `/v1/files/${secret.id}/url`]
      for (const path of asked)
        expect([who, outcome(await api.get(path, { key }))]).toEqual([who, sees ? '200' : '404'])
      const { data, totalCount } = successOf(await api.get<ListBody>('/v1/files', { key }))
      expect([data.some(({ id }) => id === secret.id), data.length]).toEqual([sees, totalCount])
      for (const path of [
        '/admin/v1/search?q=zyxwfile',
        `/admin/v1/names?ids=${secret.id}`,
        '/admin/v1/changes?limit=25',
      ]) {
        expect([path, (await api.get(path, { key })).text.includes('Zyxwfile')]).toEqual([path, sees])
      }
      const attached = await api.post(`/admin/v1/records/account/${account.id}/files`, { fileId: secret.id }, { key })
      if (!sees) expect(outcome(attached)).toBe('404')
      if (sees) await api.delete(`/admin/v1/records/account/${account.id}/files/${secret.id}`, { key })
    }
    const again = { subject: 'Mine now', sentAt: '2026-05-01T09:00:00Z', attachmentIds: [secret.id] }
    expect(outcome(await api.post('/admin/v1/emails', again))).toBe('400 referenced_resource_missing attachmentIds')
    // Whoever sees it may attach it where others see it too.
    const shared = await api.post(
      `/admin/v1/records/account/${account.id}/files`,
      { fileId: secret.id },
      { key: keys.holder },
    )
    expect(outcome(shared)).toBe('200')
    expect(outcome(await api.get(`/v1/files/${secret.id}`, { key: keys.stranger }))).toBe('200')
  })

  it('cannot be found by what it says: not by search, filters, sorting or totals', async () => {
    for (const key of [keys.stranger, keys.holder]) {
      expect((await api.get<ListBody>('/admin/v1/search?q=zyxwsecret', { key })).body.data).toEqual([])
      for (const query of [
        '?$subject=Zyxwsecret',
        '?$subject[contains]=zyxw',
        '?$subject[empty]=true',
        '?$body[empty]=true',
        '?sort=$subject',
        '?$attachment[empty]=true',
        '/totals?group=$subject',
      ]) {
        expect((await api.get(`/admin/v1/records/email${query}`, { key })).status).toBe(400)
      }
    }
  })

  it('is told of as an event without what is private', async () => {
    const changes = await listener.changesUntil(end.id)
    const created = changes.find(({ id }) => id === email.id)
    expect(created?.kind).toBe('created')
    expect(created?.related.toSorted()).toEqual([account.id, ada.id].toSorted())
    expect(JSON.stringify(changes)).not.toMatch(/zyxwsecret/i)
    expect(JSON.stringify(created)).not.toMatch(new RegExp(`${file.id}|${holder.id}|attachment|holder`))
  })

  it('does not leak into what is written about its contacts and accounts', async () => {
    await settled(api)
    for (const path of [`/v1/accounts/${account.id}`, `/v1/contacts/${ada.id}`]) {
      expect((await api.get(path, { key: keys.stranger })).text).not.toMatch(/zyxwsecret/i)
    }
  })

  it('is seen by as many holders as there are', async () => {
    const messageId = 'many@mail.example'
    const members = await Promise.all(Array.from({ length: 7 }, () => aMember(api)))
    for (const { id } of members) await anEmail(api, { messageId, holderId: id, privacySetting: 'METADATA' })
    const [first] = members
    const key = await keyOf(first ?? stranger)
    const page = successOf(await api.get<ListBody>('/admin/v1/records/email?limit=1&sort=-createdAt', { key }))
    expect(page.data[0]).toMatchObject({ accessLevel: 'FULL' })
  })
})
