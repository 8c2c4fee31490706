import { describe, expect, it } from 'vitest'
import { aContact, aKey, aMember, aNote, anAccount, anOpportunity, aTask, successOf } from '../../../test/factories.ts'
import { contentsOf, type ListBody, outcome, type RecordBody, type Response, startApi } from '../../../test/harness.ts'

const api = await startApi()

const update = ({ id }: RecordBody, body: object) => api.post(`/v1/notes/${id}`, body)
const linksOf = ({ relationships }: RecordBody) =>
  Object.fromEntries(Object.entries(relationships).map(([key, { values }]) => [key, values]))

async function expectRefusal(answer: string, request: () => Promise<Response<unknown>>) {
  const contents = await contentsOf(api)
  expect(outcome(await request())).toBe(answer)
  expect(await contentsOf(api)).toEqual(contents)
}

describe('a note', () => {
  it('is about accounts, opportunities, contacts and tasks, and says who wrote it', async () => {
    const [account, opportunity, contact] = [await anAccount(api), await anOpportunity(api), await aContact(api)]
    const task = await aTask(api)
    const member = await aMember(api)
    const { key } = await aKey(api, { memberId: member.id })
    const body = {
      fields: { $title: 'Call', $content: '# Said\n\n- yes' },
      relationships: { $account: account.id, $opportunity: [opportunity.id], $contact: [contact.id], $task: task.id },
    }
    const note = successOf(await api.post('/v1/notes', body, { key }))
    expect(note.id).toMatch(/^note_[0-9a-z]{26}$/)
    expect(note.fields).toEqual({
      $title: { value: 'Call', valueType: 'TEXT' },
      $content: { value: '# Said\n\n- yes', valueType: 'MARKDOWN' },
    })
    expect(linksOf(note)).toEqual({
      $account: [account.id],
      $opportunity: [opportunity.id],
      $contact: [contact.id],
      $task: [task.id],
      $createdBy: [member.id],
    })
    expect((await api.get(`/v1/notes/${note.id}`)).body).toEqual(note)
    for (const path of [
      `accounts/${account.id}`,
      `opportunities/${opportunity.id}`,
      `contacts/${contact.id}`,
      `tasks/${task.id}`,
    ]) {
      expect(linksOf((await api.get(`/v1/${path}`)).body).$note).toEqual([note.id])
    }
  })

  it('may be about nothing, and empty', async () => {
    const note = successOf(await api.post('/v1/notes', { fields: { $title: 'A', $content: null } }))
    expect(linksOf(note)).toMatchObject({ $account: [], $opportunity: [], $contact: [] })
    expect(successOf(await update(note, { fields: { $content: 'B' } })).fields.$content?.value).toBe('B')
    expect(successOf(await update(note, { fields: { $content: null } })).fields.$content?.value).toBe(null)
  })

  const refusals: [answer: string, body: object][] = [
    ['400 parameter_missing fields', {}],
    ['422 fields.$title', { fields: {} }],
    ['422 fields.$title', { fields: { $title: null } }],
    ['400 invalid_type fields.$content', { fields: { $title: 'A', $content: ['B'] } }],
    ['400 unknown_field fields.$body', { fields: { $title: 'A', $body: 'B' } }],
    ['400 unknown_relationship relationships.$list', { fields: { $title: 'A' }, relationships: { $list: [] } }],
    ['400 unknown_relationship relationships.$author', { fields: { $title: 'A' }, relationships: { $author: 'x' } }],
    [
      '400 invalid_configuration relationships.$createdBy',
      { fields: { $title: 'A' }, relationships: { $createdBy: api.memberId } },
    ],
    [
      '400 relationship_entity_missing relationships.$contact',
      { fields: { $title: 'A' }, relationships: { $contact: api.accountId } },
    ],
  ]
  it.each(refusals)('%s for %j', async (answer, body) => {
    await expectRefusal(answer, () => api.post('/v1/notes', body))
  })

  it('is linked by add or by remove, one of them for each relationship', async () => {
    const [first, second, contact] = [await anAccount(api), await anAccount(api), await aContact(api)]
    const note = await aNote(api, {}, { $account: first.id })
    const change = (operation: unknown) => update(note, { relationships: { $account: operation } })
    const both = { $account: { add: [second.id, first.id] }, $contact: { add: contact.id } }
    expect(linksOf(successOf(await update(note, { relationships: both })))).toMatchObject({
      $account: [first.id, second.id].toSorted().reverse(),
      $contact: [contact.id],
    })
    const exchanged = { $account: { remove: first.id }, $contact: { remove: [contact.id] } }
    expect(linksOf(successOf(await update(note, { relationships: exchanged })))).toMatchObject({
      $account: [second.id],
      $contact: [],
    })
    const wrong = '400 invalid_configuration relationships.$account'
    const operations = [{ add: first.id, remove: second.id }, { replace: [first.id] }, { replace: null }, {}]
    for (const operation of operations) await expectRefusal(wrong, () => change(operation))
    for (const operation of [first.id, [first.id], null, { set: first.id }]) {
      await expectRefusal('400 invalid_type relationships.$account', () => change(operation))
    }
    const author = { relationships: { $createdBy: { add: api.memberId } } }
    await expectRefusal('400 invalid_configuration relationships.$createdBy', () => update(note, author))
  })

  it('is found by its title and by what it is about', async () => {
    const contact = await aContact(api)
    const note = await aNote(api, { $title: 'Unheard of' }, { $contact: contact.id })
    for (const query of ['$title=unheard%20of', '$title[startsWith]=Unheard', `$note-contact=${contact.id}`]) {
      const { data } = successOf(await api.get<ListBody>(`/v1/notes?${query}`))
      expect([query, data]).toEqual([query, [note]])
    }
    expect(outcome(await api.get('/v1/notes?$content=A'))).toBe('400 invalid_configuration $content')
    expect(outcome(await api.get('/v1/notes?limit=26'))).toBe('400 invalid_type limit')
  })

  it('comes to a task and goes from it by its own relationship only', async () => {
    const [task, note] = [await aTask(api), await aNote(api)]
    const notesOf = async () => linksOf(successOf(await api.get(`/v1/tasks/${task.id}`))).$note
    successOf(await update(note, { relationships: { $task: { add: task.id } } }))
    expect(await notesOf()).toEqual([note.id])
    expect(successOf(await api.get<ListBody>(`/v1/tasks?$note=${note.id}`)).data.map(({ id }) => id)).toEqual([task.id])
    await expectRefusal('400 invalid_configuration relationships.$note', () =>
      api.post(`/v1/tasks/${task.id}`, { relationships: { $note: { remove: note.id } } }),
    )
    successOf(await update(note, { relationships: { $task: { remove: task.id } } }))
    expect(await notesOf()).toEqual([])
  })
})
