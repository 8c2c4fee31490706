import { describe, expect, it } from 'vitest'
import {
  aContact,
  aField,
  aKey,
  aMember,
  anAccount,
  anOpportunity,
  aRelationship,
  successOf,
} from '../../../test/factories.ts'
import { anotherWorkspace, type ListBody, outcome, type RecordBody, startApi } from '../../../test/harness.ts'
import { aDraft, begin, bringIn, errorsOf, type ImportBody, previewOf, to } from '../../../test/imports.ts'
import { aFile, aSession } from '../../../test/uploads.ts'

const api = await startApi()

const valuesOf = ({ fields }: RecordBody) =>
  Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value]))
const find = async (path: string) => successOf(await api.get<ListBody>(path)).data
const named = async (name: string) => (await find(`/v1/accounts?$name=${encodeURIComponent(name)}`))[0] as RecordBody
const reached = async (address: string) =>
  (await find(`/v1/contacts?$email[contains]=${encodeURIComponent(address)}`))[0] as RecordBody
/** Columns by their targets. */
const targets = ({ mapping }: ImportBody) => mapping.map(({ to }) => to)

describe('a table', () => {
  it('is read in the encoding and with the delimiter that it has', async () => {
    const text = 'Name;Website\r\nCafé Zürich;cafe.example\r\n"Two\r\nlines ""quoted""";two.example\r\n'
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le')
    const tables: [encoding: string, Buffer][] = [
      ['utf-8', Buffer.from(text)],
      ['utf-8', Buffer.from(`\ufeff${text}`)],
      ['utf-16le', utf16],
      ['utf-16le', utf16.subarray(2)],
      ['utf-16be', Buffer.from(utf16).swap16()],
      ['windows-1252', Buffer.from(text.replaceAll('’', '\x92'), 'latin1')],
    ]
    for (const [encoding, table] of tables) {
      const draft = successOf(await begin(api, 'account', table))
      expect([draft.encoding, draft.delimiter, draft.counts.total]).toEqual([encoding, ';', 2])
      expect(draft.columns[0]).toEqual({
        column: 0,
        name: 'Name',
        samples: ['Café Zürich', 'Two\r\nlines "quoted"'],
      })
    }
  })

  it.each([
    ['422 fileId', 'PK\x03\x04workbook', 'CSV UTF-8'],
    ['422 fileId', '\xd0\xcf\x11\xe0workbook', 'CSV UTF-8'],
    ['422 fileId', 'Name\nCaf\x81', 'CSV UTF-8'],
    ['422 fileId', 'Name\nA\0B with much more text after it, so that no other byte is zero', 'CSV UTF-8'],
    ['422 fileId', 'Name,Website\nAcme,"never closed\nBeta,b.example\n', 'row 2'],
    ['422 fileId', 'Name,Website\n', 'no rows'],
    ['422 fileId', `${Array(501).fill('A').join(',')}\n1\n`, '501 columns'],
  ])('%s, with a sentence that says what to do: %j', async (answer, table, sentence) => {
    const refused = await begin(api, 'account', Buffer.from(table, 'latin1'))
    expect(outcome(refused)).toBe(answer)
    expect(refused.text).toContain(sentence)
  })

  it('may have 500 columns, rows that are too short, and rows that are empty', async () => {
    const head = ['Name', ...Array.from({ length: 499 }, (_, index) => `Extra ${index}`)].join(',')
    const draft = successOf(await begin(api, 'account', `${head}\nWide\n\n,,\nWider,x\n`))
    expect([draft.columns.length, draft.counts.total]).toEqual([500, 2])
    const done = await to(api, 'start', draft)
    expect(done.counts).toMatchObject({ total: 2, done: 2, created: 2 })
  })

  it('may be without a header, or say itself what its delimiter is', async () => {
    const bare = successOf(await begin(api, 'account', 'Acme,acme.example\n', { header: false }))
    expect([bare.counts.total, bare.columns.map(({ name }) => name)]).toEqual([1, ['Column 1', 'Column 2']])
    const marked = successOf(await begin(api, 'account', 'sep=|\nName|Website\nAcme|acme.example\n'))
    expect([marked.delimiter, targets(marked), marked.counts.total]).toEqual(['|', ['$name', '$website'], 1])
    const told = successOf(await begin(api, 'account', 'Name:Website\nA;1:b.example\n', { delimiter: ':' }))
    expect(targets(told)).toEqual(['$name', '$website'])
  })

  it('is a completed file of the workspace', async () => {
    const open = await aSession(api)
    const of = (fileId: string) => api.post('/admin/v1/imports', { objectType: 'account', fileId })
    expect(outcome(await of(open.id))).toBe('422')
    expect(outcome(await of('fil_01h455vb4pex5vsknk084sn02q'))).toBe('404')
    const theirs = await aFile(await anotherWorkspace(api), 'Name\nA\n')
    expect(outcome(await of(theirs.id))).toBe('404')
    const ours = await aFile(api, 'Name\nA\n')
    const refused = await api.post('/admin/v1/imports', { objectType: 'member', fileId: ours.id })
    expect(outcome(refused)).toBe('422 objectType')
  })
})

