import { beforeAll, describe, expect, it } from 'vitest'
import {
  aContact,
  aCustomRecord,
  aField,
  aKey,
  aList,
  aMeeting,
  aMember,
  aNote,
  anAccount,
  anObjectType,
  anOpportunity,
  aTask,
  successOf,
} from '../../../test/factories.ts'
import { anotherWorkspace, outcome, settled, startApi } from '../../../test/harness.ts'
import { aFile } from '../../../test/uploads.ts'

const api = await startApi()

type Result = {
  id: string
  objectType: string
  title: string
  subtitle: string | null
  httpLink: string
  matched: string
}

const search = async (q: string, more = '', key = api.key) =>
  successOf(await api.get<{ data: Result[] }>(`/admin/v1/search?q=${encodeURIComponent(q)}${more}`, { key })).data
const idsFor = async (q: string, more = '', key?: string) => (await search(q, more, key)).map(({ id }) => id)
const first = async (q: string) => (await search(q))[0]

describe('a person is found', async () => {
  const acme = await anAccount(api, { $name: 'Acme Robotics', $website: ['https://www.acme-robotics.example/en'] })
  const zoe = await aContact(
    api,
    {
      $name: { firstName: 'Zoë', lastName: 'Martínez' },
      $email: ['zoe.martinez@acme-robotics.example', 'zoe@home.example'],
      $phone: ['+1 415 555 0134', '+49 30 901820'],
      $title: 'Head of Procurement',
    },
    { $account: acme.id },
  )
  // Others, with whom she could be mistaken.
  await aContact(api, { $name: { firstName: 'Zora', lastName: 'Martin' }, $email: ['zora@other.example'] })
  await aContact(api, { $name: { firstName: 'Jane', lastName: 'Doe' } }, { $account: acme.id })
  await aContact(api, { $name: { firstName: 'Zoe', lastName: 'Baker' } })

  it.each([
    ['full name', 'Zoë Martínez'],
    ['name without accents, in lower case', 'zoe martinez'],
    ['last name', 'Martínez'],
    ['last name first', 'martinez zoe'],
    ['beginnings of both names', 'zo martine'],
    ['a part of a name', 'artinez'],
    ['a name with a mistake', 'Martinze'],
    ['both names with a mistake', 'zoee martines'],
    ['address', 'zoe.martinez@acme-robotics.example'],
    ['second address, in upper case', 'ZOE@HOME.EXAMPLE'],
    ['name and domain', 'martinez acme-robotics.example'],
    ['number with the country', '+14155550134'],
    ['number as people write it', '(415) 555-0134'],
    ['number without the country, with dots', '415.555.0134'],
    ['end of a number', '555-0134'],
    ['second number, dialled at home', '030 901820'],
    ['second number, dialled from abroad', '0049 30 901820'],
    ['job title', 'head of procurement'],
    ['name and job', 'martinez procurement'],
    ['name and company', 'zoe acme'],
    ['company and name', 'Acme Robotics martinez'],
    ['name with a mistake and company', 'marttinez acme'],
  ])('by %s', async (_, q) => {
    expect((await first(q))?.id).toBe(zoe.id)
  })

  it('with their company, and with why they were found', async () => {
    expect(await first('martinez')).toEqual({
      id: zoe.id,
      objectType: 'contact',
      title: 'Zoë Martínez',
      subtitle: 'Acme Robotics · zoe.martinez@acme-robotics.example',
      httpLink: zoe.httpLink,
      matched: 'name',
    })
    expect(await first('415 555 0134')).toMatchObject({ matched: 'phone', subtitle: 'Acme Robotics · +14155550134' })
    expect(await first('zoe procurement')).toMatchObject({ matched: 'title' })
  })

  it('by the domain of their company, after the company itself', async () => {
    const ids = await idsFor('acme-robotics.example')
    expect(ids.slice(0, 2)).toEqual([acme.id, zoe.id])
  })
})

