import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { aContact, aKey, aMember, type MeetingBody as EmailBody, successOf } from '../../../test/factories.ts'
import { anotherWorkspace, headersOf, type ListBody, outcome, startApi } from '../../../test/harness.ts'
import { send } from '../../../test/request.ts'
import { type ReceivedMail, refusal, startSmtp } from '../../../test/smtp.ts'
import { aFile, aSession } from '../../../test/uploads.ts'

const settings = { OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8', OPENFIELD_WORKER: 'off' }
const api = await startApi(settings)
const beside = await startApi(settings, api)
const smtp = await startSmtp()
const from = 'Sales@acme.example'
smtp.passwords.set('sales@acme.example', 'secret')
const server = { host: smtp.host, port: smtp.port, security: smtp.security }
const mailbox = successOf(
  await api.post<{ id: string }>('/admin/v1/mailboxes', {
    email: from,
    username: 'sales@acme.example',
    password: 'secret',
    smtp: server,
  }),
)

const bodyOf = (more: object = {}) => ({
  from,
  to: ['ada@northwind.example'],
  subject: 'Three seats',
  messageBody: { content: '<p>Hello <b>Ada</b></p>' },
  ...more,
})
const sending = (more: object = {}, headers: Record<string, string> = {}, on = api) =>
  on.post<{ sentAt: string }>('/v1/emails/send', bodyOf(more), { headers })
const keyed = (key: string) => ({ 'idempotency-key': key })
/** Sends what the server may answer with a failure of its own. */
const sendingRaw = async (more: object = {}, headers: Record<string, string> = {}) =>
  send(api.url, {
    method: 'POST',
    path: '/v1/emails/send',
    headers: { ...headersOf(api.key, true), ...headers },
    body: JSON.stringify(bodyOf(more)),
  })
const mails = () => smtp.mails.splice(0)
const last = () => smtp.mails.at(-1) as ReceivedMail
const newest = async () => {
  const { data } = successOf(await api.get<ListBody>('/v1/emails?limit=1'))
  return successOf(await api.get<EmailBody>(`/v1/emails/${data[0]?.id}`))
}
const count = async () => successOf(await api.get<ListBody>('/v1/emails?limit=1')).totalCount
const claims = () => api.sql('select * from sending')
/** Has the server answer in some way while `work` runs. */
async function while_(on: typeof smtp.state.on, work: () => Promise<unknown>) {
  smtp.state.on = on
  try {
    return await work()
  } finally {
    smtp.state.on = async () => {}
  }
}

describe('an e-mail that is sent', () => {
  it('reaches everybody, hides blind copies, and becomes a record of who sent it to whom', async () => {
    const ada = await aContact(api, { $email: ['ada@northwind.example'] })
    mails()
    const before = Date.now()
    const { sentAt } = successOf(await sending({ cc: ['cc@acme.example'], bcc: ['secret@acme.example'] }))
    expect(Date.parse(sentAt)).toBeGreaterThanOrEqual(before)
    expect(smtp.mails).toMatchObject([
      { from, to: ['ada@northwind.example', 'cc@acme.example', 'secret@acme.example'], user: 'sales@acme.example' },
    ])
    const { source } = last()
    expect(source).not.toContain('secret@acme.example')
    const parsed = await PostalMime.parse(source)
    expect(parsed).toMatchObject({
      from: { address: from, name: '' },
      to: [{ address: 'ada@northwind.example' }],
      cc: [{ address: 'cc@acme.example' }],
      subject: 'Three seats',
      text: 'Hello Ada\n',
    })
    expect(parsed.html).toContain('<p>Hello <b>Ada</b></p>')
    const email = await newest()
    expect(email).toMatchObject({
      accessLevel: 'FULL',
      fields: {
        $subject: { value: 'Three seats' },
        $sentAt: { value: sentAt },
        $from: { value: [from] },
        $to: { value: ['ada@northwind.example'] },
        $cc: { value: ['cc@acme.example'] },
        $bcc: { value: ['secret@acme.example'] },
        $privacySetting: { value: 'FULL' },
        $body: { value: '<p>Hello <b>Ada</b></p>' },
      },
      relationships: { $contact: { values: [ada.id] } },
    })
    const [row] = await api.sql<{ message_id: string }>('select message_id from email_body order by id desc limit 1')
    expect(parsed.messageId).toBe(`<${row?.message_id}>`)
  })

  it('is plain text alone where the content is, whatever is in it', async () => {
    const content = 'a < b & "c"\n\n\n  ünïcode 🎉\n.\n..\nFrom here'
    successOf(await sending({ messageBody: { contentType: 'TEXT', content }, subject: 'Grüße 🎉' }))
    const parsed = await PostalMime.parse(last().source)
    expect([parsed.text?.replaceAll('\r\n', '\n').trimEnd(), parsed.html, parsed.subject]).toEqual([
      content,
      undefined,
      'Grüße 🎉',
    ])
    expect((await newest()).fields['$body']?.value).toContain('a &lt; b &amp; &quot;c&quot;')
  })

  it('has its attachments, byte for byte, in the message and in the record', async () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 31) % 256))
    const one = await aFile(api, bytes, { filename: 'Ängebot "1".bin', mimeType: 'application/octet-stream' })
    const two = await aFile(api, 'hello', { purpose: 'email_attachment' })
    successOf(await sending({ attachments: [one.id, two.id, one.id] }))
    const { attachments } = await PostalMime.parse(last().source)
    expect(attachments.map(({ filename }) => filename)).toEqual(['Ängebot "1".bin', 'notes.txt'])
    expect(Buffer.from(attachments[0]?.content as ArrayBuffer).equals(bytes)).toBe(true)
    expect((await newest()).relationships['$attachment']?.values.toSorted()).toEqual([one.id, two.id].toSorted())
  })

  it('is as private as its mailbox says', async () => {
    successOf(await api.patch(`/admin/v1/mailboxes/${mailbox.id}`, { privacySetting: 'METADATA' }))
    successOf(await sending())
    successOf(await api.patch(`/admin/v1/mailboxes/${mailbox.id}`, { privacySetting: 'FULL' }))
    const email = await newest()
    expect(email).toMatchObject({ accessLevel: 'FULL', fields: { $privacySetting: { value: 'METADATA' } } })
    const { key } = await aKey(api, { memberId: (await aMember(api)).id })
    expect((await api.get<EmailBody>(`/v1/emails/${email.id}`, { key })).body.accessLevel).toBe('METADATA')
  })

  it('goes to as many as 500 in all', async () => {
    const to = Array.from({ length: 300 }, (_, index) => `a${index}@many.example`)
    const bcc = Array.from({ length: 200 }, (_, index) => `b${index}@many.example`)
    successOf(await sending({ to, bcc }))
    expect(last().to).toHaveLength(500)
    expect(outcome(await sending({ to, bcc, cc: ['c@many.example'] }))).toBe('400 invalid_type to')
  })

  const many = (length: number) => Array.from({ length }, (_, index) => `a${index}@many.example`)
  const refusals: [answer: string, more: object][] = [
    ['400 parameter_missing from', { from: undefined }],
    ['400 parameter_missing to', { to: undefined }],
    ['400 parameter_missing subject', { subject: undefined }],
    ['400 parameter_missing messageBody', { messageBody: undefined }],
    ['400 parameter_missing messageBody.content', { messageBody: {} }],
    ['400 invalid_type to', { to: [] }],
    ['400 invalid_type to', { to: 'ada@northwind.example' }],
    ['400 invalid_type to.0', { to: ['Ada <ada@northwind.example>'] }],
    ['400 invalid_type to.0', { to: ['ada@northwind.example\r\nBcc: x@y.example'] }],
    ['400 invalid_type to.0', { to: [`${'a'.repeat(250)}@x.example`] }],
    ['400 invalid_type to.0', { to: ['"a\0b"@x.example'] }],
    ['422', { to: ['"a<b>c"@x.example'] }],
    ['400 invalid_type cc.1', { cc: ['a@b.example', 'nobody'] }],
    ['400 invalid_type to', { to: many(501) }],
    ['400 invalid_type subject', { subject: '' }],
    ['400 invalid_type subject', { subject: 'a\r\nBcc: x@y.example' }],
    ['400 invalid_type messageBody.content', { messageBody: { content: '' } }],
    ['400 invalid_type messageBody.contentType', { messageBody: { contentType: 'MARKDOWN', content: 'a' } }],
    ['400 unknown_field messageBody.html', { messageBody: { content: 'a', html: 'b' } }],
    ['400 unknown_field replyTo', { replyTo: 'a@b.example' }],
    ['400 invalid_type attachments', { attachments: many(6) }],
    ['400 referenced_resource_missing attachments', { attachments: ['fil_01h455vb4pex5vsknk084sn02q'] }],
    ['400 referenced_resource_missing attachments', { attachments: ['x'] }],
    ['422 from', { from: 'somebody@else.example' }],
    ['400 invalid_type from', { from: 'nobody' }],
  ]
  it.each(refusals)('%s for %j: nothing is sent', async (answer, more) => {
    mails()
    expect(outcome(await sending(more))).toBe(answer)
    expect([mails(), await claims()]).toEqual([[], []])
  })

  it('422: files that are not complete, and too many bytes', async () => {
    const open = await aSession(api)
    expect(outcome(await sending({ attachments: [open.id] }))).toBe('422 attachments')
    const big = await Promise.all([1, 2].map(() => aFile(api, Buffer.alloc(13 * 1024 * 1024))))
    const [first] = big
    await api.sql('update file set size_bytes = 21 * 1024 * 1024 where id = (select max(id::text)::uuid from file)')
    expect(outcome(await sending({ attachments: big.map(({ id }) => id) }))).toBe('422 attachments')
    await api.sql('update file set size_bytes = 13 * 1024 * 1024 where size_bytes = 21 * 1024 * 1024')
    expect(outcome(await sending({ attachments: big.map(({ id }) => id) }))).toBe('422 attachments')
    expect(outcome(await sending({ attachments: [first?.id] }))).toBe('200')
  })

  it('422: from is a mailbox of the caller, and of nobody else', async () => {
    const { key } = await aKey(api, { memberId: (await aMember(api)).id })
    expect(outcome(await api.post('/v1/emails/send', bodyOf(), { key }))).toBe('422 from')
    const workspaces = await aKey(api)
    expect(outcome(await api.post('/v1/emails/send', bodyOf(), { key: workspaces.key }))).toBe('422 from')
    const elsewhere = await anotherWorkspace(api)
    expect(outcome(await elsewhere.post('/v1/emails/send', bodyOf()))).toBe('422 from')
    const reader = await aKey(api, { memberId: api.memberId, scopes: ['emails:read'] })
    expect(outcome(await api.post('/v1/emails/send', bodyOf(), { key: reader.key }))).toBe('403')
  })
})

