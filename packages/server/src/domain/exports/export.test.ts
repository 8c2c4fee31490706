import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import {
  aContact,
  aCustomRecord,
  aField,
  aKey,
  aList,
  aMember,
  aNote,
  anAccount,
  anObjectType,
  anOpportunity,
  aTask,
  successOf,
} from '../../../test/factories.ts'
import {
  type Api,
  anotherWorkspace,
  type ListBody,
  outcome,
  type RecordBody,
  settled,
  startApi,
} from '../../../test/harness.ts'
import { begin, bringIn, errorsOf, to } from '../../../test/imports.ts'
import { unzip } from '../../../test/zip.ts'

const api = await startApi()

async function textOf(of: Api, path: string): Promise<string> {
  const { status, text } = await of.get(path)
  if (status !== 200) throw new Error(text)
  return text
}
/** The records of a table by the names of its columns. */
const rowsOf = (text: string) =>
  Papa.parse<Record<string, string>>(text.replace('\ufeff', ''), { header: true, skipEmptyLines: true }).data

describe('a table of records', () => {
  it('has every field, parts of names and addresses in columns of their own, and links by ids and names', async () => {
    const elsewhere = await anotherWorkspace(api)
    const account = await anAccount(elsewhere, {
      $name: '=HYPERLINK("x")',
      $website: ['one.example', 'two.example/a;b'],
      $primaryAddress: { city: 'Köln', country: 'DE', latitude: -1.5 },
      $headcount: '11-50',
      $industry: ['Software', 'Media'],
    })
    await aContact(
      elsewhere,
      { $name: { firstName: 'Ada', lastName: 'Byron' }, $phone: ['+49301234567'], $doNotContact: true },
      { $account: account.id },
    )
    const text = await textOf(elsewhere, '/admin/v1/export/account.csv')
    expect([text.startsWith('\ufeffID,External ID,Name,Website,'), text.endsWith('\r\n')]).toEqual([true, true])
    expect(rowsOf(text)[1]).toMatchObject({
      ID: account.id,
      Name: '\'=HYPERLINK("x")',
      Website: 'https://one.example; https://two.example/a;b',
      Industry: 'Software; Media',
      Headcount: '11-50',
      'Primary address: City': 'Köln',
      'Primary address: Latitude': '-1.5',
    })
    const [contact] = rowsOf(await textOf(elsewhere, '/admin/v1/export/contact.csv'))
    expect(contact).toMatchObject({
      'Name: First name': 'Ada',
      'Name: Last name': 'Byron',
      Phone: "'+49301234567",
      'Do not contact': 'yes',
      'Accounts IDs': account.id,
      Accounts: '=HYPERLINK("x")'.replace(/^/, "'"),
    })
  })

  it('takes the filters, the order and the columns of a screen, and all pages of it', async () => {
    const type = await anObjectType(api)
    const { slug } = await aField(api, type, { valueType: 'NUMBER', label: 'Size' })
    for (let index = 0; index < 520; index += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => aCustomRecord(api, type, { [slug]: index + n })))
    }
    const all = rowsOf(await textOf(api, `/admin/v1/export/${type}.csv`))
    expect([all.length, new Set(all.map(({ ID }) => ID)).size]).toEqual([520, 520])
    const some = rowsOf(
      await textOf(api, `/admin/v1/export/${type}.csv?${slug}[lessThan]=3&sort=-${slug}&fields=${slug}`),
    )
    expect(some.map(({ Size }) => Size)).toEqual(['2', '1', '0'])
    expect(Object.keys(some[0] ?? {})).toEqual(['ID', 'External ID', 'Size', 'Created at', 'Updated at'])
    const lines = (await textOf(api, `/admin/v1/export/${type}.ndjson?${slug}[lessThan]=2`)).trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as RecordBody).fields[slug]?.value).toSorted()).toEqual([0, 1])
  })

  it('tells columns of one name apart', async () => {
    await aField(api, 'account', { slug: 'same', label: 'Name', valueType: 'TEXT' })
    const [head] = (await textOf(api, '/admin/v1/export/account.csv')).split('\r\n')
    expect(head).toContain('Name ($name),')
    expect(head).toContain('Name (same)')
    await api.delete('/admin/v1/objects/account/fields/same')
  })

  it('is refused for what there is not, and for what the key may not read', async () => {
    const { key } = await aKey(api, { scopes: ['accounts:read'] })
    expect(outcome(await api.get('/admin/v1/export/nothing.csv'))).toBe('404')
    expect(outcome(await api.get('/admin/v1/export/file.csv'))).toBe('404')
    expect(outcome(await api.get('/admin/v1/export/account.xlsx'))).toBe('404')
    expect(outcome(await api.get('/admin/v1/export/account.csv?bogus=1'))).toBe('400 unknown_field bogus')
    expect(outcome(await api.get('/admin/v1/export/account.csv', { key }))).toBe('200')
    expect(outcome(await api.get('/admin/v1/export/contact.csv', { key }))).toBe('403')
    expect(outcome(await api.get('/admin/v1/export.zip', { key }))).toBe('403')
    const member = await aKey(api, { memberId: (await aMember(api)).id })
    expect(outcome(await api.get('/admin/v1/export/contact.csv', { key: member.key }))).toBe('200')
    expect(outcome(await api.get('/admin/v1/export.zip', { key: member.key }))).toBe('403')
  })
})

