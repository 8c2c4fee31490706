import { decodeId } from '@openfield/schema'
import { describe, expect, it, vi } from 'vitest'
import { openDoor } from '../../../test/door.ts'
import { aContact, aKey, aMember, anAccount, successOf } from '../../../test/factories.ts'
import { outcome, type RecordBody, settled, startApi } from '../../../test/harness.ts'
import {
  aMail,
  aMailbox,
  emailsAbout,
  ledgerOf,
  messagesOf,
  reachingMailServers,
  type SyncBody,
  startMailServers,
  synced,
} from '../../../test/mailboxes.ts'
import { startTokenProvider } from '../../../test/smtp.ts'

const people = Array.from({ length: 32 }, (_, index) => `user${index}@ours.com`)
const servers = await startMailServers(people)
const gmail = await startMailServers(['ada@gmail.com'], { gmail: true })
const unsteady = await startMailServers(['ada@unsteady.com'])
const provider = await startTokenProvider()
const api = await startApi(reachingMailServers)

/** Somebody whose mailbox nobody else uses, with a key. */
const somebody = async () => {
  const user = people.pop() ?? ''
  const member = await aMember(api, { email: user })
  const { key } = await aKey(api, { memberId: member.id })
  return { user, key }
}
const statusOf = async (mailbox: string) => successOf(await api.get<SyncBody>(`/admin/v1/mailboxes/${mailbox}/sync`))