describe('a server that does not take an e-mail', () => {
  const refuseRecipient = (address: string, code: number) => async (phase: string, what: string) => {
    if (phase === 'recipient' && what === address) throw refusal(code, 'No such user here')
  }

  it('422: refuses one of several recipients: nobody gets it, and the list that has them is named', async () => {
    mails()
    const before = await count()
    const more = { to: ['a@x.example', 'b@x.example'], cc: ['gone@x.example'] }
    await while_(refuseRecipient('gone@x.example', 550), async () => {
      const response = await sending(more, keyed('partial'))
      expect(outcome(response)).toBe('422 cc')
      expect(response.text).toContain('refuses to send to gone@x.example. Nobody got the e-mail.')
      expect(response.text).toContain('No such user here')
    })
    expect([mails(), await count(), await claims()]).toEqual([[], before, []])
    // A failure does not use up the key.
    expect(outcome(await sending(more, keyed('partial')))).toBe('200')
    expect(mails()).toHaveLength(1)
  })

  it('422: refuses all recipients, the sender, or what is in it', async () => {
    mails()
    await while_(refuseRecipient('ada@northwind.example', 550), async () => {
      expect(outcome(await sending())).toBe('422 to')
    })
    const phases = { sender: '422 from', data: '422' } as const
    for (const [refusing, answer] of Object.entries(phases)) {
      const on = async (phase: string) => {
        if (phase === refusing) throw refusal(554, 'This looks like spam')
      }
      await while_(on, async () => expect(outcome(await sending({}, keyed(refusing)))).toBe(answer))
    }
    expect([mails(), await claims()]).toEqual([[], []])
  })

  it.each(['recipient', 'sender', 'data'] as const)(
    '503: does not take it for now, at %s: it may be sent again',
    async (refusing) => {
      mails()
      const on = async (phase: string) => {
        if (phase === refusing) throw refusal(451, 'Try again later')
      }
      await while_(on, async () => {
        const response = await sendingRaw({}, keyed(`later ${refusing}`))
        expect([response.status, response.headers['x-should-retry']]).toEqual([503, undefined])
        expect(response.text).toContain('Nobody got it. It said: 451')
      })
      expect([mails(), await claims()]).toEqual([[], []])
      expect(outcome(await sending({}, keyed(`later ${refusing}`)))).toBe('200')
      expect(mails()).toHaveLength(1)
    },
  )

  it.each(['connect', 'sign in', 'sender', 'recipient'] as const)(
    '503: breaks off at %s, when nothing can have been taken',
    async (breaking) => {
      mails()
      const on = async (phase: string) => {
        if (phase === breaking) smtp.breakOff()
      }
      await while_(on, async () => expect((await sendingRaw({}, keyed(`broken ${breaking}`))).status).toBe(503))
      expect([mails(), await claims()]).toEqual([[], []])
      expect(outcome(await sending({}, keyed(`broken ${breaking}`)))).toBe('200')
      expect(mails()).toHaveLength(1)
    },
  )

  it('409: breaks off once it may have taken it: that is said, and it is never sent again under the key', async () => {
    mails()
    const before = await count()
    const on = async (phase: string) => {
      if (phase === 'taken') smtp.breakOff()
    }
    await while_(on, async () => {
      for (const headers of [keyed('unknown'), {}] as Record<string, string>[]) {
        const response = await sending({}, headers)
        expect(outcome(response)).toBe('409 conflict')
        expect(response.headers['x-should-retry']).toBe('false')
        expect(response.text).toContain('whether that took it is not known')
      }
    })
    expect(mails()).toHaveLength(2)
    for (const on of [api, beside]) {
      const again = await sending({}, keyed('unknown'), on)
      expect([outcome(again), again.headers['x-should-retry']]).toEqual(['409 conflict', 'false'])
    }
    expect([mails(), await count()]).toEqual([[], before])
  })

  it('409 turns into the answer once the e-mail has come in from the mailbox', async () => {
    const [claim] = await api.sql<{ message_id: string; id: string }>("select * from sending where key = 'unknown'")
    successOf(
      await api.post('/admin/v1/emails', {
        subject: 'Three seats',
        sentAt: '2026-05-01T09:00:00Z',
        from: [from],
        messageId: claim?.message_id,
      }),
    )
    const before = await count()
    const response = await sending({}, keyed('unknown'))
    expect([outcome(response), mails(), await count(), await claims()]).toEqual(['200', [], before, []])
    expect((await sending({}, keyed('unknown'))).text).toBe(response.text)
  })

  it('422: no longer lets its owner in: the mailbox says so too', async () => {
    smtp.passwords.set('sales@acme.example', 'another')
    const response = await sending({}, keyed('signed out'))
    smtp.passwords.set('sales@acme.example', 'secret')
    expect(outcome(response)).toBe('422 from')
    expect(response.text).toContain('has to be connected again')
    const path = `/admin/v1/mailboxes/${mailbox.id}`
    await expect.poll(async () => (await api.get<{ state: string }>(path)).body.state).toBe('needs_reconnect')
    expect((await sending()).text).toContain('has to be connected again')
    successOf(await api.patch(path, { password: 'secret' }))
    expect(outcome(await sending({}, keyed('signed out')))).toBe('200')
  })
})

