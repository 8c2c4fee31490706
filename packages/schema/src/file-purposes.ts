/** What files can be uploaded for, and the rules of each purpose. What an upload is announced with is checked here. */
export type FilePurposeRules = {
  /** The most bytes; without one only the limit of every file holds. */
  sizeMax?: number
  /** The only types it takes; without them any. */
  mimeTypes?: readonly string[]
  /** Who may upload: a key that acts for somebody, or an admin's key; without it any key. */
  caller?: 'user' | 'admin'
  /** The stored name gets the time, so that no two files of the area share one, and its bytes are written once only. */
  once?: true
}

const mebibyte = 1024 * 1024

/** The most bytes of any file. */
export const fileSizeMax = 512 * mebibyte

/** The most characters of a file's name. */
export const filenameMax = 255

/** The types and the cap of transcripts are our choice: the public record names none. */
export const filePurposes = {
  meeting_transcript: {
    sizeMax: 25 * mebibyte,
    mimeTypes: [
      'text/plain',
      'text/vtt',
      'text/markdown',
      'application/json',
      'application/pdf',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ],
  },
  knowledge_user: { caller: 'user', once: true },
  knowledge_workspace: { caller: 'admin', once: true },
  email_attachment: { sizeMax: 20 * mebibyte },
} as const satisfies Record<string, FilePurposeRules>

export type FilePurpose = keyof typeof filePurposes

/** What an upload is announced with. */
export type NewFile = { filename: string; mimeType: string; sizeBytes: number; purpose?: FilePurpose | undefined }

/** The rules of a purpose; none without one. */
export const rulesOf = (purpose: FilePurpose | null | undefined): FilePurposeRules =>
  purpose ? filePurposes[purpose] : {}

export const isFilePurpose = (text: string): text is FilePurpose => Object.hasOwn(filePurposes, text)

/** The first rule that a new file breaks, and by which key; undefined when it keeps all. */
export function brokenFileRule(file: NewFile): { param: keyof NewFile; rule: string } | undefined {
  const { sizeMax = fileSizeMax, mimeTypes } = rulesOf(file.purpose)
  const as = file.purpose ? ` for '${file.purpose}'` : ''
  if (!isFilename(file.filename)) {
    return { param: 'filename', rule: `takes 1 to ${filenameMax} characters that can be stored` }
  }
  if (!mimeTypePattern.test(file.mimeType)) {
    return { param: 'mimeType', rule: 'must be a MIME type such as text/plain' }
  }
  if (mimeTypes && !mimeTypes.includes(essenceOf(file.mimeType))) {
    return { param: 'mimeType', rule: `must be one of ${mimeTypes.join(', ')}${as}` }
  }
  if (file.sizeBytes < 1 || file.sizeBytes > sizeMax) {
    return { param: 'sizeBytes', rule: `must be from 1 to ${sizeMax}${as}` }
  }
  return undefined
}

/** A MIME type without its parameters: `text/plain; charset=utf-8` is `text/plain`. */
export const essenceOf = (mimeType: string) => (mimeType.split(';')[0] ?? '').trim().toLowerCase()

const isFilename = (name: string) =>
  name !== '' && [...name].length <= filenameMax && name.isWellFormed() && !name.includes('\0')

/** It travels in a header as it is, so that nothing but a type and its parameters may stand in it. */
const mimeTypePattern =
  /^(?=.{1,255}$)[\w!#$&^.+-]+\/[\w!#$&^.+-]+( *; *[\w!#$&^.+-]+=([\w!#$&^.+-]+|"[\w !#$&^.+:/-]*"))*$/
