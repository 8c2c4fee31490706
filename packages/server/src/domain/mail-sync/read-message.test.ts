import { describe, expect, it } from 'vitest'
import { idOf, readHead, readMessage, Unreadable } from './read-message.ts'

const received = new Date('2026-05-02T10:00:00Z')
const lines = (...all: string[]) => Buffer.from(all.join('\r\n'), 'latin1')
const read = (...all: string[]) => readMessage(lines(...all), received)

describe('a message', () => {
  it('is read with its addresses, its date and its text as HTML', async () => {
    const message = await read(
      'From: "Bo, Inc." <Bo@Sender.Example.com>',
      'To: Ada <ada@example.com>, Team: cy@example.com, dee@example.com;',
      'Cc: ada@example.com',
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?q?_aus?=',
      ' Wien',
      'Date: Fri, 1 May 2026 12:00:00 +0200',
      'Message-ID: <1@sender.example>',
      'In-Reply-To: <0@example.com>',
      'References: <root@example.com> <0@example.com>',
      'Content-Type: text/plain; charset=utf-8',
      '',
      '1 < 2',
      'Bye',
    )
    expect(message).toEqual({
      messageId: '1@sender.example',
      references: ['root@example.com', '0@example.com'],
      from: ['Bo@sender.example.com'],
      to: ['ada@example.com', 'cy@example.com', 'dee@example.com'],
      cc: ['ada@example.com'],
      bcc: [],
      subject: 'Grüße aus Wien',
      date: new Date('2026-05-01T10:00:00Z'),
      sentAt: new Date('2026-05-01T10:00:00Z'),
      body: { text: '1 < 2\nBye' },
      attachments: [],
      leftOut: [],
    })
  })

  it('keeps its HTML as it came, without what cannot be stored', async () => {
    const message = await read('From: bo@example.com', 'Content-Type: text/html', '', '<p>A\0B</p><script>x()</script>')
    expect(message.body).toEqual({ html: expect.stringMatching(/^<p>A.?B<\/p><script>x\(\)<\/script>/) })
    expect(JSON.stringify(message.body)).not.toContain('u0000')
  })

  it.each([
    ['Date: yesterday', 'a date that is none'],
    ['Date: Thu, 1 Jan 1970 00:00:00 +0000', 'one before there were mails'],
    ['Date: Fri, 1 May 2099 12:00:00 +0000', 'one to come'],
    ['X-Date: missing', 'none'],
  ])('was sent when it was received, with %s: %s', async (date) => {
    expect(await read('From: bo@example.com', date, '', 'Hi')).toMatchObject({ date: null, sentAt: received })
  })

  it('leaves out addresses that are nobody’s in the world', async () => {
    const message = await read('From: printer@office.lan', 'To: ada@example.com, nonsense, <>, a@b', '', 'Hi')
    expect(message).toMatchObject({ from: [], to: ['ada@example.com'] })
  })

  it('is from its sender when nobody is named as its author', async () => {
    expect(await read('Sender: bo@example.com', 'Subject: x', '', 'Hi')).toMatchObject({ from: ['bo@example.com'] })
  })

  it.each([
    ['iso-8859-1', 'Gr\xfc\xdfe'],
    ['windows-1252', 'Gr\xfc\xdfe'],
    ['no-such-charset', 'Gr\xfc\xdfe'],
    ['utf-8', Buffer.from('Grüße').toString('latin1')],
  ])('says what it says in %s', async (charset, text) => {
    const body = ['From: bo@example.com', `Content-Type: text/plain; charset=${charset}`, '', text]
    expect((await read(...body)).body).toEqual({ text: 'Grüße' })
  })

  it('brings its files, and not the pictures of its text nor its signature', async () => {
    const part = (headers: string[], text: string) => ['--b', ...headers, '', text]
    const message = await read(
      'From: bo@example.com',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...part(['Content-Type: text/html'], '<img src="cid:logo">'),
      ...part(['Content-Type: image/png', 'Content-ID: <logo>', 'Content-Disposition: inline'], 'png'),
      ...part(['Content-Type: text/csv', 'Content-Disposition: attachment; filename="../../e t\u0007c.csv"'], 'a,b'),
      ...part(['Content-Type: nonsense', 'Content-Disposition: attachment; filename="x.bin"'], 'x'),
      ...part(['Content-Type: message/rfc822'], 'Subject: inner\r\n\r\nHi'),
      ...part(['Content-Type: application/pgp-signature', 'Content-Disposition: attachment'], 'sig'),
      ...part(['Content-Type: text/plain', 'Content-Disposition: attachment; filename="empty.txt"'], ''),
      '--b--',
    )
    expect(
      message.attachments.map(({ filename, mimeType, bytes }) => [
        filename,
        mimeType,
        String(Buffer.from(bytes)).trim(),
      ]),
    ).toEqual([
      ['e tc.csv', 'text/csv', 'a,b'],
      ['x.bin', 'application/octet-stream', 'x'],
      ['message.eml', 'message/rfc822', 'Subject: inner\n\nHi'],
      ['empty.txt', 'text/plain', ''],
    ])
    expect(message.leftOut).toEqual([])
  })

  it('names the files that are too many', async () => {
    const parts = Array.from({ length: 52 }, (_, n) => [
      '--b',
      `Content-Disposition: attachment; filename=${n}.txt`,
      '',
      'x',
    ]).flat()
    const message = await read(
      'From: bo@example.com',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...parts,
      '--b--',
    )
    expect(message.attachments).toHaveLength(50)
    expect(message.leftOut).toEqual(['50.txt', '51.txt'])
  })

  it('is read as far as it goes when it breaks off or its parts are broken', async () => {
    const cut = await read('From: bo@example.com', 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'Hel')
    expect(cut.body).toEqual({ text: 'Hel' })
    const noBoundary = await read('From: bo@example.com', 'Content-Type: multipart/mixed', '', 'text')
    expect(noBoundary.from).toEqual(['bo@example.com'])
    const bad64 = await read('From: bo@example.com', 'Content-Transfer-Encoding: base64', '', 'SGVsbG8!!!')
    expect(bad64.body).toMatchObject({ text: expect.stringContaining('Hello') })
  })

  it('is unreadable when it has no headers, or is nested to break the reader', async () => {
    await expect(read('')).rejects.toThrow(Unreadable)
    await expect(readMessage(Buffer.from([0, 1, 2, 255, 254]), received)).rejects.toThrow(Unreadable)
    const deep = Array.from({ length: 300 }, (_, n) => [
      `--b${n}`,
      `Content-Type: multipart/mixed; boundary=b${n + 1}`,
      '',
    ])
    const nested = read('From: bo@example.com', 'Content-Type: multipart/mixed; boundary=b0', '', ...deep.flat())
    await expect(nested).rejects.toThrow(Unreadable)
  })

  it('has an id without its brackets, or none', async () => {
    const idOf = async (...headers: string[]) => (await read('From: bo@example.com', ...headers, '', '')).messageId
    expect(await idOf('Message-ID:  <a@b> (comment)')).toBe('a@b')
    expect(await idOf('Message-ID: a@b')).toBe('a@b')
    expect(await idOf()).toBe(null)
  })
})

describe('what a message is known by', () => {
  const headers = (id: string | null) =>
    lines('From: bo@example.com', 'Subject: x', ...(id === null ? [] : [`Message-ID: <${id}>`]), '', 'Hi')
  const known = async (bytes: Buffer, size = 10, mailbox = 'a', at = received) =>
    idOf(await readHead(bytes, at), size, mailbox)

  it('is its id, wherever it is seen', async () => {
    expect(await known(headers('1@x'))).toBe('1@x')
    expect(await known(headers('1@x'), 99, 'b', new Date('2026-05-05'))).toBe('1@x')
  })

  it('is without an id what its headers say, in one mailbox only', async () => {
    const one = await known(headers(null))
    expect(await known(headers(null))).toBe(one)
    expect(await known(headers(null), 10, 'b')).not.toBe(one)
    expect(await known(headers(null), 11)).not.toBe(one)
  })
})