describe('a mailbox', () => {
  it('brings in what is in its folders, once, with files, threads and whom it is with', async () => {
    const { user, key } = await somebody()
    const account = await anAccount(api, { $website: ['client-one.com'] })
    const bo = await aContact(api, { $email: ['bo@client-one.com'] }, { $account: account.id })
    const file = 'Content-Type: text/csv\r\nContent-Disposition: attachment; filename=prices.csv\r\n\r\na,b'
    const mixed = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b']
    const text = `--b\r\nContent-Type: text/html\r\n\r\n<p>Our prices</p>\r\n--b\r\n${file}\r\n--b--`
    const offer = aMail({
      id: 'offer@x',
      from: 'Bo <Bo@client-one.com>',
      to: user,
      subject: 'Offer',
      headers: mixed,
      text,
    })
    const answer = aMail({
      id: 'answer@x',
      from: user,
      to: 'bo@client-one.com',
      subject: 'Re: Offer',
      headers: ['In-Reply-To: <offer@x>'],
    })
    await servers.deliver(user, [offer])
    await servers.deliver(user, [answer], 'Sent')
    await servers.deliver(user, [offer], 'Clients')
    for (const folder of ['Junk', 'Trash', 'Drafts']) await servers.deliver(user, [aMail({ subject: folder })], folder)
    const mailbox = await aMailbox(api, servers, { user, key })
    expect(await synced(api, mailbox)).toMatchObject({ problem: null, progress: { total: 3, done: 3, missing: 0 } })

    const { days, folders } = await ledgerOf(api, mailbox)
    expect(days).toEqual([
      { day: new Date().toISOString().slice(0, 10), seen: 3, stored: 2, skipped: { duplicate: 1 }, removed: 0 },
    ])
    expect(folders.map(({ path, onServer, recorded }) => [path, onServer, recorded]).sort()).toEqual([
      ['Clients', 1, 1],
      ['INBOX', 1, 1],
      ['Sent', 1, 1],
    ])
    const [{ emailId = '' } = {}] = await messagesOf(api, mailbox, key, '?search=offer@x&outcome=stored')
    const email = successOf(await api.get<RecordBody>(`/v1/emails/${emailId}`, { key }))
    expect(email).toMatchObject({
      accessLevel: 'FULL',
      fields: {
        $subject: { value: 'Offer' },
        $sentAt: { value: '2026-05-01T12:00:00.000Z' },
        $from: { value: ['Bo@client-one.com'] },
        $to: { value: [user] },
        $body: { value: expect.stringContaining('<p>Our prices</p>') },
      },
      relationships: { $contact: { values: [bo.id] }, $account: { values: [account.id] } },
    })
    const [fileId] = email.relationships['$attachment']?.values ?? []
    const { url } = successOf(await api.get<{ url: string }>(`/v1/files/${fileId}/url`, { key }))
    expect((await (await fetch(url)).text()).trim()).toBe('a,b')

    const thread = successOf(await api.get<{ data: RecordBody[] }>(`/admin/v1/emails/${emailId}/thread`, { key }))
    expect(thread.data.map(({ fields }) => fields['$subject']?.value).sort()).toEqual(['Offer', 'Re: Offer'])
  })

  it('takes the copy of what was sent through the API for the email that it is', async () => {
    const { user, key } = await somebody()
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    const messageBody = { content: '<p>Hello</p>' }
    const email = { from: user, to: ['bo@client.com'], subject: 'Sent from here', messageBody }
    successOf(await api.post('/v1/emails/send', email, { key }))
    await settled(api)
    expect(await synced(api, mailbox)).toMatchObject({ progress: { total: 1, done: 1 } })
    const [copy, ...others] = await messagesOf(api, mailbox, key)
    expect([copy?.folder, copy?.outcome, others]).toEqual(['Sent', 'stored', []])
    const { data } = successOf(await api.get<{ data: RecordBody[] }>('/v1/emails', { key }))
    const sent = data.filter(({ fields }) => fields['$subject']?.value === 'Sent from here')
    expect(sent.map(({ id }) => id)).toEqual([copy?.emailId])
  })

  it('joins the threads of answers that came before what they answer', async () => {
    const { user, key } = await somebody()
    await servers.deliver(user, [aMail({ id: 't3@x', subject: 'three', headers: ['In-Reply-To: <t2@x>'] })])
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    await servers.deliver(user, [aMail({ id: 't2@x', subject: 'two', headers: ['References: <t1@x>'] })])
    await synced(api, mailbox)
    await servers.deliver(user, [aMail({ id: 't1@x', subject: 'one' })])
    await synced(api, mailbox)
    const [{ emailId = '' } = {}] = await messagesOf(api, mailbox, key, '?search=t1@x')
    const thread = successOf(await api.get<{ data: RecordBody[] }>(`/admin/v1/emails/${emailId}/thread`, { key }))
    expect(thread.data.map(({ fields }) => fields['$subject']?.value).sort()).toEqual(['one', 'three', 'two'])
    expect(outcome(await api.get(`/admin/v1/emails/eml_01h455vb4pex5vsknk084sn02q/thread`))).toBe('404')
  })

  it('brings in at once what comes while the server is listened to, without being asked', async () => {
    const { user, key } = await somebody()
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    await servers.deliver(user, [aMail({ subject: 'pushed one' })])
    await expect.poll(() => emailsAbout(api, 'pushed one'), { timeout: 60_000 }).toBe(1)
    await servers.deliver(user, [aMail({ subject: 'pushed two' })])
    await expect.poll(() => emailsAbout(api, 'pushed two'), { timeout: 60_000 }).toBe(1)
  })

  it('knows messages again that were moved, and keeps the emails of those that were deleted', async () => {
    const { user, key } = await somebody()
    await servers.deliver(user, [aMail({ id: 'moved@x' }), aMail({ id: 'deleted@x' }), aMail({ id: 'twice@x' })])
    await servers.deliver(user, [aMail({ id: 'twice@x' })], 'Clients')
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    const emails = new Map((await messagesOf(api, mailbox, key)).map(({ messageId, emailId }) => [messageId, emailId]))
    await servers.doveadm('mailbox', 'create', '-u', user, 'Archive')
    await servers.doveadm('move', '-u', user, 'Archive', 'mailbox', 'INBOX', 'header', 'message-id', 'moved@x')
    await servers.doveadm('expunge', '-u', user, 'mailbox', 'INBOX', 'header', 'message-id', 'deleted@x')
    await servers.doveadm('expunge', '-u', user, 'mailbox', 'INBOX', 'header', 'message-id', 'twice@x')
    expect(await synced(api, mailbox)).toMatchObject({ progress: { total: 2, done: 2 } })
    const after = await messagesOf(api, mailbox, key)
    const show = after.map(({ messageId, folder, outcome, removedAt }) => [
      messageId,
      folder,
      outcome,
      removedAt !== null,
    ])
    expect(show.sort()).toEqual([
      ['deleted@x', 'INBOX', 'stored', true],
      ['moved@x', 'Archive', 'stored', false],
      ['twice@x', 'Clients', 'stored', false],
      ['twice@x', 'INBOX', 'stored', true],
    ])
    for (const { messageId, emailId } of after) expect(emailId).toBe(emails.get(messageId))
  })

  it('whose server numbers its messages anew has each of them once, and the ledger says that it was so', async () => {
    const { user, key } = await somebody()
    await servers.deliver(user, [aMail({ subject: 'renumbered' }), aMail({ subject: 'renumbered', id: null })])
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    const before = await messagesOf(api, mailbox, key)
    await servers.rebuild(user)
    await servers.deliver(user, [aMail({ subject: 'renumbered', text: 'a third, of these' })])
    expect(await synced(api, mailbox)).toMatchObject({ progress: { total: 3, done: 3 } })
    const after = await messagesOf(api, mailbox, key)
    expect(after).toHaveLength(3)
    for (const { emailId } of before) expect(after.map((one) => one.emailId)).toContain(emailId)
    expect(await emailsAbout(api, 'renumbered')).toBe(3)
    const { days, folders } = await ledgerOf(api, mailbox)
    expect(days).toMatchObject([{ seen: 3, stored: 3, removed: 0 }])
    expect(folders.find(({ path }) => path === 'INBOX')?.renumberedAt).not.toBe(null)
    expect(folders.find(({ path }) => path === 'Sent')?.renumberedAt).toBe(null)
  })

  it('of Gmail is read where everything is, but for its drafts', async () => {
    const user = 'ada@gmail.com'
    await gmail.deliver(user, [aMail({ id: 'g1@x' })])
    await gmail.deliver(user, [aMail({ id: 'g1@x' }), aMail({ id: 'g2@x' })], '[Gmail]/All Mail')
    await gmail.deliver(user, [aMail({ id: 'g3@x' })], '[Gmail]/All Mail', ':2,D')
    const mailbox = await aMailbox(api, gmail, { user })
    await synced(api, mailbox)
    const { folders, days } = await ledgerOf(api, mailbox)
    expect(folders.map(({ path }) => path)).toEqual(['[Gmail]/All Mail'])
    expect(days).toMatchObject([{ seen: 3, stored: 2, skipped: { draft: 1 } }])
  })
})

