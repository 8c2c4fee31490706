import { Parser } from 'htmlparser2'
import { lastPart, readJsonLd, type Thing } from './things.ts'

/** What a page says that may be of use. */
export type PageContent = {
  title: string | undefined
  /** What its `meta` elements say, by name in lower case; the first of each. */
  meta: ReadonlyMap<string, string>
  /** Where it links to, with the words of the link. */
  links: { href: string; text: string }[]
  /** What it describes in the words of schema.org, as JSON-LD or microdata. */
  things: Thing[]
}

const linksMax = 3000
const metaMax = 200
const textMax = 500
const scriptMax = 500_000
const scriptsMax = 20
const thingsMax = 300
/** How many texts are gathered at once: elements that are never closed are no reason to gather for ever. */
const capturedMax = 50

/** An element that is open: what it began, to be ended with it. */
type Open = { thing?: Thing; property?: Captured; link?: Captured }
type Captured = { text: string; done: (text: string) => void }

/** Reads a page, however broken. What it says beyond measure is left out. */
export function readPage(html: string): PageContent {
  const meta = new Map<string, string>()
  const links: PageContent['links'] = []
  const things: Thing[] = []
  const open: Open[] = []
  const scopes: Thing[] = []
  const captured = new Set<Captured>()
  let title: Captured | undefined
  let script: string | undefined
  let scripts = 0
  let pictures = 0
  let made = 0

  const capture = (done: Captured['done']): Captured => {
    const one = { text: '', done }
    if (captured.size < capturedMax) captured.add(one)
    return one
  }
  const finish = (one: Captured | undefined) => {
    if (!one || !captured.delete(one)) return
    one.done(one.text.replaceAll(/\s+/g, ' ').trim())
  }
  const give = (thing: Thing | undefined, names: string, value: string | Thing) => {
    if (!thing) return
    for (const name of names.split(/\s+/)) {
      if (name === '') continue
      thing.properties[name] ??= []
      thing.properties[name].push(value)
    }
  }
  const beginThing = (attributes: Record<string, string>): Thing | undefined => {
    if (made === thingsMax) return undefined
    made += 1
    const types = (attributes['itemtype'] ?? '').split(/\s+/).filter(Boolean).map(lastPart)
    const thing: Thing = { types, properties: Object.create(null) }
    if (attributes['itemprop'] !== undefined && scopes.length > 0) give(scopes.at(-1), attributes['itemprop'], thing)
    else things.push(thing)
    return thing
  }

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const element: Open = {}
        const scope = scopes.at(-1)
        const property = attributes['itemprop']
        if (attributes['itemscope'] !== undefined) {
          const thing = beginThing(attributes)
          if (thing) {
            element.thing = thing
            scopes.push(thing)
          }
        } else if (property !== undefined && scope) {
          const value = attributes['content'] ?? attributes['href'] ?? attributes['datetime'] ?? attributes['src']
          if (value === undefined) element.property = capture((text) => give(scope, property, text))
          else give(scope, property, value)
        }
        if (name === 'svg') pictures += 1
        if (name === 'title' && pictures === 0 && !title) title = capture(() => {})
        if (name === 'script' && /ld\+json/i.test(attributes['type'] ?? '')) script = ''
        if (name === 'meta') {
          const key = (attributes['property'] ?? attributes['name'] ?? '').toLowerCase()
          const content = (attributes['content'] ?? '').replaceAll(/\s+/g, ' ').trim()
          if (key !== '' && content !== '' && !meta.has(key) && meta.size < metaMax) meta.set(key, content)
        }
        const { href } = attributes
        if ((name === 'a' || name === 'link') && href !== undefined && links.length < linksMax) {
          const link = { href, text: '' }
          links.push(link)
          if (name === 'a') {
            element.link = capture((text) => {
              link.text = text
            })
          }
        }
        open.push(element)
      },
      ontext(text) {
        if (script !== undefined) {
          if (script.length < scriptMax) script += text
          return
        }
        for (const one of captured) if (one.text.length < textMax) one.text += text.slice(0, textMax)
      },
      onclosetag(name) {
        const element = open.pop()
        finish(element?.link)
        finish(element?.property)
        if (element?.thing) scopes.pop()
        if (name === 'svg') pictures -= 1
        if (name === 'title') finish(title)
        if (name === 'script' && script !== undefined) {
          if (scripts < scriptsMax) things.push(...readJsonLd(script))
          scripts += 1
          script = undefined
        }
      },
    },
    { decodeEntities: true },
  )
  parser.end(html)
  return { title: title?.text.replaceAll(/\s+/g, ' ').trim() || undefined, meta, links, things }
}
