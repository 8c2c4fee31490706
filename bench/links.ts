import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { encodeId } from '@openfield/schema'
import type { Effort } from './effort.ts'
import { fillWith } from './fill.ts'
import type { Request } from './load.ts'
import { median, percentile } from './median.ts'
import { deal } from './opportunities.ts'
import type { Section } from './report.ts'
import type { Rig } from './rig.ts'
import { alternate, othersFigure } from './rounds.ts'

/** Lists, accounts and merges of records that have very many links. */
export async function measureLinks(rig: Rig, effort: Effort): Promise<Section[]> {
  const large = rig.accounts.slice(0, 2 * effort.merges)
  const deals = large.flatMap((account, index) =>
    Array.from({ length: effort.links }, (_, n) => deal(index * effort.links + n, [account], rig.owner)),
  )
  await fillWith(rig, { objectType: 'opportunity', inputs: deals })
  return [await listOfMany(rig, effort), await accountOfMany(rig, effort), await merges(rig, effort, large)]
}

/** As many as one request may add. */
const batch = 25

async function listOfMany(rig: Rig, { rounds, lists, links }: Effort): Promise<Section> {
  const opportunities = await opportunityIds(rig, links)
  const { id } = await rig.call<{ id: string }>('POST', '/v1/lists', {
    fields: { $name: 'Many', $objectType: 'opportunity' },
  })
  const adding = Array.from({ length: links / batch }, (_, n): Request => {
    const add = opportunities.slice(n * batch, (n + 1) * batch)
    return {
      method: 'POST',
      path: `/v1/lists/${id}`,
      body: JSON.stringify({ relationships: { $opportunities: { add } } }),
    }
  })
  const added = await rig.send(1, adding)
  const page = (offset: number) =>
    times(lists / 8, { method: 'GET', path: `/v1/lists/${id}/opportunities?offset=${offset}` })
  const [first, middle, sixteen, itself] = await alternate(
    rounds,
    () => rig.send(1, page(0)),
    () => rig.send(1, page(links / 2)),
    () => rig.send(16, page(0)),
    () => rig.send(1, times(lists / 8, { method: 'GET', path: `/v1/lists/${id}` })),
  )
  return {
    title: `A list with ${links.toLocaleString('en-US')} members`,
    figures: [
      { name: `add ${batch} members, p50`, value: median(added.latencies), unit: 'ms' },
      { name: 'first 25 members and exact total, 1 connection, p50', value: first.p50, unit: 'ms' },
      { name: 'first 25 members and exact total, 1 connection, p99', value: first.p99, unit: 'ms' },
      { name: '25 members from the middle, 1 connection, p50', value: middle.p50, unit: 'ms' },
      { name: 'first 25 members, 16 connections, p50', value: sixteen.p50, unit: 'ms' },
      { name: 'first 25 members, 16 connections', value: sixteen.perSecond, unit: '/s' },
      { name: 'retrieve the list itself, p50', value: itself.p50, unit: 'ms' },
      othersFigure(first, middle, sixteen, itself),
    ],
  }
}

/** Beside an account that has none, since that is what they are to be like. */
async function accountOfMany(rig: Rig, { rounds, lists, links }: Effort): Promise<Section> {
  const [many = '', none = ''] = [rig.accounts[0], rig.accounts.at(-1)]
  let number = 0
  const retrieves = (id: string) => () => rig.send(1, times(lists / 8, { method: 'GET', path: `/v1/accounts/${id}` }))
  const updates = (id: string) => () => {
    const named = () => JSON.stringify({ fields: { $name: `Number ${number++}` } })
    return rig.send(
      1,
      Array.from({ length: lists / 8 }, () => ({ method: 'POST', path: `/v1/accounts/${id}`, body: named() })),
    )
  }
  const [retrieve, retrieveNone, update, updateNone] = await alternate(
    rounds,
    retrieves(many),
    retrieves(none),
    updates(many),
    updates(none),
  )
  return {
    title: `An account with ${links.toLocaleString('en-US')} opportunities, 1 connection`,
    figures: [
      { name: 'retrieve, p50', value: retrieve.p50, unit: 'ms' },
      { name: 'retrieve, p99', value: retrieve.p99, unit: 'ms' },
      { name: 'retrieve an account with none, p50', value: retrieveNone.p50, unit: 'ms' },
      { name: 'update, p50', value: update.p50, unit: 'ms' },
      { name: 'update, p99', value: update.p99, unit: 'ms' },
      { name: 'update an account with none, p50', value: updateNone.p50, unit: 'ms' },
      othersFigure(retrieve, retrieveNone, update, updateNone),
    ],
  }
}

/** From the request to the answer, and to when all links are moved: the longest of some. */
async function merges(rig: Rig, { links }: Effort, accounts: readonly string[]): Promise<Section> {
  await rig.restart('on')
  const answered: number[] = []
  const done: number[] = []
  for (let pair = 0; pair < accounts.length; pair += 2) {
    const [primaryId, duplicateId] = accounts.slice(pair, pair + 2)
    const begin = performance.now()
    const { merge } = await rig.call<{ merge: { id: string } }>('POST', '/v1/accounts/merge', {
      primaryId,
      duplicateId,
    })
    answered.push(performance.now() - begin)
    while ((await rig.call<{ status: string }>('GET', `/v1/merges/${merge.id}`)).status !== 'done') await wait(10)
    done.push((performance.now() - begin) / 1000)
    await rig.workDone()
  }
  await rig.restart('off')
  return {
    title: `Merge two accounts with ${links.toLocaleString('en-US')} opportunities each`,
    figures: [
      { name: 'answer', value: percentile(answered, 100), unit: 'ms' },
      { name: 'until the merge is done', value: percentile(done, 100), unit: 's' },
    ],
  }
}

const times = (count: number, request: Request): Request[] => Array(Math.ceil(count)).fill(request)

async function opportunityIds({ ctx }: Rig, count: number): Promise<string[]> {
  const { types } = await ctx.definitions.get(ctx)
  const { rows } = await ctx.db.query<{ id: string }>(
    'select id from record where workspace_id = $1 and object_type = $2 limit $3',
    [ctx.workspace, types.get('opportunity')?.number, count],
  )
  return rows.map(({ id }) => encodeId('opp', id))
}
