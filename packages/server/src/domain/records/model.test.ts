import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aField, successOf } from '../../../test/factories.ts'
import { type ListBody, outcome, type RecordBody, startApi } from '../../../test/harness.ts'
import { keeping } from '../../storage/kept.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
// Lists that are asked for again are kept, however little time they take.
keeping.slowMs = 0
const score = (await aField(api, 'account', { valueType: 'NUMBER', slug: 'score' })).slug

/** What the API is to do, as plainly as it can be said: records, and links that show while both ends are there. */
type Type = 'account' | 'contact' | 'opportunity'
type Modelled = { type: Type; id: string; name: string; score: number | null; state: 'live' | 'trashed' | 'merged' }
class Model {
  readonly records: Modelled[] = []
  /** Of an account with a contact or an opportunity. */
  links: { account: Modelled; other: Modelled }[] = []

  of = (type: Type) => this.records.filter((record) => record.type === type)
  linked = (record: Modelled) =>
    this.links
      .filter(({ account, other }) => (account === record || other === record) && isLive(account) && isLive(other))
      .map(({ account, other }) => (account === record ? other : account))

  link(account: Modelled, other: Modelled) {
    this.unlink(account, other)
    this.links.push({ account, other })
  }

  unlink(account: Modelled, other: Modelled) {
    this.links = this.links.filter((link) => link.account !== account || link.other !== other)
  }

  merge(primary: Modelled, duplicate: Modelled) {
    for (const { account, other } of this.links) if (account === duplicate) this.link(primary, other)
    this.links = this.links.filter(({ account }) => account !== duplicate)
    primary.score ??= duplicate.score
    duplicate.state = 'merged'
  }
}
const isLive = ({ state }: Modelled) => state === 'live'

type Step = { verb: keyof typeof verbs; first: number; second: number; value: number }
type World = { model: Model; tag: string }
const pick = <T>(all: readonly T[], at: number): T | undefined => (all.length > 0 ? all[at % all.length] : undefined)
const plurals = { account: 'accounts', contact: 'contacts', opportunity: 'opportunities' }
const pathOf = ({ type, id }: Modelled) => `/v1/${plurals[type]}/${id}`

/** Creates a record, and notes it in the model. */
async function create({ model, tag }: World, type: Type, fields: object, relationships: object, score: number | null) {
  const name = `${tag} ${model.records.length}`
  const named = { $name: type === 'contact' ? { firstName: name, lastName: null } : name }
  const made = await api.post(`/v1/${plurals[type]}`, { fields: { ...named, ...fields }, relationships })
  const record: Modelled = { type, id: successOf(made).id, name, score, state: 'live' }
  model.records.push(record)
  return record
}

/** Each does the same to the server and to the model, and says whether the server is as the model is. */
const verbs = {
  async createAccount(world: World, { value }: Step) {
    await create(world, 'account', { [score]: value }, {}, value)
  },
  async createBareAccount(world: World) {
    await create(world, 'account', {}, {}, null)
  },
  async createContact(world: World, { first }: Step) {
    const account = pick(world.model.of('account').filter(isLive), first)
    const contact = await create(world, 'contact', {}, account ? { $account: [account.id] } : {}, null)
    if (account) world.model.link(account, contact)
  },
  async createOpportunity(world: World, { first }: Step) {
    const account = pick(world.model.of('account').filter(isLive), first)
    if (!account) return
    const made = await create(world, 'opportunity', { $stage: 'Lead' }, { $account: account.id }, null)
    world.model.link(account, made)
  },
  async update({ model, tag }: World, { first, value }: Step) {
    const account = pick(model.of('account'), first)
    if (!account) return
    const name = `${tag} renamed ${value}`
    const { status } = await api.post(pathOf(account), { fields: { $name: name, [score]: value } })
    expect(status).toBe(isLive(account) ? 200 : 404)
    if (status === 200) Object.assign(account, { name, score: value })
  },
  async trash({ model }: World, { first }: Step) {
    const record = pick(model.records, first)
    if (!record) return
    expect([record.state, (await api.delete(pathOf(record))).status]).toEqual([
      record.state,
      record.state === 'merged' ? 404 : 200,
    ])
    if (isLive(record)) record.state = 'trashed'
  },
  async restore({ model }: World, { first }: Step) {
    const record = pick(model.records, first)
    if (!record) return
    expect((await api.post(`${pathOf(record)}/restore`)).status).toBe(record.state === 'merged' ? 404 : 200)
    if (record.state === 'trashed') record.state = 'live'
  },
  async link({ model }: World, { first, second }: Step) {
    const [account, contact] = [pick(model.of('account'), first), pick(model.of('contact').filter(isLive), second)]
    if (!account || !contact) return
    const response = await api.post(pathOf(contact), { relationships: { $account: { add: account.id } } })
    expect([account.state, response.status]).toEqual([account.state, isLive(account) ? 200 : 400])
    if (response.status === 200) model.link(account, contact)
  },
  async unlink({ model }: World, { first, second }: Step) {
    const contact = pick(model.of('contact').filter(isLive), first)
    const account = contact && pick(model.linked(contact), second)
    if (!account) return
    successOf(await api.post(pathOf(account), { relationships: { $contact: { remove: contact.id } } }))
    model.unlink(account, contact)
  },
  async merge({ model }: World, { first, second }: Step) {
    const [primary, duplicate] = [pick(model.of('account'), first), pick(model.of('account'), second)]
    if (!primary || !duplicate) return
    const body = { primaryId: primary.id, duplicateId: duplicate.id }
    const { status } = await api.post('/v1/accounts/merge', body)
    expect(status === 200).toBe(primary !== duplicate && isLive(primary) && isLive(duplicate))
    if (status === 200) model.merge(primary, duplicate)
  },
}