describe('an export that is imported into another workspace', () => {
  it('gives the same values and links', async () => {
    const [from, into] = [await anotherWorkspace(api), await anotherWorkspace(api)]
    const options = ['Gold', 'Silver'].map((label) => ({ label }))
    for (const of of [from, into]) {
      const fields = {
        since: { valueType: 'DATETIME' },
        score: { valueType: 'NUMBER' },
        tier: { valueType: 'SINGLE_SELECT', typeConfiguration: { options } },
        remark: { valueType: 'MARKDOWN' },
        office: { valueType: 'ADDRESS' },
        person: { valueType: 'FULL_NAME' },
      }
      for (const [slug, field] of Object.entries(fields)) await aField(of, 'account', { slug, label: slug, ...field })
    }
    const first = await anAccount(from, {
      $name: "'=1+1",
      $website: ['https://a.example/x;y?z=1,2', 'b.example'],
      $industry: ['Software', 'Real Estate'],
      $headcount: '1-10',
      $linkedIn: 'https://www.linkedin.com/company/a',
      $primaryAddress: { street: '1, Main St', city: 'Zürich', postalCode: '08001', country: 'CH', latitude: 47.3 },
      since: '2026-03-04T05:06:07.089Z',
      score: -12.5,
      tier: 'Gold',
      remark: '# Title\n\n- "quoted", text\n- +1',
      office: { city: '-' },
      person: { firstName: 'Ada King', lastName: null },
    })
    const second = await anAccount(from, { $name: 'Second' })
    await aContact(
      from,
      {
        $name: { firstName: 'Ada', lastName: 'Byron' },
        $email: ['a@b.example', 'c@d.example'],
        $phone: ['+14155550100;ext=12'],
        $doNotContact: false,
        $title: '@work',
      },
      { $account: [first.id, second.id] },
    )
    await anOpportunity(
      from,
      { $name: 'Deal', $stage: 'Proposal', $amount: 1234.5, $closeDate: '2026-12-31T00:00:00Z' },
      { $account: first.id },
    )
    await aNote(from, { $title: 'Note', $content: 'a\r\nb' }, { $account: second.id })
    await aTask(from, { $title: 'Task', $dueAt: '2026-01-01T00:00:00Z' }, { $account: first.id })

    for (const type of ['account', 'contact', 'opportunity', 'note', 'task']) {
      const table = await textOf(from, `/admin/v1/export/${type}.csv`)
      const draft = successOf(await begin(into, type, table))
      // Whom it belongs to is somebody else there.
      const mapping = draft.mapping.map((entry) => {
        const name = draft.columns[entry.column ?? 0]?.name ?? ''
        if (/^(Owner|Created by)/.test(name)) return { ...entry, to: null }
        return /^Assigned to/.test(name)
          ? { value: 'admin@another.example', to: name.endsWith('ID') ? '$assignedTo' : null }
          : entry
      })
      successOf(await into.patch(`/admin/v1/imports/${draft.id}`, { mapping }))
      const done = await to(into, 'start', draft)
      expect([type, (await errorsOf(into, done)).split('\r\n').slice(1)]).toEqual([type, ['']])
    }

    for (const plural of ['accounts', 'contacts', 'opportunities', 'notes', 'tasks']) {
      const [theirs, ours] = await Promise.all([from, into].map((of) => allOf(of, plural)))
      expect(ours).toEqual(theirs)
    }
  })
})