describe('what the columns become', () => {
  it('is suggested by labels, keys and words that people use', async () => {
    await aField(api, 'contact', { slug: 'tier', label: 'Customer tier', valueType: 'NUMBER' })
    const head =
      'First name,Surname,E-Mail,Second,Mobile,Job title,Company,customer TIER,Do not contact,ID,Nonsense,Title'
    const draft = successOf(await begin(api, 'contact', `${head}\nA,B,a@b.example,,,,,,,,,\n`))
    expect(targets(draft)).toEqual([
      '$name.firstName',
      '$name.lastName',
      '$email',
      null,
      '$phone',
      '$title',
      '$account',
      'tier',
      '$doNotContact',
      'externalId',
      null,
      null,
    ])
    expect(draft.match.by).toBe('externalId')
  })

  it('is suggested with how dates, numbers and lists are written', async () => {
    const table = 'Deal;Close date;Amount\nA;31/12/2026;1.234,50\nB;01/02/2027;12\n'
    const draft = successOf(await begin(api, 'opportunity', table))
    expect(draft.mapping).toMatchObject([
      { to: '$name' },
      { to: '$closeDate', dates: 'day-first' },
      { to: '$amount', decimal: ',' },
    ])
    expect(draft.problems).toEqual([
      'A new opportunity needs “Stage”: no column becomes that.',
      'A new opportunity needs “Account”: no column becomes that.',
    ])
    expect(outcome(await api.post(`/admin/v1/imports/${draft.id}/start`))).toBe('422 mapping')
  })

  const refusals: [answer: string, settings: object][] = [
    ['400 unknown_field mapping.0.to', { mapping: [{ column: 0, to: 'bogus' }] }],
    ['400 unknown_field mapping.0.to', { mapping: [{ column: 0, to: '$accountStatus' }] }],
    ['400 unknown_field mapping.0.to', { mapping: [{ column: 0, to: '$opportunity' }] }],
    ['422 mapping.0.column', { mapping: [{ column: 2, to: '$name' }] }],
    ['422 mapping.0', { mapping: [{ to: '$name' }] }],
    ['422 mapping.0', { mapping: [{ column: 0, value: 'A', to: '$name' }] }],
    ['422 mapping.1.to', { mapping: [0, 1].map((column) => ({ column, to: '$name' })) }],
    [
      '422 mapping.1.to',
      {
        mapping: [
          { column: 0, to: '$primaryAddress' },
          { column: 1, to: '$primaryAddress.city' },
        ],
      },
    ],
    ['422 match.by', { match: { by: '$owner' } }],
    ['422 match.by', { match: { by: '$primaryAddress.city' } }],
    ['422 match.by', { match: { by: 'bogus' } }],
    ['422 timeZone', { timeZone: 'Mars/Olympus' }],
    ['400 unknown_field mapping.0.colour', { mapping: [{ column: 0, to: null, colour: 1 }] }],
    ['422 mapping.0.dates', { mapping: [{ column: 0, to: null, dates: 'year-first' }] }],
  ]
  it.each(refusals)('%s for %j', async (answer, settings) => {
    const draft = successOf(await begin(api, 'account', 'Name,Website\nA,a.example\n'))
    expect(outcome(await api.patch(`/admin/v1/imports/${draft.id}`, settings))).toBe(answer)
  })

  it('is fixed once the import has begun', async () => {
    const done = await bringIn(api, 'account', 'Name\nFixed\n')
    expect(outcome(await api.patch(`/admin/v1/imports/${done.id}`, { timeZone: 'UTC' }))).toBe('422')
  })
})

