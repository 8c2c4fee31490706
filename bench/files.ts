import type { Effort } from './effort.ts'
import type { Figure, Section } from './report.ts'
import type { Rig } from './rig.ts'
import { alternate, memoryFigure, othersFigure, type Summary } from './rounds.ts'
import type { Transfer } from './transfer.ts'

const connections = 4

/** Uploads and downloads files on the local disk, one at a time and several. */
export async function measureFiles(rig: Rig, { rounds, fileMegabytes }: Effort): Promise<Section> {
  const bytes = fileMegabytes * 1e6
  const sessions: { id: string; upload: Transfer }[] = []
  for (let n = 0; n < connections; n++) sessions.push(await openSession(rig, bytes))
  // The bytes of a session can be sent again until it is completed.
  const uploads = sessions.map(({ upload }) => upload)
  const [upload, manyUploads] = await alternate(
    rounds,
    () => rig.transfer(1, uploads.slice(0, 1)),
    () => rig.transfer(connections, uploads),
  )
  const downloads: Transfer[] = []
  for (const { id } of sessions) {
    await rig.call('POST', `/v1/files/${id}/complete`, {})
    downloads.push(await rig.call<Transfer>('GET', `/v1/files/${id}/url`))
  }
  const [download, manyDownloads] = await alternate(
    rounds,
    () => rig.transfer(1, downloads.slice(0, 1)),
    () => rig.transfer(connections, downloads),
  )
  const figures = (name: string, { perSecond, serverCpu }: Summary): Figure[] => [
    { name, value: perSecond * fileMegabytes, unit: 'MB/s' },
    { name: `${name}, server CPU per 100 MB`, value: (serverCpu * 100) / fileMegabytes, unit: 'ms' },
  ]
  return {
    title: `Files of ${fileMegabytes} MB on the local disk`,
    figures: [
      ...figures('upload', upload),
      ...figures(`upload, ${connections} at once`, manyUploads),
      ...figures('download', download),
      ...figures(`download, ${connections} at once`, manyDownloads),
      { ...memoryFigure(upload, manyUploads, download, manyDownloads), most: undefined },
      othersFigure(upload, manyUploads, download, manyDownloads),
    ],
  }
}

async function openSession(rig: Rig, bytes: number): Promise<{ id: string; upload: Transfer }> {
  const { id, uploadUrl, uploadHeaders } = await rig.call<{
    id: string
    uploadUrl: string
    uploadHeaders: Record<string, string>
  }>('POST', '/v1/files', { filename: 'zeros.bin', mimeType: 'application/octet-stream', sizeBytes: bytes })
  return { id, upload: { url: uploadUrl, headers: uploadHeaders, bytes } }
}
