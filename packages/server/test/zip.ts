import { inflateRawSync } from 'node:zlib'

/** The texts in a zip archive by name, found by its directory. */
export function unzip(bytes: Buffer): Record<string, string> {
  const end = bytes.lastIndexOf('PK\x05\x06')
  const texts: Record<string, string> = {}
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [size, nameLength, extra, comment] = [at + 20, at + 28, at + 30, at + 32].map((place, index) =>
      index === 0 ? bytes.readUInt32LE(place) : bytes.readUInt16LE(place),
    ) as [number, number, number, number]
    const local = bytes.readUInt32LE(at + 42)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const packed = bytes.subarray(start, start + size)
    const isDeflated = bytes.readUInt16LE(at + 10) === 8
    texts[bytes.toString('utf8', at + 46, at + 46 + nameLength)] = (
      isDeflated ? inflateRawSync(packed) : packed
    ).toString()
    at += 46 + nameLength + extra + comment
  }
  return texts
}
