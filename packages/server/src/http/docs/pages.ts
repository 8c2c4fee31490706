import { objectTypes } from '@openfield/schema'

/** A page of the guides. `path` names its Markdown file and its address: `docs/{path}.md`, `/docs/{path}/`. */
export type Page = { path: string; title: string; operations: readonly string[] }

type Section = { title: string; pages: readonly Page[] }

const guide = (slug: string, title: string): Page => ({ path: `using-the-api/${slug}`, title, operations: [] })

const resource = (name: string, title: string, operations: readonly string[]): Page => ({
  path: `api/resources/${name}`,
  title,
  operations,
})

/** Every page, in the order in which the navigation lists them. */
export const sections: readonly Section[] = [
  {
    title: 'Using the API',
    pages: [
      guide('api-keys', 'API keys'),
      guide('scopes', 'Scopes'),
      guide('fields-and-relationships', 'Fields and relationships'),
      guide('list-endpoints', 'List endpoints'),
      guide('errors', 'Errors'),
      guide('idempotency', 'Idempotency'),
      guide('rate-limits', 'Rate limits'),
    ],
  },
  {
    title: 'Resources',
    pages: [
      ...[objectTypes.account, objectTypes.contact, objectTypes.opportunity, objectTypes.member].map(
        ({ name, label, verbs }) => resource(name, label, verbs),
      ),
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
