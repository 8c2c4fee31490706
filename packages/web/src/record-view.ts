import { element } from './element.ts'
import { type AnyRecord, type Definitions, type Links, linkedType, type ShownType } from './record.ts'
import { moment, valueView } from './values.ts'

/** What a record's page asks of the rest: where another record is shown, and what it is called. */
export type Surroundings = {
  addressOf(type: ShownType, id: string): string
  nameOf(type: ShownType, id: string): Promise<string>
}

/** A record to be read: its title, the fields that are set, what it is linked to. */
export function recordView(type: ShownType, record: AnyRecord, definitions: Definitions, around: Surroundings): Node {
  const related = relatedRows(record, definitions, around)
  return element(
    'article',
    { class: 'sheet' },
    element('p', { class: 'kind' }, type.label),
    element('h1', { tabindex: '-1' }, titleOf(type, record)),
    ...(record.accessLevel === 'METADATA' ? [element('p', { class: 'muted' }, privateText(type))] : []),
    ...fieldRows(record, definitions),
    ...(related.length > 0 ? [element('h2', {}, 'Related'), element('dl', { class: 'fields' }, ...related)] : []),
    facts(record),
  )
}

const privateText = ({ name }: ShownType) => `Parts of this ${name} are private, and not shown with this key.`

/** The fields that say what a record is called. Where it has a name, `$title` is something else, such as a job. */
const titleKeys = ({ fields }: AnyRecord) => (fields.$name ? ['$name', '$email'] : ['$title'])

/** What a record is called: the first of the fields for that purpose which says something. */
export const titleOf = (type: ShownType, record: AnyRecord) =>
  titleKeys(record)
    .map((key) => titleText(record.fields[key]))
    .find((title) => title !== '') ?? `Unnamed ${type.name}`

function titleText(field: AnyRecord['fields'][string]): string {
  const value = Array.isArray(field?.value) ? field.value[0] : field?.value
  return field && value ? (valueView(field.valueType, value).textContent ?? '').trim() : ''
}

/** The fields in the order of their definitions; those without a value are only named. */
function fieldRows(record: AnyRecord, { fieldDefinitions }: Definitions): Node[] {
  const rows: Node[] = []
  const unset: string[] = []
  const [title] = titleKeys(record)
  for (const [key, definition] of Object.entries(fieldDefinitions)) {
    if (!definition || key === title) continue
    const value = record.fields[key]?.value ?? null
    const view = value === null ? null : valueView(definition.valueType, value, definition.typeConfiguration)
    if (view?.textContent?.trim()) rows.push(row(definition.label, view))
    else unset.push(definition.label)
  }
  const list = rows.length > 0 ? [element('dl', { class: 'fields' }, ...rows)] : []
  if (unset.length === 0) return list
  return [...list, element('p', { class: 'rest muted small' }, `Not set: ${unset.join(', ')}`)]
}

const row = (label: string, ...views: Node[]) =>
  element('div', {}, element('dt', {}, label), element('dd', {}, ...views))

function relatedRows(record: AnyRecord, { relationshipDefinitions }: Definitions, around: Surroundings): Node[] {
  return Object.entries(relationshipDefinitions).flatMap(([key, definition]) => {
    const links = record.relationships?.[key]
    return definition && links?.values.length ? [row(definition.label, linksView(links, around))] : []
  })
}

/** How many links are shown at first, and how many more at a time: each costs a request for its name. */
const shownAtFirst = 5
const shownMore = 20

function linksView({ objectType, values, hasMore }: Links, around: Surroundings): Node {
  const type = linkedType(objectType)
  const list = element('ul', { class: 'plain' })
  const add = (ids: readonly string[], count: number) => {
    const rest = ids.slice(count)
    list.append(...ids.slice(0, count).map((id) => element('li', {}, linkView(type, id, around))))
    if (rest.length > 0) list.append(moreItem(`${rest.length}${hasMore ? '+' : ''}`, () => add(rest, shownMore)))
    else if (hasMore) list.append(element('li', { class: 'muted' }, 'and more'))
  }
  add(values, shownAtFirst)
  return list
}

/** Makes way for what it shows, and hands the focus on to it. */
function moreItem(count: string, show: () => void): Node {
  const button = element('button', { type: 'button', class: 'more' }, `Show more (${count})`)
  const item = element('li', {}, button)
  button.addEventListener('click', () => {
    show()
    item.nextElementSibling?.querySelector('a')?.focus()
    item.remove()
  })
  return item
}

/** The id stands for the name until that is known, and when it cannot be read. */
function linkView(type: ShownType | undefined, id: string, around: Surroundings): Node {
  if (!type) return document.createTextNode(id)
  const link = element('a', { href: around.addressOf(type, id), class: 'late' }, id)
  const settle = (name: string) => {
    link.textContent = name
    link.removeAttribute('class')
  }
  around.nameOf(type, id).then(settle, () => settle(id))
  return link
}

function facts({ id, createdAt, updatedAt, externalId }: AnyRecord): Node {
  const all: [string, Node | null][] = [
    ['Created', moment(createdAt)],
    ['Updated', updatedAt ? moment(updatedAt) : null],
    ['ID', element('code', {}, id)],
    ['External ID', externalId ? element('code', {}, externalId) : null],
  ]
  return element('dl', { class: 'facts' }, ...all.flatMap(([label, view]) => (view ? [row(label, view)] : [])))
}