describe('what the owner does not want', () => {
  it('is skipped for a reason, and brought in when the owner wants it', async () => {
    const { user, key } = await somebody()
    const huge = aMail({ id: 'huge@x', text: `${'x'.repeat(999)}\r\n`.repeat(42 * 1024) })
    await servers.deliver(user, [
      aMail({ id: 'wanted@x' }),
      aMail({ id: 'mum@x', from: 'mum@family.org' }),
      aMail({ id: 'sub@x', from: 'x@mail.newsletter.com' }),
      aMail({ id: 'cc@x', headers: ['Cc: doctor@clinic.org'] }),
      aMail({ id: 'inside@x', from: 'cy@ours.com', to: user }),
      'x'.repeat(50),
      huge,
    ])
    const mailbox = await aMailbox(api, servers, { user, key })
    const change = (body: object) => api.patch(`/admin/v1/mailboxes/${mailbox}/sync`, body, { key })
    const excluded = ['mum@family.org', 'newsletter.com', 'Doctor@Clinic.org']
    expect(successOf(await change({ excluded, skipInternal: true }))).toMatchObject({
      excluded: ['mum@family.org', 'newsletter.com', 'doctor@clinic.org'],
      skipInternal: true,
    })
    expect(await synced(api, mailbox)).toMatchObject({ progress: { total: 7, done: 7 } })
    const skipped = { excluded: 3, internal: 1, too_large: 1, unreadable: 1 }
    expect((await ledgerOf(api, mailbox)).days).toMatchObject([{ seen: 7, stored: 1, skipped }])
    const why = await messagesOf(api, mailbox, key, '?search=family.org')
    expect(why).toMatchObject([{ messageId: 'mum@x', outcome: 'skipped', reason: 'excluded', emailId: null }])

    successOf(await change({ excluded: ['newsletter.com'], skipInternal: false }))
    await synced(api, mailbox)
    expect((await ledgerOf(api, mailbox)).days).toMatchObject([
      { seen: 7, stored: 4, skipped: { excluded: 1, too_large: 1, unreadable: 1 } },
    ])
    successOf(await change({ since: '2099-01-01' }))
    await servers.deliver(user, [aMail({ id: 'late@x' })])
    await synced(api, mailbox)
    expect((await ledgerOf(api, mailbox)).days).toMatchObject([{ seen: 8, stored: 4, skipped: { before_start: 2 } }])
    successOf(await change({ since: null, excluded: [] }))
    await synced(api, mailbox)
    expect((await ledgerOf(api, mailbox)).days).toMatchObject([{ seen: 8, stored: 6 }])
  })

  it.each([
    ['422 since', { since: '2026-02-30' }],
    ['422 excluded.0', { excluded: ['nonsense'] }],
    ['400 unknown_field color', { color: 'red' }],
  ])('%s for %j', async (answer, body) => {
    const { user, key } = await somebody()
    const mailbox = await aMailbox(api, servers, { user, key })
    expect(outcome(await api.patch(`/admin/v1/mailboxes/${mailbox}/sync`, body, { key }))).toBe(answer)
  })

  it('is nothing while it is paused', async () => {
    const { user, key } = await somebody()
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    successOf(await api.patch(`/admin/v1/mailboxes/${mailbox}/sync`, { paused: true }, { key }))
    await servers.deliver(user, [aMail({ subject: 'while paused' })])
    expect(await synced(api, mailbox, 'paused')).toMatchObject({ nextAttemptAt: null })
    await vi.waitFor(async () => expect(await servers.doveadm('who', user)).not.toContain(user), { timeout: 60_000 })
    expect(await emailsAbout(api, 'while paused')).toBe(0)
    successOf(await api.patch(`/admin/v1/mailboxes/${mailbox}/sync`, { paused: false }, { key }))
    await synced(api, mailbox)
    expect(await emailsAbout(api, 'while paused')).toBe(1)
  })
})