/** Everything that is written of all records of a type, with what they are linked to by external id or, where they came about, id. */
async function allOf(of: Api, plural: string) {
  const { data } = successOf(await of.get<ListBody>(`/v1/${plural}`))
  const external = new Map<string, string>()
  for (const linked of ['accounts', 'contacts']) {
    for (const { id, externalId } of successOf(await of.get<ListBody>(`/v1/${linked}`)).data) {
      external.set(id, externalId ?? id)
    }
  }
  const generated = /Status$|^\$howTheyMakeMoney|^\$lastInteraction/
  return data
    .map(({ id, externalId, fields, relationships }) => ({
      id: externalId ?? id,
      // Options of custom fields have ids of their own in each workspace.
      fields: Object.entries(fields)
        .filter(([key]) => !generated.test(key))
        .map(([key, { value }]) => [key, key === 'tier' && value ? 'an option' : value]),
      account: relationships.$account?.values.map((one) => external.get(one) ?? one).toSorted(),
    }))
    .filter(({ fields }) => JSON.stringify(fields).includes('Sample Account') === false)
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
}

describe('an export of everything', () => {
  it('is a zip archive of tables, JSON lines and definitions', async () => {
    const elsewhere = await anotherWorkspace(api)
    const account = await anAccount(elsewhere, { $name: 'In the archive' })
    const list = await aList(elsewhere, {}, { $accounts: [account.id] })
    await settled(api)
    const { url } = successOf(
      await elsewhere.post<{ url: string }>('/admin/v1/downloads', { path: '/admin/v1/export.zip' }),
    )
    const files = unzip(Buffer.from(await (await fetch(url)).arrayBuffer()))
    const names = ['definitions.json', 'links.csv', 'accounts.csv', 'accounts.ndjson', 'tasks.csv', 'members.csv']
    expect(Object.keys(files)).toEqual(expect.arrayContaining(names))
    expect(files['accounts.csv']).toBe(await textOf(elsewhere, '/admin/v1/export/account.csv'))
    expect(files['accounts.ndjson']).toBe(await textOf(elsewhere, '/admin/v1/export/account.ndjson'))
    expect(files['links.csv']).toContain(`list,${list.id},$accounts,${account.id}\r\n`)
    expect(JSON.parse(files['definitions.json'] ?? '')).toMatchObject({ account: { label: 'Account' } })
  })
})

describe('an address for a download', () => {
  const link = async (path: string, of = api) =>
    of.post<{ url: string; expiresAt: string }>('/admin/v1/downloads', { path })

  it('works without a key, in the name of whoever asked for it, and for its path only', async () => {
    const theirs = await anotherWorkspace(api)
    await anAccount(theirs, { $name: 'Theirs alone' })
    const { url } = successOf(await link('/admin/v1/export/account.csv?fields=$name', theirs))
    const response = await fetch(url)
    expect([response.status, response.headers.get('content-disposition')]).toEqual([
      200,
      'attachment; filename=account.csv',
    ])
    expect(await response.text()).toContain('Theirs alone')
    const grant = new URL(url).searchParams.get('grant') ?? ''
    const forged = Buffer.from(
      Buffer.from(grant, 'base64url').toString().replace('account.csv', 'contact.csv'),
    ).toString('base64url')
    for (const bad of [url.replace(grant, forged), url.slice(0, -2), `${url}&more=1`, `${api.url}/downloads`]) {
      expect((await fetch(bad)).status).toBe(403)
    }
  })

  it('needs what its path needs', async () => {
    const { key } = await aKey(api, { scopes: ['accounts:read'] })
    const as = async (path: string) => outcome(await api.post('/admin/v1/downloads', { path }, { key }))
    expect(await as('/admin/v1/export/account.csv')).toBe('200')
    expect(await as('/admin/v1/export/contact.csv')).toBe('403')
    expect(await as('/admin/v1/export.zip')).toBe('403')
    expect(await as('/admin/v1/imports/imp_x/errors.csv')).toBe('403')
    expect(outcome(await link('/v1/accounts'))).toBe('404')
    expect(outcome(await link('/admin/v1/export/nothing.csv'))).toBe('404')
    expect(outcome(await link('/admin/v1/imports/imp_x/errors.csv'))).toBe('404')
    const done = await bringIn(api, 'account', 'Name,Headcount\nA,many\n')
    const { url } = successOf(await link(`/admin/v1/imports/${done.id}/errors.csv`))
    expect(await (await fetch(url)).text()).toContain('Row 2, column')
  })
})
