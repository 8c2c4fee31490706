import type { ByteRange } from '../storage/blobs/blobs.ts'

/**
 * The part of `size` bytes that a Range header asks for: undefined when it asks for all of them, 'none' when there is no
 * such part. As RFC 9110 allows, a header that is malformed, or asks for several parts, is not heeded. Written out, since
 * the libraries at hand refuse a suffix longer than the file, which means all of it, and serve only from a disk.
 */
export function requestedRange(header: string | undefined, size: number): ByteRange | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < start) return undefined
  return start <= end ? { start, end } : 'none'
}