const withFile = {
  headers: ['Content-Type: multipart/mixed; boundary=b'],
  text: '--b\r\n\r\ntext\r\n--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n--b--',
}

describe('a message in several mailboxes', async () => {
  const [one, other] = [await somebody(), await somebody()]
  const outsider = await aKey(api, { memberId: (await aMember(api)).id })

  it('is one email that both hold, and as private as the stricter of them wants', async () => {
    const mail = aMail({
      id: 'both@x',
      from: 'bo@elsewhere.org',
      to: 'list@elsewhere.org',
      subject: 'Both have it',
      ...withFile,
    })
    await servers.deliver(one.user, [mail])
    await servers.deliver(other.user, [mail])
    const first = await aMailbox(api, servers, { ...one, privacy: 'FULL' })
    await synced(api, first)
    const [{ emailId = '' } = {}] = await messagesOf(api, first, one.key)
    const levelFor = async (key: string) =>
      successOf(await api.get<RecordBody & { accessLevel: string }>(`/v1/emails/${emailId}`, { key })).accessLevel
    expect(await levelFor(outsider.key)).toBe('FULL')
    const second = await aMailbox(api, servers, { ...other, privacy: 'METADATA' })
    await synced(api, second)
    expect(await messagesOf(api, second, other.key)).toMatchObject([{ emailId, outcome: 'stored' }])
    expect(await levelFor(outsider.key)).toBe('METADATA')
    expect([await levelFor(one.key), await levelFor(other.key)]).toEqual(['FULL', 'FULL'])
    expect(await emailsAbout(api, 'Both have it')).toBe(1)
    const email = successOf(await api.get<RecordBody>(`/v1/emails/${emailId}`, { key: other.key }))
    const [file] = email.relationships['$attachment']?.values ?? []
    const fileFor = async (key: string) => outcome(await api.get(`/v1/files/${file}`, { key }))
    expect([await fileFor(one.key), await fileFor(other.key), await fileFor(outsider.key)]).toEqual([
      '200',
      '200',
      '404',
    ])
    for (const path of [`/v1/emails/${emailId}`, '/v1/emails', `/admin/v1/emails/${emailId}/thread`]) {
      expect((await api.get(path, { key: outsider.key })).text).not.toContain('Both have it')
      expect((await api.get(path, { key: other.key })).text).toContain('Both have it')
    }
  })

  it('is not taken for another with the same id that somebody else wrote', async () => {
    const [one, other] = [await somebody(), await somebody()]
    const [first, second] = await Promise.all(
      [one, other].map(({ user, key }) => aMailbox(api, servers, { user, key })),
    )
    await servers.deliver(one.user, [aMail({ id: 'same@x', from: 'eve@evil.org', subject: 'Eve wrote' })])
    await synced(api, first ?? '')
    await servers.deliver(other.user, [aMail({ id: 'same@x', from: 'bo@client.com', subject: 'Bo wrote' })])
    await synced(api, second ?? '')
    expect([await emailsAbout(api, 'Eve wrote'), await emailsAbout(api, 'Bo wrote')]).toEqual([1, 1])
    const [found] = await messagesOf(api, second ?? '', other.key, '?search=same@x')
    expect(found).toMatchObject({ subject: 'Bo wrote', outcome: 'stored' })
  })
})

