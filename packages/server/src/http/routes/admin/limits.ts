import { listOf, object, orNull, text } from '@openfield/schema/openapi'
import { type Limit, readLimits } from '../../../domain/limits/read.ts'
import type { Category } from '../../rate-limit.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const categories: readonly Category[] = ['Read', 'Write', 'Search']

const limit: Record<keyof Limit, object> = {
  key: text('What it is, e.g. `records.account` or `options.opportunity.$stage`.'),
  label: text('The same in words.'),
  used: orNull({ type: 'number', description: 'How much there is; null where that is not counted.' }),
  limit: orNull({ type: 'number', description: 'How much there may be; null: as much as the machine has room for.' }),
  unit: { enum: ['count', 'bytes'], description: 'What is counted.' },
}

/** What a workspace uses, and how much of it there may be. */
export const limits: AdminGroup = {
  operations: {
    'admin.limits.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/limits',
      summary: 'Read what is used and what has a limit',
      access: 'admin',
      category: 'Search',
      answer: 'LimitList',
      async run({ ctx, guards: { rateLimiter } }) {
        const perSecond = rateLimiter.limit === 0 ? null : rateLimiter.limit
        const rates = categories.map((category): Limit => {
          const left = rateLimiter.left?.(ctx.workspace, category, Date.now())
          return {
            key: `requests.${category.toLowerCase()}`,
            label: `${category} requests in a second`,
            used: perSecond === null || left === undefined ? null : Math.ceil(perSecond - left),
            limit: perSecond,
            unit: 'count',
          }
        })
        const data = [...rates, ...(await readLimits(ctx))]
        return { object: 'list', data, totalCount: data.length }
      },
    }),
  },
  schemas: { LimitList: listOf('Limit'), Limit: object(limit, Object.keys(limit)) },
}
