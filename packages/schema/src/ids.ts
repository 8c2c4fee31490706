import { validate as isUuid, parse, v5, v7 } from 'uuid'

/** The prefix of every kind of id. The part after it is opaque to clients: a UUIDv7 in base 32 (the TypeID format). */
export const idPrefixes = {
  account: 'acc',
  contact: 'con',
  opportunity: 'opp',
  task: 'task',
  note: 'note',
  meeting: 'mtg',
  list: 'list',
  member: 'mem',
  file: 'fil',
  email: 'eml',
  channel: 'chn',
  message: 'msg',
  customObject: 'obj',
  field: 'ad',
  relationship: 'rd',
  option: 'opt',
  pipeline: 'pd',
  apiKey: 'key',
  merge: 'mrg',
  change: 'chg',
  view: 'view',
  import: 'imp',
  mailbox: 'mbx',
  enrichmentRun: 'enr',
  workflow: 'wfl',
  workflowRun: 'wfr',
  audit: 'aud',
  erasure: 'era',
} as const

export type IdPrefix = (typeof idPrefixes)[keyof typeof idPrefixes]

/**
 * A new UUIDv7: ids made later by this process sort later, so id order is creation order. `at` makes it one of an earlier
 * moment.
 */
export const newUuid = (at?: Date): string =>
  at ? v7({ msecs: at.getTime(), random: randomBytes() }) : v7({ ...nextMoment(), random: randomBytes() })

/** Random bytes are asked for many at a time: that takes longer than everything else here. */
const pool = new Uint8Array(16 * 256)
let used = pool.length

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}

const last = { msecs: 0, seq: 0 }

/** Now, or the moment of the id before, whose number is then the next. */
function nextMoment() {
  const msecs = Date.now()
  last.seq += 1
  if (msecs > last.msecs || last.seq > sequenceMax) {
    last.msecs = Math.max(msecs, last.msecs + 1)
    // Leaves room for the numbers of a millisecond.
    last.seq = new DataView(randomBytes().slice().buffer).getUint32(0) >>> 1
  }
  return last
}

const sequenceMax = 2 ** 32 - 1

/**
 * The UUIDv7 of number `sequence` (of 32 bits) of those of a moment that belong together by `key`: always the same one.
 */
export function uuidAt(at: Date, sequence: number, key: string): string {
  return v7({ msecs: at.getTime(), seq: sequence, random: parse(v5(key, systemNamespace)) })
}

/** The moment a UUIDv7 was made. */
export const timeOfUuid = (uuid: string) => new Date(Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16))

/** The least UUIDv7 of a moment, in epoch milliseconds: those made before it sort below, those made later above. */
export function firstUuidAt(moment: number): string {
  const hex = Math.min(Math.max(moment, 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

const digits = '0123456789abcdefghjkmnpqrstvwxyz'
const digitPairs = Array.from({ length: 1024 }, (_, pair) => `${digits[pair >> 5]}${digits[pair & 31]}`)
const digitValues = new Map([...digits].map((digit, value) => [digit.charCodeAt(0), value]))
/** By character code; NaN for what is no digit. */
const valueOfCode = Float64Array.from({ length: 128 }, (_, code) => digitValues.get(code) ?? Number.NaN)

/**
 * The public form of a stored id, e.g. `opp_01h…`: 128 bits as 26 digits of 5 bits (https://github.com/jetify-com/typeid).
 * Written out because a page of a list has a hundred ids, and an import a million.
 */
export function encodeId(prefix: IdPrefix, uuid: string): string {
  const hex = uuid.replaceAll('-', '')
  let suffix = digitPairs[Number.parseInt(hex.slice(0, 2), 16)] ?? ''
  for (let at = 2; at < 32; at += 5) {
    const bits = Number.parseInt(hex.slice(at, at + 5), 16)
    suffix += `${digitPairs[bits >> 10]}${digitPairs[bits & 1023]}`
  }
  return `${prefix}_${suffix}`
}

/** The stored form of a public id, or undefined when the text is no id with this prefix. */
export function decodeId(prefix: IdPrefix, id: string): string | undefined {
  const start = prefix.length + 1
  if (id.length !== start + 26 || !id.startsWith(prefix) || id[prefix.length] !== '_') return undefined
  const valueAt = (at: number) => valueOfCode[id.charCodeAt(start + at)] ?? Number.NaN
  // The first two digits are eight bits, each four that follow twenty.
  let hex = hexOf(valueAt(0) * 32 + valueAt(1), 2)
  for (let at = 2; at < 26; at += 4) {
    const bits = ((valueAt(at) * 32 + valueAt(at + 1)) * 32 + valueAt(at + 2)) * 32 + valueAt(at + 3)
    hex += hexOf(bits, 5)
  }
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  return isUuid(uuid) ? uuid : undefined
}

/** A number as so many hexadecimal digits; text that is no UUID's part when it needs more or is none. */
const hexOf = (bits: number, length: number) => bits.toString(16).padStart(length, '0')

const systemNamespace = '5b8a4d5e-6f0c-4c0e-9d53-0e8d1f6d3a61'

/** The id of something that comes with the product, e.g. a system field: the same in every workspace, derived from its name. */
export const systemId = (prefix: IdPrefix, name: string) => encodeId(prefix, v5(`${prefix}:${name}`, systemNamespace))