describe('a company is found', () => {
  it('by its name before what is named after it, the latest of these first', async () => {
    const deal = await anOpportunity(api, { $name: 'Initech renewal' })
    const later = await anOpportunity(api, { $name: 'Initech pilot' })
    const company = await anAccount(api, { $name: 'Initech' })
    expect(await idsFor('initech')).toEqual([company.id, later.id, deal.id])
    await api.post(`/v1/opportunities/${deal.id}`, { fields: { $amount: 5 } })
    expect(await idsFor('initech')).toEqual([company.id, deal.id, later.id])
  })

  it('by a part of its name, its site and its handle', async () => {
    const company = await anAccount(api, {
      $name: 'Globalsoft',
      $website: ['globalsoft-media.example'],
      $linkedIn: 'globalsoftinc',
    })
    for (const q of [
      'soft',
      'globalsoft-media',
      'media.example',
      'https://globalsoft-media.example/',
      'globalsoftinc',
    ]) {
      expect(await idsFor(q, '&types=account')).toContain(company.id)
    }
  })

  it('by words of other alphabets', async () => {
    const [moscow, tokyo] = [
      await anAccount(api, { $name: 'Ромашка' }),
      await anAccount(api, { $name: '東京商事 株式会社' }),
    ]
    const [norse, street] = [await anAccount(api, { $name: 'Ærø Øl' }), await anAccount(api, { $name: 'Straßenbau' })]
    expect(await idsFor('ромашка')).toEqual([moscow.id])
    expect(await idsFor('東京')).toEqual([tokyo.id])
    expect(await idsFor('aero ol')).toContain(norse.id)
    expect(await idsFor('strassen')).toContain(street.id)
  })
})

describe('search', () => {
  it('finds records of every type', async () => {
    const type = await anObjectType(api)
    const made = {
      account: await anAccount(api, { $name: 'Quixote one' }),
      contact: await aContact(api, { $name: { firstName: 'Don', lastName: 'Quixote' } }),
      opportunity: await anOpportunity(api, { $name: 'Quixote two' }),
      task: await aTask(api, { $title: 'Call Quixote' }),
      note: await aNote(api, { $title: 'Quixote said' }),
      meeting: await aMeeting(api, { $title: 'Quixote and Sancho' }),
      list: await aList(api, { $name: 'Quixote targets' }),
      member: await aMember(api, { firstName: 'Dulcinea', lastName: 'Quixote' }),
      file: await aFile(api, 'hello', { filename: 'quixote-offer.pdf' }),
      [type]: await aCustomRecord(api, type, { $name: 'Quixote project' }),
    }
    const found = await search('quixote')
    expect(Object.fromEntries(found.map(({ objectType, id }) => [objectType, id]))).toEqual(
      Object.fromEntries(Object.entries(made).map(([name, { id }]) => [name, id])),
    )
    expect(found.find(({ objectType }) => objectType === 'file')).toMatchObject({
      title: 'quixote-offer.pdf',
      matched: 'filename',
    })
    expect((await idsFor('quixote', '&types=task,note')).toSorted()).toEqual([made.note.id, made.task.id].toSorted())
    expect((await search('quixote', '&limit=3')).length).toBe(3)
  })

  it('finds what was written, changed, deleted, restored and merged, as it is now', async () => {
    const account = await anAccount(api, { $name: 'Zanzibar Foods' })
    await api.post(`/v1/accounts/${account.id}`, {
      fields: { $name: 'Yokohama Foods', $website: ['zanzibar.example'] },
    })
    expect(await idsFor('yokohama')).toEqual([account.id])
    expect(await first('zanzibar')).toMatchObject({ id: account.id, matched: 'website' })
    await api.post(`/v1/accounts/${account.id}`, { fields: { $website: null } })
    expect(await idsFor('zanzibar')).toEqual([])
    await api.delete(`/v1/accounts/${account.id}`)
    expect(await idsFor('yokohama')).toEqual([])
    await api.post(`/v1/accounts/${account.id}/restore`)
    expect(await idsFor('yokohama')).toEqual([account.id])
    const twin = await anAccount(api, { $name: 'Yokohama Twin', $website: ['twin-town.example'] })
    successOf(await api.post('/v1/accounts/merge', { primaryId: account.id, duplicateId: twin.id }))
    expect(await idsFor('twin-town')).toEqual([account.id])
    expect(await idsFor('yokohama twin')).toEqual([account.id])
  })

  it('finds a company’s people by its new name as soon as it has one', async () => {
    const contact = await aContact(api, { $name: { firstName: 'Otto', lastName: 'Normal' } })
    const account = await anAccount(api, { $name: 'Oldname' }, { $contact: contact.id })
    await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'Newname' } })
    expect(await idsFor('otto newname')).toEqual([contact.id])
    expect(await idsFor('otto oldname')).toEqual([])
  })

  it('finds values of custom fields, until the field is removed', async () => {
    const { slug } = await aField(api, 'account', { valueType: 'TEXT' })
    const account = await anAccount(api, { $name: 'Somebody', [slug]: 'KD-99817' })
    expect(await first('kd-99817')).toMatchObject({ id: account.id, matched: slug, subtitle: 'KD-99817' })
    await api.delete(`/admin/v1/objects/account/fields/${slug}`)
    expect(await idsFor('kd-99817')).toEqual([])
    await settled(api)
    expect(await api.sql("select 1 from index_text where field = 0 and value like 'kd %'")).toEqual([])
  })

  it('looks at all of a common name together with a rare one', async () => {
    const rare = await anAccount(api, { $name: 'Umbrella' })
    const wanted = await aContact(
      api,
      { $name: { firstName: 'Commonplace', lastName: 'First' } },
      { $account: rare.id },
    )
    const many = Array.from({ length: 170 }, (_, n) => ({
      externalId: `common-${n}`,
      fields: { $name: { firstName: 'Commonplace', lastName: `Other${n}` } },
    }))
    for (const records of [many.slice(0, 85), many.slice(85)]) {
      successOf(await api.post('/admin/v1/objects/contact/import', { records }))
    }
    expect(await idsFor('commonplace umbrella')).toEqual([wanted.id])
    expect(await idsFor('commonplace first')).toEqual([wanted.id])
    expect((await idsFor('commonplace')).length).toBe(20)
  })

  it('finds nothing for what has no words, and refuses what it cannot read', async () => {
    expect(await search('!!!')).toEqual([])
    expect(await search('zzzzqqqq')).toEqual([])
    const outcomeOf = async (query: string) => outcome(await api.get(`/admin/v1/search${query}`))
    expect(await outcomeOf('')).toBe('400 parameter_missing q')
    expect(await outcomeOf('?q=a&types=ship')).toBe('400 invalid_type types')
    expect(await outcomeOf('?q=a&limit=51')).toBe('400 invalid_type limit')
    expect(await outcomeOf(`?q=${'a'.repeat(201)}`)).toBe('400 invalid_type q')
    for (const q of ["'; drop table", '%', '100%_\\', '\u{1f600}', 'a '.repeat(90), '٣٤٥٦٧٨']) await search(q)
  })
})

