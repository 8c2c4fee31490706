import { AuthenticationError } from '@openfield/sdk'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { definitionsQuery, objectTypesQuery } from '../records/object-types.ts'
import { ProblemView } from './problem.tsx'
import { queryClient } from './queries.ts'
import { parseSearchParams, type SearchParams, writeSearchParams } from './search-params.ts'
import { appPath } from './server.ts'
import { sessionQuery } from './session.tsx'
import { Shell } from './shell.tsx'

const root = createRootRoute({ validateSearch: (search: Record<string, unknown>) => search as SearchParams })

/** Everything that somebody must be signed in for. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  async beforeLoad({ location }) {
    // Every page needs the types; they are asked for meanwhile.
    void queryClient.prefetchQuery(objectTypesQuery)
    try {
      await queryClient.ensureQueryData(sessionQuery)
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { return: location.href } })
    }
  },
})

const page = <Path extends string>(path: Path, load: () => Promise<{ Page: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => inside, path, component: lazyRouteComponent(load, 'Page') })

/**
 * What pages about the records of a type need is asked for while they are loaded: what waits for it only when it is drawn,
 * waits longer.
 */
async function loadType(plural: string) {
  const types = await queryClient.ensureQueryData(objectTypesQuery)
  const type = types.find((one) => one.plural === plural)
  if (type) await queryClient.ensureQueryData(definitionsQuery(type))
}

const outsidePage = <Path extends string>(path: Path, load: () => Promise<{ Page: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, 'Page') })

/** The pages of the app. What has no page of its own is a type of records, by the plural that addresses use. */
const routes = root.addChildren([
  outsidePage('/sign-in', () => import('../pages/sign-in/sign-in.tsx')),
  outsidePage('/welcome', () => import('../pages/sign-in/welcome.tsx')),
  outsidePage('/reset', () => import('../pages/sign-in/reset.tsx')),
  inside.addChildren([
    page('/', () => import('../pages/home/page.tsx')),
    page('/dashboard', () => import('../pages/dashboard/page.tsx')),
    page('/search', () => import('../pages/search/page.tsx')),
    page('/settings', () => import('../pages/settings/page.tsx')),
    page('/settings/$section', () => import('../pages/settings/page.tsx')),
    page('/settings/$section/$item', () => import('../pages/settings/page.tsx')),
    createRoute({
      getParentRoute: () => inside,
      path: '/$plural',
      component: lazyRouteComponent(() => import('../pages/list/page.tsx'), 'Page'),
      loader: ({ params }) => loadType(params.plural),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/$plural/$id',
      component: lazyRouteComponent(() => import('../pages/record/page.tsx'), 'Page'),
      loader: ({ params }) => loadType(params.plural),
    }),
  ]),
])

export const router = createRouter({
  routeTree: routes,
  basepath: appPath,
  defaultPreload: 'intent',
  parseSearch: parseSearchParams,
  stringifySearch: writeSearchParams,
  defaultErrorComponent: ({ error, reset }) => <ProblemView error={error} retry={reset} />,
  defaultNotFoundComponent: () => <ProblemView error={new Error('no such page')} />,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
