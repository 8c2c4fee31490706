import type { ReadOf, TypeConfiguration, ValueTypeName } from '@openfield/schema'
import { html } from '@openfield/schema/values/html'
import { element, fragment, safeLink } from './element.ts'
import { type Block, parseMarkdown, type Span } from './markdown.ts'

type Views = {
  [Name in ValueTypeName]: (
    value: ReadOf<{ valueType: Name; multipleValues: boolean }>,
    configuration: TypeConfiguration,
  ) => Node
}

/** How a person sees a value of each type. */
const views: Views = {
  ADDRESS: (value) => text(addressLines(value).join('\n')),
  CHECKBOX: (value) => text(value ? 'Yes' : 'No'),
  CURRENCY: (value, { currency = 'USD' }) => text(money(value, currency)),
  DATETIME: (value) => moment(value),
  EMAIL: (value) => several(value, (one) => safeLink(`mailto:${encodeURIComponent(one)}`, one)),
  FULL_NAME: ({ firstName, lastName }) => text([firstName, lastName].filter(Boolean).join(' ')),
  HTML: (value) => text(html.display(value, {})),
  MARKDOWN: (value) => element('div', { class: 'markdown' }, ...parseMarkdown(value).map(block)),
  MULTI_SELECT: (value, configuration) => options(value, configuration),
  NUMBER: (value) => text(new Intl.NumberFormat().format(value)),
  SINGLE_SELECT: (value, configuration) => options([value], configuration),
  SOCIAL_HANDLE: (value) => webLink(value),
  TELEPHONE: (value) => several(value, (one) => safeLink(`tel:${one}`, telephone(one))),
  TEXT: (value) => text(value),
  URL: (value) => several(value, webLink),
}

/** Shows a value, which is not null, of any type. */
export function valueView(valueType: ValueTypeName, value: unknown, configuration: TypeConfiguration = {}): Node {
  const view = views[valueType] as (value: unknown, configuration: TypeConfiguration) => Node
  return view(value, configuration)
}

/** A moment in the zone of whoever looks; the UTC time, as stored, shows on hovering. */
export const moment = (iso: string): Node =>
  element('time', { datetime: iso, title: iso }, timeFormat.format(new Date(iso)))

const timeFormat = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
})

const text = (value: string): Node => document.createTextNode(value)

const webLink = (address: string) => safeLink(address, address.replace(/^https?:\/\/(www\.)?/, ''))

/** The name of the currency is its code: several have the same sign. */
const money = (value: number, currency: string) =>
  new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    maximumFractionDigits: 2,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(value)

/** E.164 with `;ext=`, as it is stored; North American numbers in their usual groups. */
function telephone(number: string): string {
  const [main = '', extension] = number.split(';ext=')
  const grouped = main.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')
  return extension === undefined ? grouped : `${grouped} ext. ${extension}`
}

function addressLines(value: ReadOf<{ valueType: 'ADDRESS' }>): string[] {
  const { street, street2, city, state, postalCode, country, latitude, longitude } = value
  const town = [city, [state, postalCode].filter(Boolean).join(' ')].filter(Boolean).join(', ')
  const place = latitude !== null && longitude !== null ? `${latitude}, ${longitude}` : null
  return [street, street2, town, country && countryName(country), place].flatMap((line) => line || [])
}

const countryName = (code: string) => new Intl.DisplayNames(undefined, { type: 'region' }).of(code) ?? code

/** A retired option is no longer among those of the definition. */
function options(ids: readonly string[], configuration: TypeConfiguration): Node {
  const chips = ids.map((id) => {
    const label = configuration.options?.find((option) => option.id === id)?.label
    return element('span', { class: 'chip', ...(label === undefined && { title: id }) }, label ?? 'Retired option')
  })
  return element('span', { class: 'chips' }, ...chips)
}

function several(value: string | string[], view: (one: string) => Node): Node {
  const [only = '', ...others] = typeof value === 'string' ? [value] : value
  if (others.length === 0) return view(only)
  return element('ul', { class: 'plain' }, ...[only, ...others].map((one) => element('li', {}, view(one))))
}

function block({ kind, lines }: Block): Node {
  if (kind === 'p') return element('p', {}, ...lines.flatMap((line, index) => [index ? '\n' : '', spansView(line)]))
  if (kind === 'h3') return element('p', {}, element('strong', {}, ...lines.map(spansView)))
  return element(kind, {}, ...lines.map((line) => element('li', {}, spansView(line))))
}

const spansView = (line: readonly Span[]): Node => fragment(...line.map(spanView))

function spanView(span: Span): Node {
  if ('href' in span) return safeLink(span.href, span.text)
  return span.kind ? element(span.kind, {}, span.text) : text(span.text)
}