describe('who searches', () => {
  it('finds only types that their scopes let them read', async () => {
    const account = await anAccount(api, { $name: 'Limitrophe' })
    const contact = await aContact(
      api,
      { $name: { firstName: 'Ann', lastName: 'Limitrophe' } },
      { $account: account.id },
    )
    const { key } = await aKey(api, { scopes: ['contacts:read'] })
    expect(await search('limitrophe', '', key)).toMatchObject([{ id: contact.id, subtitle: null }])
    expect(await idsFor('limitrophe', '&types=account', key)).toEqual([])
    const writer = await aKey(api, { scopes: ['accounts:create'] })
    expect(await idsFor('limitrophe', '', writer.key)).toEqual([])
  })

  it('finds nothing of other workspaces', async () => {
    const neighbour = await anotherWorkspace(api)
    await anAccount(neighbour, { $name: 'Neighbourly' })
    expect(await idsFor('neighbourly')).toEqual([])
    expect(await idsFor('neighbourl', '', neighbour.key)).toHaveLength(1)
  })

  it('finds nothing in what only some see', async () => {
    await aMeeting(api, { $title: 'Board', $description: 'Confidentialities', $privacySetting: 'METADATA' })
    expect(await idsFor('confidentialities')).toEqual([])
  })
})

describe('what was there before there was search', () => {
  let id = ''
  beforeAll(async () => {
    id = (await anAccount(api, { $name: 'Prehistoric' })).id
    await settled(api)
    await api.sql('delete from index_text where field = 0')
    await api.sql('delete from search_word')
    await api.sql(
      "insert into outbox (workspace_id, kind, record_id) select id, 'search-words', '00000000-0000-0000-0000-000000000000' from workspace",
    )
  })

  it('is found once it has been gone through', async () => {
    await settled(api)
    expect(await idsFor('prehistoric')).toEqual([id])
    expect(await idsFor('prehistorc')).toEqual([id])
  })
})
