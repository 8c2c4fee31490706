import type { Effort } from './effort.ts'
import { fillWith } from './fill.ts'
import type { Request } from './load.ts'
import { company, deal, random } from './opportunities.ts'
import { contact, person } from './people.ts'
import type { Figure, Section } from './report.ts'
import type { Rig } from './rig.ts'
import { alternate, memoryFigure, othersFigure } from './rounds.ts'

/** Fills the database with people and deals, then searches for them as people do. */
export async function measureSearch(rig: Rig, { rounds, searches, sought }: Effort): Promise<Section[]> {
  const people = Math.floor((sought * 2) / 3)
  const contacts = Array.from({ length: people }, (_, n) => contact(n, rig.accounts))
  const deals = Array.from({ length: sought - people - rig.accounts.length }, (_, n) =>
    deal(n, rig.accounts, rig.owner),
  )
  await fillWith(rig, { objectType: 'contact', inputs: contacts }, { objectType: 'opportunity', inputs: deals })
  const someone = (n: number) => person(Math.floor(random(n, 31) * people), rig.accounts.length)
  const queries = Object.entries(patterns).map(([name, query]) => ({ name, query: (n: number) => query(someone(n)) }))
  let number = 0
  const all = () =>
    Array.from({ length: searches }, (): Request => {
      number += 1
      return requestFor(queries[number % queries.length]?.query(number) ?? '')
    })
  const [one, four] = await alternate(
    rounds,
    () => rig.send(1, all()),
    () => rig.send(4, all()),
  )
  const figures: Figure[] = [
    { name: '1 connection, p50', value: one.p50, unit: 'ms' },
    { name: '1 connection, p95', value: one.p95, unit: 'ms', most: 30 },
    { name: '1 connection, p99', value: one.p99, unit: 'ms' },
    { name: '4 connections, p95', value: four.p95, unit: 'ms' },
    { name: 'searches per second, 4 connections', value: four.perSecond, unit: '/s' },
    { name: 'server CPU each', value: one.serverCpu, unit: 'ms' },
    { name: 'PostgreSQL CPU each', value: one.databaseCpu, unit: 'ms' },
    memoryFigure(one, four),
    othersFigure(one, four),
  ]
  const title = `Search in ${sought.toLocaleString('en-US')} records, ${queries.length} kinds of questions in turn`
  return [{ title, figures }, await byKind(rig, queries, Math.ceil(searches / queries.length))]
}

/** One connection, one round each: for the record. */
async function byKind(rig: Rig, queries: { name: string; query: (n: number) => string }[], count: number) {
  const figures: Figure[] = []
  for (const { name, query } of queries) {
    const requests = Array.from({ length: count }, (_, n) => requestFor(query(n)))
    const [summary] = await alternate(1, () => rig.send(1, requests))
    figures.push({ name: `${name}: ${query(0)}`, value: summary.p95, unit: 'ms' })
  }
  return { title: 'Search by kind of question: p95, 1 connection', figures }
}

const requestFor = (q: string): Request => ({ method: 'GET', path: `/admin/v1/search?q=${encodeURIComponent(q)}` })

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const companyName = (n: number) => String((company(n).fields as { $name: string }).$name)

/** A letter changes places with the next. */
const mistyped = (text: string) => `${text.slice(0, 2)}${text[3] ?? ''}${text[2] ?? ''}${text.slice(4)}`

/** How people ask for somebody, or for what has to do with them. */
const patterns: Record<string, (someone: ReturnType<typeof person>) => string> = {
  'full name': ({ firstName, lastName }) => `${firstName} ${lastName}`,
  'last name': ({ lastName }) => lastName,
  'last name first, lower case, no accents': ({ firstName, lastName }) => plain(`${lastName} ${firstName}`),
  'first name': ({ firstName }) => firstName,
  beginnings: ({ firstName, lastName }) => `${firstName.slice(0, 2)} ${lastName.slice(0, 4)}`,
  'two letters': ({ lastName }) => lastName.slice(0, 2),
  'part of a name': ({ lastName }) => lastName.slice(1),
  'mistyped name': ({ firstName, lastName }) => `${firstName} ${mistyped(lastName)}`,
  address: ({ email }) => email,
  domain: ({ company }) => `company-${company}.example`,
  number: ({ phone }) => phone,
  'number, punctuated': ({ phone }) => `(${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}`,
  'end of a number': ({ phone }) => phone.slice(-7),
  'name and company': ({ firstName, company }) => `${firstName} ${companyName(company)}`,
  company: ({ company }) => companyName(company),
  'words of a deal': ({ company }) => `${companyName(company).split(' ')[0]} renewal`,
  'nothing that is there': ({ lastName }) => `${[...lastName].reverse().join('')}qx`,
}
