import { decodeId, objectTypes } from '@openfield/schema'
import { systemDefinition } from '@openfield/schema/openapi'
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
  anEmail,
  anObjectType,
  anOpportunity,
  aRelationship,
  aTask,
  type FieldBody,
  meetingFields,
  successOf,
} from './factories.ts'
import type { Api } from './harness.ts'
import { begin } from './imports.ts'
import { startSmtp } from './smtp.ts'
import { aFile, aSession, put } from './uploads.ts'

/** What fills in an operation so that it succeeds: the parameters of its path, its query, its body. */
export type OperationRequest = { params?: Record<string, string>; query?: string; body?: object }

const aPause = { key: 'pause', type: 'wait', seconds: 3600 }
/** An address to which nothing is sent. */
const nowhere = 'http://127.0.0.1:9/'

/**
 * For each operation that succeeds with a key of an admin, by its id, what makes a request that does; each is made anew, for
 * it may be used up. The server must enrich, and be allowed to reach 127.0.0.0/8, where a mail server is. Names ids wherever
 * the operation takes one, so that tests can put others in their places; slugs of the
 * workspace's own definitions end in `word`.
 */
export async function requestsOf(api: Api, word: string): Promise<Record<string, () => Promise<OperationRequest>>> {
  const slug = `project-${word}`
  await anObjectType(api, { slug })
  const options = [{ label: 'One' }, { label: 'Two' }]
  const typeConfiguration = { options }
  const single = await aField(api, slug, { valueType: 'SINGLE_SELECT', slug: `single-${word}`, typeConfiguration })
  const several = await aField(api, slug, { valueType: 'MULTI_SELECT', slug: `several-${word}`, typeConfiguration })
  await aRelationship(api, slug, { to: 'account', slug: `customer-${word}`, cardinality: 'HAS_ONE' })
  const optionOf = ({ typeConfiguration: { options } }: typeof single) => options?.[0]?.id ?? ''
  const shown = `?fields=${single.slug},customer-${word}&${several.slug}=${optionOf(several)}`
  const customLinks = async () => ({ [`customer-${word}`]: (await anAccount(api)).id })
  const customFields = { [single.slug]: optionOf(single), [several.slug]: [optionOf(several)] }
  const trashed = async (path: string, { id }: { id: string }) => {
    successOf(await api.delete(`${path}/${id}`))
    return { id }
  }
  const idOf = async (made: Promise<{ id: string }>) => ({ params: { id: (await made).id } })
  const merged = async () => {
    const [primary, duplicate] = [await anAccount(api), await anAccount(api)]
    const body = { primaryId: primary.id, duplicateId: duplicate.id }
    return successOf(await api.post<{ merge: { id: string } }>('/v1/accounts/merge', body)).merge
  }
  const aView = async () =>
    successOf(await api.post<{ id: string }>('/admin/v1/views', { name: `View of ${word}`, objectType: 'account' }))
  const smtp = await startSmtp()
  const newMailbox = () => {
    const email = `${crypto.randomUUID()}@${word}.example`
    smtp.passwords.set(email, 'secret')
    return { email, password: 'secret', smtp: { host: smtp.host, port: smtp.port, security: smtp.security } }
  }
  const sender = newMailbox()
  successOf(await api.post('/admin/v1/mailboxes', sender))
  const anOutgoing = async () => ({
    body: {
      from: sender.email,
      to: [`a@${word}.example`],
      subject: 'A',
      messageBody: { content: 'B' },
      attachments: [(await aFile(api)).id],
    },
  })
  const aMailbox = async () => successOf(await api.post<{ id: string }>('/admin/v1/mailboxes', newMailbox()))
  const aWorkflow = async (trigger: object = { type: 'manual' }) =>
    successOf(
      await api.post<{ id: string }>('/admin/v1/workflows', { name: `Flow of ${word}`, trigger, steps: [aPause] }),
    )
  const aRun = async () =>
    successOf(await api.post<{ id: string }>(`/admin/v1/workflows/${(await aWorkflow()).id}/run`, {}))
  const aWebhook = async () =>
    successOf(
      await api.post<{ id: string }>('/admin/v1/webhooks', { url: nowhere, name: `Hook of ${word}`, enabled: false }),
    )
  const aDelivery = async () => {
    const { id } = await aWebhook()
    const delivery = successOf(await api.post<{ id: string }>(`/admin/v1/webhooks/${id}/test`, {}))
    return { id, deliveryId: delivery.id }
  }
  const anImport = async () => successOf(await begin(api, 'account', `Name\nImported by ${word}\n`))
  const started = async () => {
    const one = await anImport()
    successOf(await api.post(`/admin/v1/imports/${one.id}/start`))
    return one
  }
  const attached = async () => {
    const [account, file] = [await anAccount(api), await aFile(api)]
    successOf(await api.post(`/admin/v1/records/account/${account.id}/files`, { fileId: file.id }))
    return { objectType: 'account', id: account.id, fileId: file.id }
  }
  const invited = async () => {
    const body = { email: `invited-${crypto.randomUUID()}@${word}.example`, role: 'member' }
    return successOf(await api.post<{ member: { id: string } }>('/admin/v1/invitations', body)).member
  }
  const withPipelines = async () => {
    const objectType = await anObjectType(api, { slug: `type${madeUp()}-${word}` })
    const made = successOf(
      await api.post<Record<'pipeline' | 'stage', FieldBody>>(`/admin/v1/objects/${objectType}/pipelines`, {
        pipelines: [{ name: 'A', stages: [{ label: 'A' }] }],
      }),
    )
    const stages = [{ id: optionOf(made.stage), label: 'A' }]
    return { objectType, pipelines: [{ id: optionOf(made.pipeline), name: 'A', stages }] }
  }
  const anOwnField = async () => aField(api, slug, { valueType: 'TEXT', slug: `text${madeUp()}-${word}` })
  const anOwnRelationship = async () => aRelationship(api, slug, { to: slug, slug: `link${madeUp()}-${word}` })

  const aCompany = () => anAccount(api, { $website: [`${word}.example`] })
  const anEnrichmentRun = async () => {
    const { id } = await aCompany()
    const start = await api.post<{ enrichmentRun: { id: string } }>(`/v1/enrichmentRun/accounts/${id}`)
    return successOf(start).enrichmentRun
  }
  const aSuggestion = async () => {
    const { id } = await anEnrichmentRun()
    // The site of the company is made up, and so is what was found there.
    await api.sql(
      `insert into enrichment_value (workspace_id, run_id, record_id, field, value, outcome)
       select workspace_id, id, record_id, 'twitter', '"https://x.com/acme"', 'suggested' from enrichment_run where id = $1`,
      [decodeId('enr', id)],
    )
    return { params: { id, slug: 'twitter' } }
  }

  const kinds: Record<string, Kind> = {
    account: { make: () => anAccount(api), fields: () => ({ $name: `A of ${word}` }) },
    contact: { make: () => aContact(api), fields: () => ({ $name: { firstName: 'A', lastName: word } }) },
    opportunity: { make: () => anOpportunity(api), fields: () => ({ $name: `A of ${word}`, $stage: 'Lead' }) },
    task: { make: () => aTask(api), fields: () => ({ $title: `A of ${word}`, $status: 'TODO' }) },
    note: { make: () => aNote(api), fields: () => ({ $title: `A of ${word}` }), change: 'add' },
    meeting: { make: () => aMeeting(api), fields: meetingFields },
    list: {
      make: () => aList(api),
      fields: () => ({ $name: `A of ${word}`, $objectType: '$account' }),
      // A list holds records of one type.
      without: ['$contacts', '$opportunities'],
      change: 'add',
    },
    object: {
      make: () => aCustomRecord(api, slug),
      fields: () => ({ $name: `A of ${word}`, ...customFields }),
      links: customLinks,
      base: `/v1/objects/${slug}/values`,
    },
  }

  /** A record of a type that others link to. */
  const target: Record<string, () => Promise<{ id: string }>> = {
    ...Object.fromEntries(Object.entries(kinds).map(([name, { make }]) => [name, make])),
    member: () => aMember(api),
    file: () => aFile(api, 'hello', { purpose: 'meeting_transcript' }),
    channel: () => aChannel(api),
    message: async () => aMessage(api, { channelId: (await aChannel(api)).id }),
    email: () => anEmail(api),
  }
  const linksOf = async (name: string, { without = [] }: Kind, isNew: boolean) => {
    const { relationships } = systemDefinition(name)
    const writable = [...relationships.values()].filter(
      ({ key, write }) => !without.includes(key) && (write === 'always' || (isNew && write === 'create')),
    )
    return Object.fromEntries(
      await Promise.all(
        writable.map(async ({ key, objectType }) => [key, (await target[objectType]?.())?.id] as const),
      ),
    )
  }

  const all: Record<string, () => Promise<OperationRequest>> = {}
  for (const [name, kind] of Object.entries(kinds)) {
    const { make, fields } = kind
    const plural = objectTypes[name as 'account']?.plural
    const base = kind.base ?? `/v1/${plural}`
    const params: Record<string, string> = name === 'object' ? { entitySlug: slug } : {}
    const one = async () => ({ params: { ...params, id: (await make()).id } })
    const links = (isNew: boolean) => kind.links?.() ?? linksOf(name, kind, isNew)
    const changes = async () =>
      Object.fromEntries(
        Object.entries(await links(false)).map(([key, id]) => [key, { [kind.change ?? 'replace']: id }]),
      )
    const [fieldKey] = Object.keys(fields())
    const offered: Record<string, () => Promise<OperationRequest>> = {
      create: async () => ({ params, body: { fields: fields(), relationships: await links(true) } }),
      list: async () => ({ params }),
      definitions: async () => ({ params }),
      retrieve: one,
      update: async () => ({ ...(await one()), body: { fields: {}, relationships: await changes() } }),
      delete: one,
      restore: async () => ({ params: { ...params, ...(await trashed(base, await make())) } }),
      fieldHistory: async () => ({ params: { ...(await one()).params, fieldKey: fieldKey ?? '$name' } }),
    }
    const verbs: readonly string[] = objectTypes[name as 'account']?.verbs ?? Object.keys(offered)
    for (const [verb, request] of Object.entries(offered)) if (verbs.includes(verb)) all[`${name}.${verb}`] = request
    if (objectTypes[name as 'account'] && !verbs.includes('merge')) continue
    const merged = name === 'object' ? 'ObjectValues' : `${plural?.charAt(0).toUpperCase()}${plural?.slice(1)}`
    all[`merge.merge${merged}`] = async () => ({
      params,
      body: { primaryId: (await make()).id, duplicateId: (await make()).id },
    })
  }
  for (const name of ['member', 'channel', 'message', 'email']) {
    all[`${name}.list`] = async () => ({})
    all[`${name}.retrieve`] = () => idOf(target[name]?.() as Promise<{ id: string }>)
  }

  return {
    ...all,
    ...Object.fromEntries(
      ['Accounts', 'Contacts', 'Opportunities'].map((of) => [
        `list.list${of}`,
        async () => ({ params: { listId: (await aList(api)).id } }),
      ]),
    ),
    'merge.getMerge': () => idOf(merged()),
    'object.listDefinitions': async () => ({}),
    'auth.validate': async () => ({}),

    'file.create': async () => ({ body: { filename: 'a.txt', mimeType: 'text/plain', sizeBytes: 1 } }),
    'file.list': async () => ({}),
    'file.retrieve': () => idOf(aSession(api)),
    'file.url': () => idOf(aFile(api)),
    'file.complete': async () => {
      const session = await aSession(api)
      await put(session, 'hello')
      return { params: { id: session.id }, body: {} }
    },
    'file.cancel': () => idOf(aSession(api)),

    'admin.apiKey.create': async () => ({ body: { name: 'A', memberId: (await aMember(api)).id } }),
    'admin.apiKey.list': async () => ({}),
    'admin.apiKey.revoke': () => idOf(aKey(api)),
    'admin.member.create': async () => ({ body: { email: `${madeUp()}@${word}.example`, role: 'member' } }),
    'admin.member.update': async () => ({ ...(await idOf(aMember(api))), body: {} }),
    'admin.member.remove': () => idOf(aMember(api)),
    'admin.invitation.create': async () => ({ body: { email: `${madeUp()}@${word}.example`, role: 'member' } }),
    'admin.invitation.list': async () => ({}),
    'admin.invitation.cancel': () => idOf(invited()),
    'admin.session.retrieve': async () => ({}),
    'admin.session.update': async () => ({ body: { firstName: 'A' } }),

    'admin.objectType.create': async () => ({ body: { slug: `type-${madeUp()}`, label: 'A' } }),
    'admin.objectType.list': async () => ({}),
    'admin.objectType.retrieve': async () => ({ params: { objectType: slug } }),
    'admin.objectType.update': async () => ({ params: { objectType: slug }, body: { label: 'A' } }),
    'admin.objectType.remove': async () => ({
      params: { objectType: await anObjectType(api, { slug: `type${madeUp()}-${word}` }) },
    }),
    'admin.pipelines.set': async () => {
      const { objectType, pipelines } = await withPipelines()
      return { params: { objectType }, body: { pipelines } }
    },
    'admin.pipelines.remove': async () => {
      const { objectType } = await withPipelines()
      return { params: { objectType } }
    },
    'admin.field.create': async () => ({
      params: { objectType: slug },
      body: {
        slug: `select-${madeUp()}`,
        label: 'A',
        valueType: 'SINGLE_SELECT',
        typeConfiguration: { options: [{ label: 'A' }] },
      },
    }),
    'admin.field.update': async () => ({
      params: { objectType: slug, slug: single.slug },
      body: { options: single.typeConfiguration.options?.map(({ id, label }) => ({ id, label })) },
    }),
    'admin.field.remove': async () => ({ params: { objectType: slug, slug: (await anOwnField()).slug } }),
    'admin.relationship.create': async () => ({
      params: { objectType: slug },
      body: {
        slug: `link-${madeUp()}`,
        label: 'A',
        to: slug,
        cardinality: 'HAS_ONE',
        inverse: { slug: `inverse-${madeUp()}`, label: 'A', cardinality: 'HAS_ONE' },
      },
    }),
    'admin.relationship.update': async () => ({
      params: { objectType: slug, slug: (await anOwnRelationship()).slug },
      body: { label: 'A' },
    }),
    'admin.relationship.remove': async () => ({
      params: { objectType: slug, slug: (await anOwnRelationship()).slug },
    }),

    'admin.records.list': async () => ({ params: { objectType: slug }, query: `${shown}&sort=${single.slug}` }),
    'admin.records.totals': async () => ({
      params: { objectType: slug },
      query: `?group=${single.slug},customer-${word}&${several.slug}=${optionOf(several)}`,
    }),
    'admin.changes.totals': async () => ({
      query: `?objectType=${slug}&field=${single.slug}&value=${optionOf(single)}&group=customer-${word}`,
    }),
    'admin.names': async () => ({ query: `?ids=${(await anAccount(api)).id},${(await aMember(api)).id}` }),
    'admin.records.update': async () => ({
      params: { objectType: 'account' },
      body: {
        records: [
          { id: (await anAccount(api)).id, fields: {}, relationships: { $contact: { add: (await aContact(api)).id } } },
          {
            id: (await anAccount(api)).id,
            relationships: { $owner: { replace: (await aMember(api)).id } },
            expected: { relationships: { $owner: null, $contact: [(await aContact(api)).id] } },
          },
        ],
      },
    }),
    'admin.records.delete': async () => ({
      params: { objectType: 'account' },
      body: { ids: [(await anAccount(api)).id] },
    }),
    'admin.records.restore': async () => ({
      params: { objectType: 'account' },
      body: { ids: [(await trashed('/v1/accounts', await anAccount(api))).id] },
    }),
    'admin.trash.list': async () => ({}),
    'admin.trash.retrieve': async () => ({ params: await trashed('/v1/accounts', await anAccount(api)) }),
    'admin.trash.restore': async () => ({ params: await trashed('/v1/accounts', await anAccount(api)) }),
    'admin.recordFile.list': async () => {
      const { fileId: _, ...params } = await attached()
      return { params }
    },
    'admin.recordFile.attach': async () => ({
      params: { objectType: 'account', id: (await anAccount(api)).id },
      body: { fileId: (await aFile(api)).id },
    }),
    'admin.recordFile.detach': async () => ({ params: await attached() }),

    'admin.import.create': async () => ({
      body: {
        objectType: slug,
        fileId: (await aFile(api, 'Name\nA\n', { filename: 'a.csv', mimeType: 'text/csv' })).id,
      },
    }),
    'admin.import.list': async () => ({}),
    'admin.import.retrieve': () => idOf(anImport()),
    'admin.import.update': async () => ({
      ...(await idOf(anImport())),
      body: {
        mapping: [
          { column: 0, to: '$name' },
          { value: (await aMember(api)).id, to: '$owner' },
        ],
      },
    }),
    'admin.import.preview': () => idOf(anImport()),
    'admin.import.start': () => idOf(anImport()),
    'admin.import.cancel': () => idOf(started()),
    'admin.import.undo': async () => {
      const one = await started()
      successOf(await api.post(`/admin/v1/imports/${one.id}/cancel`))
      return { params: { id: one.id } }
    },
    'admin.import.errors': () => idOf(anImport()),
    'admin.import.stream': async () => ({
      body: { objectType: slug, fields: { $name: `A of ${word}` }, relationships: await customLinks() },
    }),
    'admin.import': async () => ({
      params: { objectType: slug },
      body: {
        records: [
          { externalId: crypto.randomUUID(), fields: { $name: `A of ${word}` }, relationships: await customLinks() },
        ],
      },
    }),
    'admin.export.table': async () => ({ params: { objectType: slug }, query: shown }),
    'admin.export.lines': async () => ({ params: { objectType: slug }, query: shown }),
    'admin.export.all': async () => ({}),
    'admin.download.create': async () => ({
      body: { path: `/admin/v1/imports/${(await anImport()).id}/errors.csv` },
    }),
    'admin.channel.create': async () => ({
      body: {
        name: `Channel of ${word}`,
        provider: 'SLACK',
        memberIds: [(await aMember(api)).id],
        accountIds: [(await anAccount(api)).id],
      },
    }),
    'admin.message.create': async () => ({
      body: { channelId: (await aChannel(api)).id, text: `Of ${word}`, sentAt: '2026-05-01T09:00:00Z' },
    }),
    'admin.email.create': async () => ({
      body: {
        subject: `Of ${word}`,
        to: [`to@${word}.example`],
        messageId: `${madeUp()}@${word}.example`,
        sentAt: '2026-05-01T09:00:00Z',
        attachmentIds: [(await aFile(api)).id],
        holderId: (await aMember(api)).id,
      },
    }),
    'enrichmentRun.accounts': () => idOf(aCompany()),
    'enrichmentRun.contacts': () => idOf(aContact(api, { $email: [`ada.byron@${word}.example`] })),
    'enrichmentRun.getEnrichmentRun': () => idOf(anEnrichmentRun()),
    'admin.enrichment.retrieveSettings': async () => ({}),
    'admin.enrichment.updateSettings': async () => ({ body: {} }),
    'admin.enrichment.listRuns': async () => ({ query: `?record=${(await aCompany()).id}` }),
    'admin.enrichment.retrieveRun': () => idOf(anEnrichmentRun()),
    'admin.enrichment.revertRun': () => idOf(anEnrichmentRun()),
    'admin.enrichment.acceptSuggestion': aSuggestion,
    'admin.enrichment.dismissSuggestion': aSuggestion,
    'admin.enrichment.retrieveRecord': () => idOf(aCompany()),
    'admin.event.recent': async () => ({}),
    'email.send': anOutgoing,
    'admin.mailbox.list': async () => ({}),
    'admin.mailbox.connect': async () => ({ body: newMailbox() }),
    'admin.mailbox.retrieve': () => idOf(aMailbox()),
    'admin.mailbox.update': async () => ({ ...(await idOf(aMailbox())), body: { privacySetting: 'METADATA' } }),
    'admin.mailbox.disconnect': () => idOf(aMailbox()),
    'admin.mailbox.check': () => idOf(aMailbox()),
    'admin.mailboxSync.retrieve': () => idOf(aMailbox()),
    'admin.mailboxSync.update': async () => ({ ...(await idOf(aMailbox())), body: { excluded: [`${word}.example`] } }),
    'admin.mailboxSync.run': () => idOf(aMailbox()),
    'admin.mailboxLedger.retrieve': () => idOf(aMailbox()),
    'admin.mailboxLedger.messages': async () => ({
      ...(await idOf(aMailbox())),
      query: `?day=2026-05-01&outcome=stored&reason=draft&search=${word}`,
    }),
    'admin.email.thread': () => idOf(anEmail(api)),
    'admin.view.list': async () => ({ query: `?objectType=${slug}` }),
    'admin.view.create': async () => ({ body: { name: 'A', objectType: slug } }),
    'admin.view.update': async () => ({ ...(await idOf(aView())), body: {} }),
    'admin.view.remove': () => idOf(aView()),
    'admin.preferences.retrieve': async () => ({}),
    'admin.preferences.update': async () => ({ body: { last: word } }),
    'workflowRun.status': async () => ({ params: { runId: (await aRun()).id } }),
    'admin.workflow.list': async () => ({}),
    'admin.workflow.create': async () => ({
      body: { name: 'A', trigger: { type: 'manual', objectType: slug }, steps: [aPause] },
    }),
    'admin.workflow.retrieve': () => idOf(aWorkflow()),
    'admin.workflow.update': async () => ({
      ...(await idOf(aWorkflow())),
      body: { trigger: { type: 'manual', objectType: slug } },
    }),
    'admin.workflow.remove': () => idOf(aWorkflow()),
    'admin.workflow.versions': () => idOf(aWorkflow()),
    'admin.workflow.secret': () => idOf(aWorkflow()),
    'admin.workflow.rotateSecret': async () => ({ ...(await idOf(aWorkflow())), body: {} }),
    'admin.workflow.renewHook': async () => ({ ...(await idOf(aWorkflow({ type: 'hook' }))), body: {} }),
    'admin.workflow.run': async () => ({
      ...(await idOf(aWorkflow({ type: 'manual', objectType: 'account' }))),
      body: { recordId: (await anAccount(api)).id },
    }),
    'admin.workflow.runs': async () => ({
      ...(await idOf(aWorkflow())),
      query: `?after=${(await aRun()).id}&status=failed`,
    }),
    'admin.workflow.replayFailed': async () => ({
      ...(await idOf(aWorkflow())),
      body: { since: '2026-01-01T00:00:00Z' },
    }),
    'admin.workflowRun.retrieve': () => idOf(aRun()),
    'admin.workflowRun.cancel': async () => ({ ...(await idOf(aRun())), body: {} }),
    'admin.workflowRun.replay': async () => ({ ...(await idOf(aRun())), body: {} }),
    'admin.webhook.list': async () => ({}),
    'admin.webhook.create': async () => ({ body: { url: nowhere, enabled: false } }),
    'admin.webhook.retrieve': () => idOf(aWebhook()),
    'admin.webhook.update': async () => ({ ...(await idOf(aWebhook())), body: { name: 'B' } }),
    'admin.webhook.remove': () => idOf(aWebhook()),
    'admin.webhook.secret': () => idOf(aWebhook()),
    'admin.webhook.rotateSecret': async () => ({ ...(await idOf(aWebhook())), body: {} }),
    'admin.webhook.deliveries': async () => {
      const { id, deliveryId } = await aDelivery()
      return { params: { id }, query: `?after=${deliveryId}&status=failed` }
    },
    'admin.webhook.replay': async () => ({ params: await aDelivery(), body: {} }),
    'admin.webhook.replayFailed': async () => ({
      ...(await idOf(aWebhook())),
      body: { since: '2026-01-01T00:00:00Z' },
    }),
    'admin.webhook.test': async () => ({ ...(await idOf(aWebhook())), body: {} }),
    'admin.timeline.read': () => idOf(anAccount(api)),
    'admin.audit.list': async () => ({
      query: `?object=${(await anAccount(api)).id}&actor=${api.memberId}&action=record`,
    }),
    'admin.audit.table': async () => ({
      query: `?object=${(await anAccount(api)).id}&actor=${api.memberId}&action=record`,
    }),
    'admin.audit.lines': async () => ({
      query: `?object=${(await anAccount(api)).id}&actor=${api.memberId}&action=record`,
    }),
    'admin.limits.list': async () => ({}),
    'admin.erasure.create': async () => ({ body: { recordId: (await anAccount(api)).id, fields: ['$name'] } }),
    'admin.erasure.list': async () => ({}),
    'admin.search': async () => ({ query: `?q=account&types=account,${slug}` }),
  }
}

type Kind = {
  make: () => Promise<{ id: string }>
  fields: () => object
  /** Relationships that a record of it cannot have together with the others. */
  without?: readonly string[]
  /** Its links, where the built-in definitions do not say them. */
  links?: () => Promise<object>
  base?: string
  /** How an update changes its links, where it does not replace them. */
  change?: 'add'
}

let count = 0
const madeUp = () => {
  count += 1
  return `n${count}x`
}

/** The path of an operation, its parameters filled in, with its query. */
export const pathOf = (template: string, { params = {}, query = '' }: OperationRequest) =>
  template.replaceAll(/:(\w+)/g, (_, name) => params[name] ?? '') + query
