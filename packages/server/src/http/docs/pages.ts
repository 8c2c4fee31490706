import { type ObjectType, objectTypes } from '@openfield/schema'

/** A page of the guides. `path` names its Markdown file and its address: `docs/{path}.md`, `/docs/{path}/`. */
export type Page = { path: string; title: string; operations: readonly string[] }

type Section = { title: string; pages: readonly Page[] }

const guide = (slug: string, title: string): Page => ({ path: `using-the-api/${slug}`, title, operations: [] })

const resource = (name: string, title: string, operations: readonly string[]): Page => ({
  path: `api/resources/${name}`,
  title,
  operations,
})

const recordPage = ({ name, label, verbs }: ObjectType) => resource(name, label, verbs)

const mergers = ['mergeAccounts', 'mergeContacts', 'mergeOpportunities', 'mergeObjectValues']

const { account, contact, opportunity, task, note, meeting, list, file, channel, message, email, member } = objectTypes

/** Every page, in the order in which the navigation lists them. */
export const sections: readonly Section[] = [
  {
    title: 'Using the API',
    pages: [
      guide('api-keys', 'API keys'),
      guide('signing-in', 'Signing in'),
      guide('scopes', 'Scopes'),
      guide('fields-and-relationships', 'Fields and relationships'),
      guide('pipelines', 'Pipelines'),
      guide('list-endpoints', 'List endpoints'),
      guide('screens-and-exports', 'Screens and exports'),
      guide('trash', 'Trash'),
      guide('import', 'Import'),
      guide('coming-from-lightfield', 'Coming from Lightfield'),
      guide('export', 'Export'),
      guide('search', 'Search'),
      guide('timeline', 'Timelines'),
      guide('enrichment', 'Enrichment'),
      guide('events', 'Live events'),
      guide('views', 'Saved views'),
      guide('mail', 'Mail'),
      guide('workflows', 'Workflows'),
      guide('webhooks', 'Webhooks'),
      guide('audit-log', 'Audit log'),
      guide('erasing', 'Erasing a person'),
      guide('errors', 'Errors'),
      guide('idempotency', 'Idempotency'),
      guide('rate-limits', 'Rate limits'),
    ],
  },
  {
    title: 'Resources',
    pages: [
      ...[account, contact, opportunity, task, note, meeting].map(recordPage),
      resource(list.name, 'Lists', [...list.verbs, 'listAccounts', 'listContacts', 'listOpportunities']),
      resource('object', 'Custom object', [...opportunity.verbs, 'listDefinitions']),
      resource('merge', 'Merge', [...mergers, 'getMerge']),
      resource('enrichment-run', 'Enrichment run', ['accounts', 'contacts', 'getEnrichmentRun']),
      resource(file.name, file.label, ['create', 'complete', 'cancel', 'retrieve', 'list', 'url']),
      ...[channel, message].map(recordPage),
      resource(email.name, email.label, [...email.verbs, 'send', 'draft']),
      ...[member].map(recordPage),
      resource('workflow-run', 'Workflow run', ['status']),
      resource('auth', 'Auth', ['validate']),
    ],
  },
]

export const pages = sections.flatMap((section) => section.pages)

/** The address of a page. */
export const addressOf = ({ path }: Page) => `/docs/${path}/`

/** The id of the heading that an operation has on its page: `fieldHistory` has `field-history`. */
export const anchorOf = (operation: string) =>
  operation.replace(/_?([A-Z])|_(.)/g, (_, upper, lower) => `-${upper ?? lower}`).toLowerCase()

/** What an address below `/docs/` leads to: a page, or one of its parts by the address of a method. */
export function findPage(path: string): { page: Page; anchor?: string } | undefined {
  const bare = path.replace(/\/$/, '')
  const page = pages.find((one) => one.path === bare)
  if (page) return { page }
  const [, owner, operation = ''] = /^(.+)\/methods\/(\w+)$/.exec(bare) ?? []
  const anchor = anchorOf(operation)
  const ownPage = pages.find((one) => one.path === owner && one.operations.map(anchorOf).includes(anchor))
  return ownPage && { page: ownPage, anchor }
}
