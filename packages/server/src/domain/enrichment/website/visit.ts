import { ownedDomain } from '@openfield/schema'
import type { Outbound, OutboundResponse } from '../../outbound/outbound.ts'
import { Unreadable } from '../outcomes.ts'
import { decodePage } from './charset.ts'
import { type PageContent, readPage } from './page.ts'

/** A page of a site, as it was read. */
export type VisitedPage = PageContent & { url: string }

/** What robots.txt knows us as; the rest is for whoever reads the logs of the site. */
const agent = 'Openfield'
const headers = {
  'user-agent': `${agent} (CRM; reads the site of a company once for its address and profiles; obeys robots.txt)`,
  accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.1',
}
const limits = { timeoutMs: 10_000, maxBytes: 2_000_000, cut: true, redirects: 5 }
const robotsLimits = { timeoutMs: 5000, maxBytes: 500_000, cut: true, redirects: 3 }
/** Who asks for longer pauses between requests is asked for one page only. */
const pauseMaxSeconds = 1

type Visitor = { outbound: Outbound; signal: AbortSignal }
type Robots = { allows: (url: URL) => boolean; wantsPauses: boolean }

/**
 * Reads the first page of a site and, where it links to one that `isEnough` leaves something for, the page on which such
 * companies say where they are. Throws Unreadable or OutboundFailure when the first cannot be read.
 */
export async function visitSite(
  visitor: Visitor,
  url: string,
  isEnough: (pages: readonly VisitedPage[]) => boolean,
): Promise<VisitedPage[]> {
  const robots = robotsOf(visitor)
  const first = await visitPage(visitor, url, url, robots)
  if (isEnough([first]) || (await robots(new URL(first.url))).wantsPauses) return [first]
  const next = contactPage(first)
  const second = next && (await visitPage(visitor, next, url, robots).catch(() => undefined))
  return second ? [first, second] : [first]
}

async function visitPage(
  { outbound, signal }: Visitor,
  url: string,
  site: string,
  robots: (url: URL) => Promise<Robots>,
): Promise<VisitedPage> {
  const before = async (next: URL) => {
    if (!(await robots(next)).allows(next)) throw new Unreadable('robots')
  }
  const response = await outbound.request({ url, headers, ...limits, signal, before })
  if (response.status >= 400 || response.status < 200) throw new Unreadable('http_error', isPassing(response.status))
  if (siteOf(response.url) !== siteOf(site)) throw new Unreadable('other_domain')
  if (!isHtml(response)) throw new Unreadable('not_html')
  return { url: response.url, ...readPage(decodePage(response.body, response.headers['content-type'] ?? '')) }
}

const siteOf = (url: string) => ownedDomain(new URL(url).hostname)

const isPassing = (status: number) => status === 429 || status >= 500

/** Servers that say nothing, or nothing true, are taken by what comes. */
function isHtml({ headers: { 'content-type': type = '' }, body }: OutboundResponse): boolean {
  if (/html|xml/i.test(type)) return true
  const start = body.subarray(0, 1000).toString('latin1').trimStart().toLowerCase()
  return (type === '' || /octet-stream|text\/plain/i.test(type)) && /^(<!doctype html|<html|<head|<!--)/.test(start)
}

/** What each server that is asked wants of robots, read once. */
function robotsOf({ outbound, signal }: Visitor) {
  const known = new Map<string, Promise<Robots>>()
  return ({ origin }: URL): Promise<Robots> => {
    const found = known.get(origin) ?? readRobots(outbound, origin, signal)
    known.set(origin, found)
    return found
  }
}

async function readRobots(outbound: Outbound, origin: string, signal: AbortSignal): Promise<Robots> {
  const url = `${origin}/robots.txt`
  const { status, body } = await outbound.request({ url, headers, ...robotsLimits, signal })
  // As RFC 9309 has it: none is a yes, and a server in trouble is a no.
  if (isPassing(status)) throw new Unreadable('robots_unavailable', true)
  if (status >= 300) return { allows: () => true, wantsPauses: false }
  const { default: parse } = await import('robots-parser')
  const robots = (parse as unknown as typeof parse.default)(url, body.toString('utf8'))
  return {
    allows: ({ href }) => robots.isAllowed(href, agent) ?? true,
    wantsPauses: (robots.getCrawlDelay(agent) ?? 0) > pauseMaxSeconds,
  }
}

/** Pages that say where a company is, in some languages, the likeliest first. */
const contactWords = [
  /impressum|imprint|legal[-_ ]?notice|mentions[-_ ]?l[ée]gales|colofon|aviso[-_ ]?legal|note[-_ ]?legali/i,
  /contact|kontakt|contatti|contato|yhteys/i,
  /about|[üu]e?ber[-_ ]?uns|qui[-_ ]?sommes|chi[-_ ]?siamo|over[-_ ]?ons|om[-_ ]?oss/i,
]

function contactPage({ url, links }: VisitedPage): string | undefined {
  const own = links.flatMap(({ href, text }) => {
    const target = URL.parse(href, url)
    return target && target.host === new URL(url).host && target.pathname !== new URL(url).pathname
      ? [{ href: target.href, words: `${readablePath(target.pathname)} ${text}` }]
      : []
  })
  for (const pattern of contactWords) {
    const found = own.find(({ words }) => pattern.test(words))
    if (found) return found.href
  }
  return undefined
}

function readablePath(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