describe('a mailbox that fails', () => {
  it('with a wrong password needs to be connected again, and is not tried until then', async () => {
    const { user, key } = await somebody()
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    servers.setPassword(user, 'another')
    await servers.doveadm('kick', user)
    const status = await synced(api, mailbox, 'needs_reconnect')
    expect(status).toMatchObject({
      nextAttemptAt: null,
      problem: expect.stringMatching(/refused to sign in.*connect again/),
    })
    expect(await api.get(`/admin/v1/mailboxes/${mailbox}`, { key })).toMatchObject({
      body: { state: 'needs_reconnect' },
    })
    await servers.deliver(user, [aMail({ subject: 'with the new password' })])
    servers.smtp.passwords.set(user, 'another')
    successOf(await api.patch(`/admin/v1/mailboxes/${mailbox}`, { password: 'another' }, { key }))
    await synced(api, mailbox)
    expect(await emailsAbout(api, 'with the new password')).toBe(1)
  })

  it('when its server is away is tried again, and goes on when it is back', async () => {
    const user = 'ada@unsteady.com'
    await unsteady.deliver(user, [aMail({ subject: 'before it went' })])
    const mailbox = await aMailbox(api, unsteady, { user })
    await synced(api, mailbox)
    await unsteady.stop()
    const away = await synced(api, mailbox, 'retrying')
    expect(away.problem).toMatch(/no connection could be made.*tried again by itself/)
    expect(Date.parse(away.nextAttemptAt ?? '')).toBeGreaterThan(Date.now())
    await unsteady.deliver(user, [aMail({ subject: 'while it was away' })])
    await unsteady.start()
    await synced(api, mailbox)
    expect([await emailsAbout(api, 'before it went'), await emailsAbout(api, 'while it was away')]).toEqual([1, 1])
  })

  it('in the middle of a message goes on where it was, and has every message once', async () => {
    const { user, key } = await somebody()
    const text = `${'x'.repeat(998)}\r\n`.repeat(1000)
    await servers.deliver(
      user,
      Array.from({ length: 12 }, () => aMail({ subject: 'cut off', text })),
    )
    const door = await openDoor(servers.port)
    door.cutAfter(5_000_000)
    const mailbox = await aMailbox(api, servers, { user, key, port: door.port })
    await synced(api, mailbox, 'retrying')
    const { progress } = await statusOf(mailbox)
    expect(progress).toMatchObject({ total: 12, missing: 12 - progress.done })
    expect(progress.missing).toBeGreaterThan(0)
    door.cutAfter(Number.POSITIVE_INFINITY)
    expect(await synced(api, mailbox)).toMatchObject({ progress: { total: 12, done: 12 } })
    expect(await emailsAbout(api, 'cut off')).toBe(12)
    await door.close()
  })

  it('is never up to date with a gap, and the next pass fills it', async () => {
    const { user, key } = await somebody()
    await servers.deliver(user, [aMail({ subject: 'gap' }), aMail({ subject: 'gap' }), aMail({ subject: 'gap' })])
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    const uuid = decodeId('mbx', mailbox)
    await api.sql('delete from mailbox_message where mailbox_id = $1 and uid = 2', [uuid])
    expect(await statusOf(mailbox)).toMatchObject({ status: 'gap', progress: { total: 3, done: 2, missing: 1 } })
    await synced(api, mailbox)
    expect(await emailsAbout(api, 'gap')).toBe(3)
  })

  it('to take in one message takes in the others, says so, and tries again', async () => {
    const { user, key } = await somebody()
    await api.sql(`create function refuse_poison() returns trigger language plpgsql as $$ begin
      if new.message_id = 'poison@x' then raise exception 'poison'; end if; return new; end $$`)
    await api.sql('create trigger poison before insert on email_body for each row execute function refuse_poison()')
    await servers.deliver(user, [aMail({ subject: 'good' }), aMail({ id: 'poison@x' }), aMail({ subject: 'good' })])
    const mailbox = await aMailbox(api, servers, { user, key })
    const status = await synced(api, mailbox, 'gap')
    expect(status).toMatchObject({
      progress: { total: 3, done: 2, missing: 1 },
      problem: expect.stringMatching(/One message/),
    })
    expect(await emailsAbout(api, 'good')).toBe(2)
    await api.sql('drop trigger poison on email_body')
    await synced(api, mailbox)
    expect((await ledgerOf(api, mailbox)).days).toMatchObject([{ seen: 3, stored: 3 }])
  })

  it('when its token has ended gets another, and when that is refused needs to be connected again', async () => {
    const { user, key } = await somebody()
    const give = (token: string) => {
      servers.tokens.set(token, user)
      servers.smtp.tokens.add(token)
      provider.state.answer = () => [200, { access_token: token, expires_in: 3600 }]
    }
    give('first')
    const oauth = { clientId: 'crm', refreshToken: 'refresh', tokenUrl: provider.tokenUrl }
    const mailbox = await aMailbox(api, servers, { user, key, signIn: { oauth } })
    await synced(api, mailbox)
    servers.tokens.delete('first')
    give('second')
    await servers.doveadm('kick', user)
    await servers.deliver(user, [aMail({ subject: 'by the second token' })])
    await synced(api, mailbox)
    expect(await emailsAbout(api, 'by the second token')).toBe(1)
    servers.tokens.delete('second')
    provider.state.answer = () => [400, { error: 'invalid_grant' }]
    await servers.doveadm('kick', user)
    const { problem } = await synced(api, mailbox, 'needs_reconnect')
    expect(problem).toMatch(/connect/i)
  })
})