describe('rows', () => {
  it('become records with every kind of value', async () => {
    const fields = [
      ['CHECKBOX', 'Active', 'yes', true],
      ['DATETIME', 'Since', '04.07.2026', '2026-07-03T22:00:00.000Z'],
      ['CURRENCY', 'Budget', '1.234,5', 1234.5],
      ['TELEPHONE', 'Line', '+49 30 1234567; 030 7654321', ['+49301234567', '0307654321']],
      ['MARKDOWN', 'Remark', '=not a formula', '=not a formula'],
    ] as const
    for (const [valueType, label] of fields) await aField(api, 'account', { valueType, label })
    const head = [
      'Name',
      'Website',
      'Industry',
      'Street',
      'City',
      'Country',
      'Owner',
      ...fields.map(([, label]) => label),
    ]
    const cells = [
      'Full',
      'full.example',
      'Software; Media',
      'Main St 1',
      'Köln',
      'Germany',
      'admin@example.com',
      ...fields.map(([, , cell]) => cell),
    ]
    const draft = successOf(await begin(api, 'account', `${head.join('\t')}\n${cells.join('\t')}\n`))
    await api.patch(`/admin/v1/imports/${draft.id}`, { timeZone: 'Europe/Berlin' })
    const done = await to(api, 'start', draft)
    expect([done.counts, (await errorsOf(api, done)).split('\n').length]).toEqual([
      { total: 1, done: 1, created: 1, updated: 0, skipped: 0, refused: 0 },
      2,
    ])
    const record = await named('Full')
    const values = Object.values(valuesOf(record))
    for (const [, , , value] of fields) expect(values).toContainEqual(value)
    expect(valuesOf(record)).toMatchObject({
      $website: ['https://full.example'],
      $industry: [expect.stringMatching(/^opt_/), expect.stringMatching(/^opt_/)],
      $primaryAddress: { street: 'Main St 1', city: 'Köln', country: 'DE', state: null },
    })
    expect(record.relationships.$owner?.values).toEqual([api.memberId])
  })

  it('are previewed as they would be written, and nothing is', async () => {
    const known = await aContact(api, { $email: ['known@preview.example'], $title: 'CTO' })
    const table = [
      'Name,E-mail,Title,Company',
      'Ada Byron,new@preview.example,CEO,Preview Ltd',
      '"Hopper, Grace",KNOWN@preview.example,CFO,',
      ',known@preview.example,CFO,',
      'Bad,not-an-address,,',
      'Unchanged,,,Nobody Inc',
    ].join('\n')
    const draft = await aDraft(api, 'contact', table, { createMissing: { accounts: true } })
    const rows = await previewOf(api, draft)
    expect(rows).toMatchObject([
      {
        row: 2,
        outcome: 'create',
        record: {
          fields: { $name: { firstName: 'Ada', lastName: 'Byron' }, $email: ['new@preview.example'] },
          relationships: { $account: [{ create: 'Preview Ltd' }] },
        },
      },
      {
        row: 3,
        outcome: 'update',
        id: known.id,
        changes: {
          $title: { before: 'CTO', after: 'CFO' },
          $name: { after: { firstName: 'Grace', lastName: 'Hopper' } },
        },
      },
      { row: 4, outcome: 'update' },
      {
        row: 5,
        outcome: 'refused',
        error: expect.stringContaining('Row 5, column “E-mail”: “not-an-address” must be'),
      },
      { row: 6, outcome: 'create', record: { relationships: { $account: [{ create: 'Nobody Inc' }] } } },
    ])
    expect(await find('/v1/accounts?$name=Preview%20Ltd')).toEqual([])
    expect(valuesOf(successOf(await api.get(`/v1/contacts/${known.id}`))).$title).toBe('CTO')
  })

  it('find the record that they are about: by address, by site whatever its form, by external id, by id', async () => {
    const site = await anAccount(api, { $website: ['https://www.match.example/about'] })
    const byId = await anAccount(api, { $name: 'Old name' })
    const contact = await aContact(api, { $email: ['a@match.example', 'b@match.example'] })
    const bySite = await bringIn(api, 'account', 'Name,Website\nMatched,match.example\n')
    expect(bySite.counts).toMatchObject({ updated: 1, created: 0 })
    expect(valuesOf(successOf(await api.get(`/v1/accounts/${site.id}`))).$name).toBe('Matched')
    expect((await bringIn(api, 'contact', 'Email,Title\nB@Match.example,COO\n')).counts.updated).toBe(1)
    expect(valuesOf(await reached('b@match.example'))).toMatchObject({ $title: 'COO', $email: ['B@match.example'] })
    expect(contact.id).toBe((await reached('b@match.example')).id)
    expect((await bringIn(api, 'account', `ID,Name\n${byId.id},New name\n`)).counts.updated).toBe(1)
    expect(valuesOf(successOf(await api.get(`/v1/accounts/${byId.id}`))).$name).toBe('New name')
    const first = await bringIn(api, 'account', 'External ID,Name\nx-1,First\n')
    const again = await bringIn(api, 'account', 'External ID,Name\nx-1,Second\nx-2,Third\n')
    expect([first.counts.created, again.counts.updated, again.counts.created]).toEqual([1, 1, 1])
  })

  it('leave what they do not say: empty cells, and parts of an address', async () => {
    const whole = { street: 'A 1', city: 'Bonn', country: 'DE' }
    const { id } = await anAccount(api, { $website: ['parts.example'], $primaryAddress: whole, $headcount: '1-10' })
    await bringIn(api, 'account', 'Website,City,Headcount,Name\nparts.example,Berlin,,\n')
    const record = successOf(await api.get(`/v1/accounts/${id}`))
    expect(valuesOf(record)).toMatchObject({ $primaryAddress: { street: 'A 1', city: 'Berlin', country: 'DE' } })
    expect(record.fields.$headcount?.value).not.toBe(null)
  })

  it('about records that are there can be skipped', async () => {
    await aContact(api, { $email: ['skip@skip.example'], $title: 'Old' })
    const done = await bringIn(api, 'contact', 'Email,Title\nskip@skip.example,New\n', { match: { onMatch: 'skip' } })
    expect(done.counts).toMatchObject({ skipped: 1, updated: 0 })
    expect(valuesOf(await reached('skip@skip.example')).$title).toBe('Old')
  })

  it('that change nothing are skipped, and about one record are taken in their order', async () => {
    const table =
      'Email,Title\none@twice.example,First\nsame@twice.example,A\none@twice.example,Second\nONE@twice.example,Third\n'
    const done = await bringIn(api, 'contact', table)
    expect(done.counts).toMatchObject({ created: 2, updated: 2, skipped: 0 })
    expect(valuesOf(await reached('one@twice.example')).$title).toBe('Third')
    expect((await bringIn(api, 'contact', 'Email,Title\nsame@twice.example,A\n')).counts).toMatchObject({ skipped: 1 })
  })

  it('link to records by name, site, address, external id and id, and create accounts once where asked to', async () => {
    const [byName, bySite] = [
      await anAccount(api, { $name: 'Linked Ltd' }),
      await anAccount(api, { $website: ['linked.example'] }),
    ]
    const table = [
      'Email,Company',
      'a@l.example,linked ltd',
      'b@l.example,www.linked.example',
      `c@l.example,${byName.id}`,
      'd@l.example,Brand New',
      'e@l.example,BRAND NEW',
      'f@l.example,brandnew.example',
    ].join('\n')
    const refused = await bringIn(api, 'contact', table)
    expect(refused.counts).toMatchObject({ created: 3, refused: 3 })
    expect(await errorsOf(api, refused)).toContain(
      'Row 5, column “Company”: “Brand New” is the name, address or id of no account',
    )
    const done = await bringIn(api, 'contact', table, { createMissing: { accounts: true } })
    expect(done.counts).toMatchObject({ created: 3, skipped: 3, refused: 0 })
    const accountOf = async (address: string) => (await reached(address)).relationships.$account?.values
    expect(await accountOf('a@l.example')).toEqual([byName.id])
    expect(await accountOf('b@l.example')).toEqual([bySite.id])
    expect(await accountOf('c@l.example')).toEqual([byName.id])
    const brand = await named('Brand New')
    expect([await accountOf('d@l.example'), await accountOf('e@l.example')]).toEqual([[brand.id], [brand.id]])
    expect(valuesOf(await named('brandnew.example')).$website).toEqual(['https://brandnew.example'])
  })

  it('that could mean several records are refused, and say which', async () => {
    const twins = [await anAccount(api, { $name: 'Twin' }), await anAccount(api, { $name: 'Twin' })]
    const linked = await errorsOf(api, await bringIn(api, 'contact', 'Email,Company\nt@t.example,Twin\n'))
    for (const { id } of twins) expect(linked).toContain(id)
    for (const name of ['A', 'B']) await aContact(api, { $email: ['both@t.example'], $title: name })
    const matched = await errorsOf(api, await bringIn(api, 'contact', 'Email,Title\nboth@t.example,C\n'))
    expect(matched).toContain('Row 2: several contacts have “both@t.example”')
  })

  it('name options by their labels, which can be added', async () => {
    const { slug } = await aField(api, 'account', {
      label: 'Segment',
      valueType: 'MULTI_SELECT',
      typeConfiguration: { options: [{ label: 'Gold' }] },
    })
    const table = 'Name,Segment\nOptions A,gold; Tin\nOptions B,TIN\n'
    const refused = await bringIn(api, 'account', table)
    expect([refused.counts.refused, await errorsOf(api, refused)]).toEqual([
      2,
      expect.stringContaining('Row 2, column “Segment”: “gold; Tin” must be one of: Gold'),
    ])
    const mapping = refused.mapping.map((entry) => ({ ...entry, unknownOptions: 'create' }))
    expect((await bringIn(api, 'account', table, { mapping })).counts.created).toBe(2)
    const values = await Promise.all(
      ['A', 'B'].map(async (one) => valuesOf(await named(`Options ${one}`))[slug] as string[]),
    )
    expect(values[0]?.[1]).toBe(values[1]?.[0])
  })

  it('take a value for all of them, and several columns for one field', async () => {
    const table = 'Deal,Company,Price\nConstant deal,Constant Inc,100\n'
    const mapping = [
      { column: 0, to: '$name' },
      { column: 1, to: '$account' },
      { column: 2, to: '$amount' },
      { value: 'Lead', to: '$stage' },
      { value: 'admin@example.com', to: '$owner' },
    ]
    const done = await bringIn(api, 'opportunity', table, { mapping, createMissing: { accounts: true } })
    expect(done.counts.created).toBe(1)
    const [deal] = await find('/v1/opportunities?$name=Constant%20deal')
    expect(deal?.relationships.$owner?.values).toEqual([api.memberId])
    const several = [0, 1].map((column) => ({ column, to: '$email' }))
    await bringIn(api, 'contact', 'Work,Home\nw@two.example,h@two.example\n', { mapping: several, match: { by: null } })
    expect(valuesOf(await reached('w@two.example')).$email).toEqual(['w@two.example', 'h@two.example'])
  })

  it('that are refused come back as they were, with the row, the column, the text and what is accepted', async () => {
    const { slug } = await aField(api, 'account', { label: 'Tax id', valueType: 'TEXT' })
    const unique = await aField(api, 'account', {
      label: 'Mail',
      valueType: 'EMAIL',
      typeConfiguration: { unique: true, multipleValues: false },
    })
    const holder = await anAccount(api, { [unique.slug]: 'u@unique.example' })
    const table = [
      `Name;${slug};Mail;Headcount`,
      '"A ""quoted"" name";1;nowhere;',
      ';2;;',
      'Fine;3;;',
      'Taken;4;u@unique.example;',
      'Wrong;5;;many',
      'Too;6;;1-10;and more',
    ].join('\r\n')
    const done = await bringIn(api, 'account', table, { match: { by: null } })
    expect(done.counts).toMatchObject({ total: 6, done: 6, created: 1, refused: 5 })
    const text = await errorsOf(api, done)
    const [head, ...lines] = text.trimEnd().split('\r\n')
    expect(head).toBe(`\ufeffName;${slug};Mail;Headcount;Why it was refused`)
    expect(lines).toEqual([
      expect.stringMatching(
        /^"A ""quoted"" name";1;nowhere;;.*Row 2, column “Mail”: “nowhere” must be an e-mail address/,
      ),
      expect.stringContaining(';2;;;Row 3: “Name” is empty, and a new account needs one.'),
      expect.stringMatching(new RegExp(`Row 5, column “Mail”: “u@unique.example” was refused: .*${holder.id}`)),
      expect.stringContaining('Row 6, column “Headcount”: “many” must be one of: 1-10, 11-50'),
      expect.stringContaining('Row 7 has 5 cells, but the table has 4 columns'),
    ])
  })

  it('are written in the name of whoever began the import', async () => {
    const member = await aMember(api, { role: 'admin' })
    const { key, id } = await aKey(api, { memberId: member.id })
    const theirs = { ...api, post: (path: string, body?: unknown) => api.post(path, body, { key }) } as typeof api
    const done = await bringIn(theirs, 'account', 'Name\nNamed by another\n')
    expect(done.createdBy).toBe(member.id)
    const record = await named('Named by another')
    const actors = await api.sql<{ actor: string }>(
      "select actor from change where after->>'$name' = 'Named by another'",
    )
    expect(actors.length).toBe(1)
    expect(JSON.stringify([record.id, id, actors])).toContain(actors[0]?.actor ?? 'nobody')
  })
})

