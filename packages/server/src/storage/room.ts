import { statfs } from 'node:fs/promises'

/** Whether there is room for what is written, as far as this process can see. */
export type Room = { hasRoom(): boolean; close(): void }

/** What is left for PostgreSQL to end what it is at: without room for its log it stops, and reads with it. */
const reserveBytes = 64 * 1024 ** 2
const lookEveryMs = 250

/** Where the disk is somebody else's: the database says when it is full. */
export const roomElsewhere: Room = { hasRoom: () => true, close: () => {} }

/** Watches the disk of a folder. Nothing more is to be written once no more than a reserve is left. */
export async function watchRoom(folder: string, log: (line: string) => void): Promise<Room> {
  let left = Number.POSITIVE_INFINITY
  const hasRoom = () => left > reserveBytes
  const look = async () => {
    const had = hasRoom()
    const disk = await statfs(folder).catch(() => undefined)
    if (disk) left = disk.bavail * disk.bsize
    if (had === hasRoom()) return
    const megabytes = Math.round(left / 1024 ** 2)
    log(
      had
        ? `Only ${megabytes} MiB are left on the disk of ${folder}: nothing is written until there is more room`
        : `There is room again on the disk of ${folder}`,
    )
  }
  await look()
  const timer = setInterval(look, lookEveryMs)
  timer.unref()
  return { hasRoom, close: () => clearInterval(timer) }
}
