/** A mail server for the checks: lets everybody in, takes everything, and keeps nothing. */
import { type AddressInfo, createServer } from 'node:net'

/** Starts one and returns its port. It ends with the program. */
export async function startMailServer(): Promise<string> {
  const server = createServer((socket) => {
    let text = ''
    let isContent = false
    socket.on('error', () => {})
    socket.write('220 ready\r\n')
    socket.on('data', (chunk) => {
      text += chunk
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        if (isContent && line !== '.') continue
        isContent = /^DATA/i.test(line)
        socket.write(answerTo(line))
        if (/^QUIT/i.test(line)) socket.end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return String((server.address() as AddressInfo).port)
}

function answerTo(line: string): string {
  if (/^EHLO/i.test(line)) return '250-here\r\n250 AUTH PLAIN\r\n'
  if (/^AUTH/i.test(line)) return '235 welcome\r\n'
  return /^DATA/i.test(line) ? '354 go on\r\n' : '250 fine\r\n'
}