describe('an import', () => {
  it('is listed, and kept to its workspace and to admins', async () => {
    const done = await bringIn(api, 'account', 'Name\nListed\n')
    const { data } = successOf(await api.get<{ data: ImportBody[] }>('/admin/v1/imports?limit=1'))
    expect(data).toMatchObject([{ id: done.id, state: 'done', counts: { created: 1 } }])
    const elsewhere = await anotherWorkspace(api)
    for (const [method, path] of [
      ['get', ''],
      ['get', '/preview'],
      ['get', '/errors.csv'],
      ['post', '/start'],
      ['post', '/cancel'],
      ['post', '/undo'],
      ['patch', ''],
    ] as const) {
      const at = `/admin/v1/imports/${done.id}${path}`
      const call = (of: typeof api) =>
        method === 'get' ? of.get(at) : of[method](at, method === 'patch' ? {} : undefined)
      expect([path, outcome(await call(elsewhere))]).toEqual([path, '404'])
    }
    expect(successOf(await elsewhere.get<ListBody>('/admin/v1/imports')).totalCount).toBe(0)
  })

  it('can be cancelled, gone on with, and not begun twice', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => `Many ${index}`)
    const draft = await aDraft(api, 'account', ['Name', ...rows].join('\n'))
    const answers = await Promise.all([1, 2].map(() => api.post(`/admin/v1/imports/${draft.id}/start`)))
    expect(answers.map(outcome).toSorted()).toEqual(['200', '422'])
    await expect.poll(async () => (await atRestOrNot(draft)).counts.done, { timeout: 20_000 }).toBeGreaterThan(0)
    const cancelled = successOf(await api.post<ImportBody>(`/admin/v1/imports/${draft.id}/cancel`))
    expect(cancelled.state).toBe('cancelled')
    const done = await to(api, 'start', draft)
    expect(done).toMatchObject({ state: 'done', counts: { total: 3000, created: 3000, refused: 0 } })
    expect(await api.sql("select count(*)::int from record where fields->'$name'->>'value' like 'Many %'")).toEqual([
      { count: 3000 },
    ])
  })
  const atRestOrNot = async ({ id }: { id: string }) => successOf(await api.get<ImportBody>(`/admin/v1/imports/${id}`))
})

