import { Openfield } from '@openfield/sdk'
import { type DeadEnd, deadEndView, noRecord, problemOf } from './problem.ts'
import { question } from './question.ts'
import { type ShownType, typeAt } from './record.ts'
import { recordView, type Surroundings, titleOf } from './record-view.ts'

/**
 * The page behind every `httpLink`: asks for an API key, keeps it for this tab only, and shows the record of the address
 * through the API, like any other client. The page itself holds no data.
 */
const base = new URL('../../', import.meta.url)
const [, plural = '', id = '', ...rest] = location.pathname.slice(base.pathname.length).split('/')
const isRecord = id !== '' && rest.length === 0

const main = byId('main')
const forget = byId('forget')

forget.addEventListener('click', () => {
  keepKey(null)
  ask()
})
// Coming back by the history may show a page as it was before the key was forgotten.
addEventListener('pageshow', (event) => event.persisted && start())
start()

function start() {
  const key = keptKey()
  forget.hidden = key === null
  if (key === null) ask()
  else open(key)
}

function ask(problem?: string) {
  document.title = 'Openfield'
  const answer = (key: string) => {
    keepKey(key)
    open(key)
  }
  main.replaceChildren(question(problem, answer))
  byId('key').focus()
}

/** Shows what there is to see with a key, unless it was forgotten or replaced meanwhile. */
async function open(key: string) {
  let type: ShownType | undefined
  try {
    const client = new Openfield({ apiKey: key, baseURL: base.href })
    type = isRecord ? await typeAt(client, plural) : undefined
    const shown = await look(client, type)
    if (keptKey() === key) show(shown)
  } catch (error) {
    if (keptKey() === key) refuse(error, type)
  }
}

type Shown = { title: string; view: Node }

async function look(client: Openfield, type: ShownType | undefined): Promise<Shown> {
  if (!type) {
    await client.auth.validate()
    return deadEnd(noRecord(undefined))
  }
  const [record, definitions] = await Promise.all([type.read(client, id), type.define(client)])
  return { title: titleOf(type, record), view: recordView(type, record, definitions, surroundings(client)) }
}

function refuse(error: unknown, type: ShownType | undefined) {
  const problem = problemOf(error, type)
  if ('title' in problem) {
    if (problem.again) console.error(error)
    return show(deadEnd(problem))
  }
  if (problem.isKey === false) keepKey(null)
  ask(problem.message)
}

const deadEnd = (problem: DeadEnd): Shown => ({ title: problem.title, view: deadEndView(problem, start) })

/** Whoever was on the old view with the keyboard is then on the heading of the new one. */
function show({ title, view }: Shown) {
  const hadFocus = main.contains(document.activeElement)
  document.title = `${title} · Openfield`
  main.replaceChildren(view)
  if (hadFocus) main.querySelector('h1')?.focus()
}

/** The key is kept for the tab; it leaves it in the header of requests only. */
function keptKey(): string | null {
  return sessionStorage.getItem('openfield.key')
}

function keepKey(key: string | null) {
  forget.hidden = key === null
  if (key === null) sessionStorage.removeItem('openfield.key')
  else sessionStorage.setItem('openfield.key', key)
}

function surroundings(client: Openfield): Surroundings {
  const names = new Map<string, Promise<string>>()
  const readName = async (of: ShownType, other: string) => titleOf(of, await of.read(client, other))
  return {
    addressOf: (of, other) => new URL(`crm/${of.plural}/${other}`, base).href,
    nameOf(of, other) {
      const name = names.get(other) ?? readName(of, other)
      names.set(other, name)
      return name
    },
  }
}

function byId(name: string): HTMLElement {
  const found = document.getElementById(name)
  if (!found) throw new Error(`the page has no #${name}`)
  return found
}
