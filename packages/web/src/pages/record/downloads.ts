import { notifications } from '@mantine/notifications'
import { messageOf } from '../../app/problem.tsx'
import { client } from '../../app/server.ts'

/** Downloads a file. Its address is good for a while only, so it is asked for when it is needed. */
export async function download({ id, filename }: { id: string; filename: string }) {
  try {
    const { url } = await client.file.url(id)
    const link = document.createElement('a')
    Object.assign(link, { href: url, download: filename, rel: 'noopener' })
    link.click()
  } catch (error) {
    failed(filename)(error)
  }
}

/** Says that something could not be done with a file. */
export const failed = (filename: string) => (error: unknown) =>
  notifications.show({ color: 'red', title: filename, message: messageOf(error) })

const units = ['bytes', 'KB', 'MB', 'GB']

/** A size as people read it: `12 KB`. */
export function sizeText(bytes: number): string {
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const number = bytes / 1024 ** unit
  return `${number.toLocaleString(undefined, { maximumFractionDigits: number < 10 && unit > 0 ? 1 : 0 })} ${units[unit]}`
}