describe('an idempotency key', () => {
  it('sends once however many ask at once, on several servers, and all get one answer', async () => {
    mails()
    const before = await count()
    const slow = async (phase: string) => {
      if (phase === 'data') await new Promise((resolve) => setTimeout(resolve, 600))
    }
    await while_(slow, async () => {
      const requests = Array.from({ length: 6 }, (_, index) => sending({}, keyed('twins'), index % 2 ? beside : api))
      const answers = await Promise.all(requests)
      expect(answers.map(outcome)).toEqual(answers.map(() => '200'))
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    })
    expect([mails().length, (await count()) - before, await claims()]).toEqual([1, 1, []])
    const later = await sending({ subject: 'Something else' }, keyed('twins'))
    expect([outcome(later), mails()]).toEqual(['200', []])
  })

  it('is no longer in the hands of a server that was held up while another took over: it sends nothing', async () => {
    mails()
    const on = async (phase: string) => {
      // As another server does when nothing was heard of this one for a while.
      if (phase === 'recipient') await api.sql("update sending set turn = turn + 1 where key = 'taken over'")
    }
    await while_(on, async () => {
      expect(outcome(await sending({}, keyed('taken over')))).toBe('409 idempotency_conflict')
    })
    expect(mails()).toEqual([])
    await api.sql("update sending set lease_until = now() where key = 'taken over'")
    expect(outcome(await sending({}, keyed('taken over')))).toBe('200')
    expect(mails()).toHaveLength(1)
  })

  it('is one of sending alone: the same text sends in another workspace and makes a draft', async () => {
    const elsewhere = await anotherWorkspace(api)
    smtp.passwords.set('x@else.example', 'secret')
    const connected = { email: 'x@else.example', password: 'secret', smtp: server }
    successOf(await elsewhere.post('/admin/v1/mailboxes', connected))
    mails()
    const body = bodyOf({ from: 'x@else.example' })
    successOf(await elsewhere.post('/v1/emails/send', body, { headers: keyed('twins') }))
    expect(mails()).toHaveLength(1)
    expect(outcome(await api.post('/v1/emails/draft', { from, subject: 'A' }, { headers: keyed('twins') }))).toBe(
      '422 from',
    )
  })

  it('without one, everything is sent', async () => {
    mails()
    await Promise.all([sending(), sending()])
    expect(mails()).toHaveLength(2)
  })
})

describe('a draft', () => {
  const draft = (body: object) => api.post('/v1/emails/draft', body)

  it('422: needs IMAP, and says so', async () => {
    const response = await draft({ from, subject: 'A' })
    expect(outcome(response)).toBe('422 from')
    expect(response.text).toContain('Connect it with IMAP too')
  })

  const refusals: [answer: string, body: object][] = [
    ['400 parameter_missing from', { subject: 'A' }],
    ['400 parameter_missing to', { from }],
    ['400 parameter_missing to', { from, to: [], subject: '', messageBody: { content: '' } }],
    ['400 invalid_type to.0', { from, to: ['x'] }],
    ['400 unknown_field html', { from, html: 'x' }],
    ['422 from', { from: 'somebody@else.example', subject: 'A' }],
  ]
  it.each(refusals)('%s for %j', async (answer, body) => expect(outcome(await draft(body))).toBe(answer))
})
