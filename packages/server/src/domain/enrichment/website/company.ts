import { type Field, InvalidValue, type Json, ownedDomain } from '@openfield/schema'
import { type Thing, textOf, within } from './things.ts'
import type { VisitedPage } from './visit.ts'

/** What was found for a field, and on which page; or that too much was. */
export type Found = { value: Json; source: string } | 'ambiguous'

type Candidate = { value: unknown; source: string }
/** The values that pages offer for a field, the best first; a list within the list: of these none is better. */
type Finder = (pages: readonly VisitedPage[], field: Field) => Candidate[] | Found | undefined

/** What pages of a company's own site say for a field of its record; `how` names one of the ways to look. */
export function findOn(pages: readonly VisitedPage[], how: SiteFinder, field: Field): Found | undefined {
  const found = finders[how](pages, field)
  if (!Array.isArray(found)) return found
  for (const { value, source } of found) {
    const parsed = parse(field, value)
    if (parsed !== undefined) return { value: parsed, source }
  }
  return undefined
}

export type SiteFinder = 'name' | 'description' | 'profile' | 'address' | 'headcount' | 'phone'

const finders: Record<SiteFinder, Finder> = {
  name: (pages) => [
    ...ofCompany(pages, (company) => textOf(company, 'name', 'legalName')),
    ...ofMeta(pages, 'og:site_name', 'application-name'),
    ...pages.slice(0, 1).flatMap(({ title, url }) => (title ? [{ value: nameIn(title, url), source: url }] : [])),
  ],
  description: (pages) => [
    ...ofMeta(pages.slice(0, 1), 'description', 'og:description'),
    ...ofCompany(pages, (company) => textOf(company, 'description')),
  ],
  profile: profileOn,
  address: (pages, field) => companiesOn(pages).flatMap(({ company, source }) => addressesOf(company, field, source)),
  headcount: (pages, field) => ofCompany(pages, (company) => headcountOf(company, field)),
  phone: (pages) => {
    const stated = ofCompany(
      pages,
      (company) => textOf(company, 'telephone') ?? textOf(contactOf(company), 'telephone'),
    )
    const dialled = pages.flatMap(({ links, url }) =>
      links.flatMap(({ href }) => (/^tel:/i.test(href) ? [{ value: decoded(href.slice(4)), source: url }] : [])),
    )
    const numbers = new Set(dialled.map(({ value }) => value.replaceAll(/[^\d+]/g, '')))
    return [...stated, ...(numbers.size === 1 ? dialled : [])]
  },
}

/** Values as a field keeps them; undefined for what it does not take. */
function parse({ type, configuration }: Field, value: unknown): Json | undefined {
  try {
    return type.parse(value, configuration)
  } catch (error) {
    if (error instanceof InvalidValue) return undefined
    throw error
  }
}

const ofMeta = (pages: readonly VisitedPage[], ...names: string[]): Candidate[] =>
  pages.flatMap(({ meta, url }) =>
    names.flatMap((name) => (meta.has(name) ? [{ value: meta.get(name)?.slice(0, 1000), source: url }] : [])),
  )

const ofCompany = (pages: readonly VisitedPage[], read: (company: Thing) => unknown): Candidate[] =>
  companiesOn(pages).flatMap(({ company, source }) => {
    const value = read(company)
    return value === undefined ? [] : [{ value, source }]
  })

const companyTypes =
  /^(Organization|Corporation|NGO|LocalBusiness|OnlineBusiness|OnlineStore|ProfessionalService|FinancialService|.*(Organization|Business|Store|Agency|Company|School|University|Hospital|Clinic|Hotel|Restaurant))$/

/**
 * What pages describe as the company. One that says it lives at another domain is somebody else, such as who made the site
 * or whom an article is about.
 */
function companiesOn(pages: readonly VisitedPage[]): { company: Thing; source: string }[] {
  const found = pages.flatMap(({ things, url }) =>
    things
      .flatMap(within)
      .filter(({ types }) => types.some((type) => companyTypes.test(type)))
      .flatMap((company) => {
        const home = textOf(company, 'url', 'mainEntityOfPage')
        const isOurs = home === undefined ? undefined : isSameSite(home, url)
        return isOurs === false ? [] : [{ company, source: url, isOurs: isOurs === true }]
      }),
  )
  return found.sort((left, right) => Number(right.isOurs) - Number(left.isOurs))
}

function isSameSite(other: string, url: string): boolean {
  const target = URL.parse(other, url)
  return target !== null && ownedDomain(target.hostname) === ownedDomain(new URL(url).hostname)
}

