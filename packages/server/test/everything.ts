import { createHash } from 'node:crypto'
import {
  aChannel,
  aContact,
  aCustomRecord,
  aField,
  aKey,
  aList,
  aMeeting,
  aMember,
  aMessage,
  aNote,
  anAccount,
  anObjectType,
  anOpportunity,
  aRelationship,
  aTask,
  successOf,
} from './factories.ts'
import { type Api, settled } from './harness.ts'
import { aFile, contentsOfFile, type FileBody } from './uploads.ts'
import { aWorkflow, untilFirst } from './workflows.ts'

/** Fills a workspace with something of everything; returns a workflow that has run once, for one opportunity. */
export async function fillWithEverything(api: Api) {
  const { slug: text } = await aField(api, 'account', { valueType: 'TEXT' })
  const { slug: code } = await aField(api, 'account', { valueType: 'EMAIL', typeConfiguration: { unique: true } })
  const options = [{ label: 'Red' }, { label: 'Blue\tand\\green\n' }]
  const { slug: colours } = await aField(api, 'account', { valueType: 'MULTI_SELECT', typeConfiguration: { options } })
  const objectType = await anObjectType(api)
  const { slug: link } = await aRelationship(api, 'account', { to: objectType })
  const subscription = await aCustomRecord(api, objectType)
  const member = await aMember(api)
  await aKey(api, { scopes: ['accounts:read'] })
  const account = await anAccount(
    api,
    {
      $name: 'Łódź "Tab\tand\\backslash" \u{1F600}\n\\.',
      $website: ['https://lodz.example'],
      [text]: 'Ünïcode',
      [code]: ['one@lodz.example'],
      [colours]: ['Red'],
    },
    { $owner: member.id, [link]: subscription.id },
  )
  const contact = await aContact(api, { $email: ['ada@lodz.example'] }, { $account: account.id })
  const opportunity = await anOpportunity(api, { $amount: 1e15 + 0.5 }, { $account: account.id, $champion: contact.id })
  const trigger = { type: 'record', objectTypes: ['opportunity'], events: ['updated'], fields: ['$stage'] }
  const steps = [{ key: 'update', type: 'update', fields: { $nextStep: 'Celebrate' } }]
  const workflow = await aWorkflow(api, trigger, steps)
  successOf(await api.post(`/v1/opportunities/${opportunity.id}`, { fields: { $stage: 'Won' } }))
  await untilFirst(api, workflow, 'completed')
  await aTask(api, {}, { $account: account.id, $opportunity: opportunity.id })
  await aNote(api, { $content: '# A note' }, { $account: account.id })
  await aMeeting(api)
  await aList(api, {}, { $accounts: [account.id] }).catch(() => aList(api))
  const channel = await aChannel(api)
  await aMessage(api, { channelId: channel.id })
  const [first, second] = [await anAccount(api), await anAccount(api, { $website: ['https://second.example'] })]
  successOf(await api.post('/v1/accounts/merge', { primaryId: first.id, duplicateId: second.id }))
  const trashed = await aContact(api, { $email: ['gone@lodz.example'] }, { $account: account.id })
  successOf(await api.delete(`/v1/contacts/${trashed.id}`))
  await aFile(api, 'hello')
  await aFile(api, Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 251)), { filename: 'bytes.bin' })
  await settled(api)
  return { workflow, opportunity }
}

type Page = { data: { id: string; fields?: Record<string, unknown> }[]; totalCount: number }

/** What the API says about everything there is, byte for byte: by path a hash of each answer, and of files their bytes. */
export async function everythingOf(api: Api): Promise<Record<string, string>> {
  const said: Record<string, string> = {}
  const hash = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  const ask = async <Body>(path: string): Promise<Body | undefined> => {
    const response = await api.get<Body>(path)
    if (response.status !== 200) {
      said[path] = String(response.status)
      return undefined
    }
    // Links lead to where the server is.
    said[path] = hash(response.text.replaceAll(api.url, 'http://crm.example'))
    return response.body
  }
  const objects = await ask<{ data: { objectType: string; pluralObjectType?: string }[] }>('/admin/v1/objects')
  const plurals = ['accounts', 'contacts', 'opportunities', 'tasks', 'notes', 'meetings', 'lists', 'members', 'files']
  const custom = (objects?.data ?? []).flatMap(({ objectType }) =>
    objectType.startsWith('object-') ? [`objects/${objectType}`] : [],
  )
  for (const plural of [...plurals, ...custom]) {
    await ask(`/v1/${plural}/definitions`)
    await ask(`/v1/${plural}?status=trashed`)
    for (let offset = 0, total = 1; offset < total; offset += 25) {
      const page = await ask<Page>(`/v1/${plural}?limit=25&offset=${offset}`)
      total = page?.totalCount ?? 0
      for (const { id } of page?.data ?? []) {
        const at = `/v1/${plural}${plural.startsWith('objects/') ? '/values' : ''}/${id}`
        const record = await ask<Page['data'][number]>(at)
        if (plural === 'files') said[`bytes of ${id}`] = hash(await contentsOfFile(api, { id } as FileBody))
        for (const key of plural === 'files' ? [] : Object.keys(record?.fields ?? {})) {
          await ask(`${at}/fields/${encodeURIComponent(key)}/history`)
        }
      }
    }
  }
  for (const path of [
    '/admin/v1/api-keys',
    '/admin/v1/workflows',
    '/admin/v1/trash',
    '/admin/v1/views',
    '/admin/v1/search?q=lodz',
  ])
    await ask(path)
  await ask('/v1/accounts?$website[contains]=lodz')
  return said
}