/** What the server says of a record, in the words of the model. */
const inWords = ({ id, fields, relationships }: RecordBody, type: Type) => ({
  id,
  name:
    type === 'contact' ? (fields.$name?.value as { firstName: string } | undefined)?.firstName : fields.$name?.value,
  score: type === 'account' ? fields[score]?.value : null,
  linked: (type === 'account' ? ['$contact', '$opportunity'] : ['$account'])
    .flatMap((key) => relationships[key]?.values ?? [])
    .toSorted(),
})

const modelled = (model: Model) => (record: Modelled) => {
  const { id, name, score } = record
  const linked = model.linked(record).map((other) => other.id)
  return { id, name, score, linked: linked.toSorted() }
}

async function requireSameRecords({ model }: World) {
  for (const record of model.records) {
    const response = await api.get(pathOf(record))
    if (isLive(record)) expect(inWords(successOf(response), record.type)).toEqual(modelled(model)(record))
    else expect(outcome(response)).toBe('404')
  }
}

async function requireSameLists({ model, tag }: World) {
  const expected = modelled(model)
  const all = async (query: string) => {
    const pages = [await api.get<ListBody>(query), await api.get<ListBody>(`${query}&offset=25`)].map(successOf)
    expect(pages.flatMap(({ data }) => data).length).toBe(pages[0]?.totalCount)
    return pages.flatMap(({ data }) => data).map((record) => inWords(record, 'account'))
  }
  const accounts = model.of('account').toReversed()
  const live = accounts.filter(isLive)
  expect(await all(`/v1/accounts?$name[startsWith]=${tag}`)).toEqual(live.map(expected))
  const high = live.filter(({ score }) => score !== null && score > 50)
  expect(await all(`/v1/accounts?$name[startsWith]=${tag}&${score}[greaterThan]=50`)).toEqual(high.map(expected))
  const contact = model.of('contact').find(isLive)
  if (!contact) return
  const linked = new Set(model.linked(contact))
  const found = await all(`/v1/accounts?$contact=${contact.id}`)
  expect(found).toEqual(live.filter((account) => linked.has(account)).map(expected))
}

/** How many sequences; OPENFIELD_TEST_SEQUENCES asks for more than the usual test run. */
const numRuns = Number(process.env['OPENFIELD_TEST_SEQUENCES'] ?? 12)
const whole = fc.nat({ max: 100 })
const steps = fc.array(
  fc.record({
    verb: fc.constantFrom(...(Object.keys(verbs) as Step['verb'][])),
    first: whole,
    second: whole,
    value: whole,
  }),
  { minLength: 5, maxLength: 40, size: 'max' },
)
/** What lists say is looked at so often meanwhile. */
const stepsBetweenLists = 7
let sequences = 0

it('whatever is done in whichever order, the server and a plain model agree on what is there', {
  timeout: 60_000 + numRuns * 10_000,
}, async () => {
  const sequence = async (all: Step[]) => {
    sequences += 1
    const world = { model: new Model(), tag: `sequence${sequences}x` }
    for (const [at, step] of all.entries()) {
      await verbs[step.verb](world, step)
      if (at % stepsBetweenLists === 0) await requireSameLists(world)
    }
    await requireSameRecords(world)
    await requireSameLists(world)
  }
  await fc.assert(fc.asyncProperty(steps, sequence), { numRuns, seed: Number(process.env['OPENFIELD_TEST_SEED'] ?? 1) })
})