/** Of "Rockets for all | Acme Inc.", what is like the domain; else all of it. */
function nameIn(title: string, url: string): string {
  const label = labelOf(url)
  const parts = title.split(/\s+[|–—·:•-]\s+|\s*[|»]\s*/).map((part) => part.trim())
  return parts.find((part) => part !== '' && letters(part).includes(label)) ?? title
}

/** `acme` of `https://www.acme.co.uk`. */
const labelOf = (url: string) => letters(ownedDomain(new URL(url).hostname).split('.')[0] ?? '')

const letters = (text: string) =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

/**
 * The profile of a company in a social network: what it says itself is its own counts before what the page links to. Of
 * several, the one that is called like the domain.
 */
function profileOn(pages: readonly VisitedPage[], field: Field): Found | undefined {
  const stated = companiesOn(pages).flatMap(({ company, source }) =>
    (company.properties['sameAs'] ?? []).map((value) => ({ value, source })),
  )
  const linked = pages.flatMap(({ links, url }) => links.map(({ href }) => ({ value: href, source: url })))
  for (const candidates of [stated, linked]) {
    const profiles = new Map<string, string>()
    for (const { value, source } of candidates) {
      const url = typeof value === 'string' ? URL.parse(value, source) : null
      const profile = url && /^https?:$/.test(url.protocol) ? parse(field, url.href) : undefined
      // A company links to the people who work there, too.
      if (typeof profile !== 'string' || /linkedin\.com\/in\//.test(profile)) continue
      const key = profile.toLowerCase()
      const known = [...profiles.keys()].find((one) => one.toLowerCase() === key)
      if (known === undefined) profiles.set(profile, source)
    }
    const label = labelOf(pages[0]?.url ?? '')
    const alike = [...profiles].filter(([profile]) => isAlike(letters(profile.split('/').at(-1) ?? ''), label))
    const [only] = profiles.size === 1 ? profiles : alike.length === 1 ? alike : []
    if (only) return { value: only[0], source: only[1] }
    if (profiles.size > 0) return 'ambiguous'
  }
  return undefined
}

const isAlike = (handle: string, label: string) =>
  handle !== '' && label !== '' && (handle.includes(label) || label.includes(handle))

function addressesOf(company: Thing, field: Field, source: string): Candidate[] {
  const stated = [...(company.properties['address'] ?? []), ...placesOf(company)]
  return stated.flatMap((address) => {
    if (typeof address === 'string') return []
    const part = (...names: string[]) => textOf(address, ...names)?.slice(0, 200)
    const parts = {
      street: part('streetAddress'),
      city: part('addressLocality'),
      state: part('addressRegion'),
      postalCode: part('postalCode'),
    }
    if (parts.street === undefined && parts.city === undefined) return []
    const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
    const country = part('addressCountry')
    return [{ value: withCountry(field, given, country), source }]
  })
}

const placesOf = (company: Thing) =>
  (company.properties['location'] ?? []).flatMap((place) =>
    typeof place === 'string' ? [] : (place.properties['address'] ?? []),
  )

/** A country in another language than English is left out rather than the whole address. */
function withCountry({ type }: Field, parts: Record<string, string | undefined>, country: string | undefined): unknown {
  if (country === undefined) return parts
  try {
    return type.fromParts?.({ ...parts, country } as Record<string, string>) ?? parts
  } catch (error) {
    if (error instanceof InvalidValue) return parts
    throw error
  }
}

const contactOf = (company: Thing) =>
  (company.properties['contactPoint'] ?? []).find((one): one is Thing => typeof one !== 'string')

/** The option within which a stated number of people lies, e.g. `51-200`. */
function headcountOf(company: Thing, { configuration }: Field): string | undefined {
  const [stated] = company.properties['numberOfEmployees'] ?? []
  const texts =
    typeof stated === 'object'
      ? [textOf(stated, 'minValue', 'value'), textOf(stated, 'maxValue', 'value')]
      : [stated?.match(/\d[\d.,' ]*/g)?.at(0), stated?.match(/\d[\d.,' ]*/g)?.at(-1)]
  const [least = Number.NaN, most = Number.NaN] = texts.map((text) => Number((text ?? '-').replaceAll(/[.,' ]/g, '')))
  return configuration.options?.find(({ label }) => {
    const [from = Number.NaN, to = Number.POSITIVE_INFINITY] = label.split('-').map((part) => Number.parseInt(part, 10))
    return from <= least && most <= to
  })?.label
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