describe('undoing an import', () => {
  it('puts what it created in the trash, with the accounts that it made, and gives back what it changed', async () => {
    const known = await aContact(api, { $email: ['known@undo.example'], $title: 'CTO' })
    const before = successOf(await api.get(`/v1/contacts/${known.id}`))
    const table = 'Email,Title,Company\nknown@undo.example,CEO,Undone Ltd\nnew@undo.example,CFO,Undone Ltd\n'
    const done = await bringIn(api, 'contact', table, { createMissing: { accounts: true } })
    expect(done.counts).toMatchObject({ created: 1, updated: 1 })
    const made = await reached('new@undo.example')
    const undone = await to(api, 'undo', done)
    expect([undone.state, undone.undo]).toEqual(['undone', { reverted: 3, kept: 0, failed: 0 }])
    const after = successOf(await api.get(`/v1/contacts/${known.id}`))
    expect([valuesOf(after), after.relationships]).toEqual([valuesOf(before), before.relationships])
    expect(outcome(await api.get(`/v1/contacts/${made.id}`))).toBe('404')
    expect(await find('/v1/accounts?$name=Undone%20Ltd')).toEqual([])
    expect(outcome(await api.post(`/admin/v1/imports/${done.id}/undo`))).toBe('422')
    expect(outcome(await api.post(`/admin/v1/imports/${done.id}/start`))).toBe('422')
  })

  it('keeps what others have changed or linked since', async () => {
    const mixed = await aContact(api, { $email: ['mixed@keep.example'], $title: 'CTO', $linkedIn: 'mixed-before' })
    const table = [
      'Email,Title,LinkedIn',
      'mixed@keep.example,CEO,mixed-after',
      'edited@keep.example,A,edited-one',
      'plain@keep.example,B,plain-one',
    ].join('\n')
    const done = await bringIn(api, 'contact', table)
    await api.post(`/v1/contacts/${mixed.id}`, { fields: { $title: 'Chair' } })
    await api.post(`/v1/contacts/${(await reached('edited@keep.example')).id}`, { fields: { $title: 'Edited' } })
    const undone = await to(api, 'undo', done)
    expect(undone.undo).toEqual({ reverted: 1, kept: 2, failed: 0 })
    expect(valuesOf(successOf(await api.get(`/v1/contacts/${mixed.id}`)))).toMatchObject({
      $title: 'Chair',
      $linkedIn: 'https://www.linkedin.com/in/mixed-before',
    })
    expect(valuesOf(await reached('edited@keep.example')).$title).toBe('Edited')

    const accounts = await bringIn(api, 'account', 'Name\nWith a deal\nWithout a deal\n')
    await anOpportunity(api, {}, { $account: (await named('With a deal')).id })
    expect((await to(api, 'undo', accounts)).undo).toEqual({ reverted: 1, kept: 1, failed: 0 })
    expect((await named('With a deal')).id).toMatch(/^acc_/)
  })

  it('gives back links, the one there was or those that there were', async () => {
    const { slug } = await aRelationship(api, 'account', {
      to: 'contact',
      label: 'Fans',
      inverse: { slug: 'fan-of', label: 'Fan of', cardinality: 'HAS_MANY' },
    })
    const [old, fresh] = [
      await aContact(api, { $email: ['old@l.example'] }),
      await aContact(api, { $email: ['fresh@l.example'] }),
    ]
    const member = await aMember(api, { email: 'second@team.example' })
    const account = await anAccount(api, { $website: ['links-undo.example'] }, { [slug]: old.id, $owner: api.memberId })
    const done = await bringIn(
      api,
      'account',
      'Website,Fans,Owner\nlinks-undo.example,fresh@l.example,second@team.example\n',
    )
    const linked = successOf(await api.get(`/v1/accounts/${account.id}`)).relationships
    expect([linked[slug]?.values.toSorted(), linked.$owner?.values]).toEqual([
      [old.id, fresh.id].toSorted(),
      [member.id],
    ])
    await to(api, 'undo', done)
    expect(successOf(await api.get(`/v1/accounts/${account.id}`)).relationships).toEqual(account.relationships)
  })
})