describe('the ledger', () => {
  it('is for its owner and admins; what messages are about is for the owner alone', async () => {
    const [owner, other] = [await somebody(), await somebody()]
    await servers.deliver(owner.user, [aMail({ subject: 'Secret' })])
    const mailbox = await aMailbox(api, servers, owner)
    await synced(api, mailbox)
    const paths = ['sync', 'ledger', 'messages']
    const answers = async (key: string) =>
      Promise.all(paths.map(async (path) => outcome(await api.get(`/admin/v1/mailboxes/${mailbox}/${path}`, { key }))))
    expect(await answers(owner.key)).toEqual(['200', '200', '200'])
    expect(await answers(other.key)).toEqual(['404', '404', '404'])
    expect(await answers(api.key)).toEqual(['200', '200', '403'])
    expect((await api.get(`/admin/v1/mailboxes/${mailbox}/ledger`)).text).not.toContain('Secret')
    const patch = (key: string) => api.patch(`/admin/v1/mailboxes/${mailbox}/sync`, { paused: true }, { key })
    expect([outcome(await patch(other.key)), outcome(await patch(api.key))]).toEqual(['404', '403'])
  })

  it.each([
    ['400 invalid_configuration from', 'ledger?from=2026-13-01'],
    ['400 invalid_configuration from', 'ledger?from=2024-01-01&to=2026-01-01'],
    ['400 invalid_configuration from', 'ledger?from=2026-01-02&to=2026-01-01'],
    ['400 invalid_configuration day', 'messages?day=today'],
    ['404', 'messages?limit=1', 'mbx_01h455vb4pex5vsknk084sn02q'],
  ])('%s for %s', async (answer, path, id?: string) => {
    const { user, key } = await somebody()
    const mailbox = id ?? (await aMailbox(api, servers, { user, key }))
    expect(outcome(await api.get(`/admin/v1/mailboxes/${mailbox}/${path}`, { key }))).toBe(answer)
  })
})

describe('a contact who gets an address', () => {
  it('is linked to the emails with it that were there before, and so are its accounts', async () => {
    const { user, key } = await somebody()
    await servers.deliver(user, [
      aMail({ from: 'new@unknown-yet.net', subject: 'early' }),
      aMail({ to: 'NEW@unknown-yet.net', from: user, subject: 'early' }),
      aMail({ from: 'old@unknown-yet.net', subject: 'not theirs' }),
    ])
    const mailbox = await aMailbox(api, servers, { user, key })
    await synced(api, mailbox)
    const account = await anAccount(api)
    const contact = await aContact(api, {}, { $account: account.id })
    successOf(await api.post(`/v1/contacts/${contact.id}`, { fields: { $email: ['new@unknown-yet.net'] } }))
    await settled(api)
    const { data } = successOf(await api.get<{ data: RecordBody[] }>('/v1/emails?limit=25'))
    const early = data.filter(({ fields }) => fields['$subject']?.value === 'early')
    expect(early).toHaveLength(2)
    for (const { relationships } of early) {
      expect(relationships).toMatchObject({ $contact: { values: [contact.id] }, $account: { values: [account.id] } })
    }
    const other = data.find(({ fields }) => fields['$subject']?.value === 'not theirs')
    expect(other?.relationships['$contact']?.values).toEqual([])
    const seen = successOf(await api.get<RecordBody>(`/v1/contacts/${contact.id}`))
    expect(seen.fields['$lastInteractionAt']?.value).toBe('2026-05-01T12:00:00.000Z')
  })
})
