import { fold, parseString, wordsOf } from './string.ts'
import { brokenRule, type TypeConfiguration, type ValueType } from './type.ts'
import { webAddress } from './web-address.ts'

type Service = {
  hosts: string[]
  /** What every canonical URL begins with. */
  origin: string
  /** The folders in which a bare handle is looked for. */
  folders: string[]
  /** The path of the canonical URL, read from the segments and query of another. Undefined when it is no profile. */
  profile(segments: string[], query: URLSearchParams): string | undefined
}

const services: Record<NonNullable<TypeConfiguration['handleService']>, Service> = {
  TWITTER: {
    hosts: ['x.com', 'twitter.com'],
    origin: 'https://x.com',
    folders: [],
    profile: (segments) => onlyHandle(segments, /^\w{1,15}$/),
  },
  LINKEDIN: {
    hosts: ['linkedin.com'],
    origin: 'https://www.linkedin.com',
    folders: ['in'],
    profile([kind = '', slug = '']) {
      const folder = kind.toLowerCase()
      if (folder !== 'in' && folder !== 'company') return undefined
      const handle = handleIn(slug, /^(?!\.+$)[^\s\p{Cc}@/\\?#%]{1,200}$/u)
      return handle && `${folder}/${handle}`
    },
  },
  FACEBOOK: {
    hosts: ['facebook.com'],
    origin: 'https://www.facebook.com',
    folders: [],
    profile(segments, query) {
      const [page = '', _name, id = ''] = segments
      if (page === 'profile.php') return handleIn(query.get('id') ?? '', /^\d+$/)
      if (page === 'people' || page === 'pages') return handleIn(id, /^\d+$/)
      return onlyHandle(segments, /^(?!\.+$)(?!.*\.php$)[\p{L}\p{M}\p{N}.-]{1,100}$/u)
    },
  },
  INSTAGRAM: {
    hosts: ['instagram.com'],
    origin: 'https://www.instagram.com',
    folders: [],
    profile: (segments) => onlyHandle(segments, /^(?!\.+$)[\w.]{1,30}$/),
  },
}

// What these services serve where a profile could be.
const pages = new Set('explore groups hashtag home i intent login p reel reels search settings share watch'.split(' '))

/** A profile on the social network of the field: written as its URL or as a handle, stored as one canonical URL. */
export const socialHandle: ValueType<string, string> = {
  name: 'SOCIAL_HANDLE',
  configurationKeys: ['handleService'],
  customFields: true,
  parse(input, configuration) {
    const text = parseString(input).trim()
    const service = serviceOf(configuration)
    if (!service) throw brokenRule('cannot be set, because its field names no service')
    const url = canonical(text, service)
    if (!url) throw brokenRule(`must be a handle or the URL of a profile on ${service.hosts.join(' or ')}`)
    return url
  },
  index: 'text',
  order: 'entry',
  entries: (value) => ({ text: [fold(value)] }),
  operators: {
    equal(text, configuration) {
      const wanted = parseString(text)
      const service = serviceOf(configuration)
      const url = service && canonical(wanted.trim(), service)
      return { index: 'text', operator: 'equal', value: fold(url ?? wanted) }
    },
    startsWith: (text) => ({ index: 'text', operator: 'startsWith', value: fold(parseString(text)) }),
  },
  screenOperators: {
    contains: (text) => ({ index: 'text', operator: 'contains', value: fold(parseString(text)) }),
  },
  words: (value) => wordsOf(decoded(value.split('/').at(-1) ?? '') ?? ''),
  display: (value) => value,
  fromCell: (cell) => cell,
  toCell: (value) => value,
  readSchema: () => ({ type: 'string', description: 'The URL of the profile.' }),
  writeSchema: () => ({ type: 'string', description: 'The URL of the profile, or the handle.' }),
}

const serviceOf = ({ handleService }: TypeConfiguration) => handleService && services[handleService]

/** The one URL of the profile that a text means, be it a handle or a URL; undefined when it means none. */
function canonical(text: string, service: Service): string | undefined {
  const isHandle = !/[/:]/.test(text) && !isHostOf(text.toLowerCase(), service)
  const url = isHandle ? new URL(service.origin) : webAddress(text)
  if (!url || !isHostOf(url.hostname, service)) return undefined
  const segments = isHandle ? [...service.folders, text] : url.pathname.split('/').filter(Boolean)
  const path = service.profile(segments, url.searchParams)
  return path && `${service.origin}/${path}`
}

const isHostOf = (host: string, service: Service) =>
  service.hosts.some((name) => host === name || host.endsWith(`.${name}`))

function onlyHandle([segment = '', ...rest]: string[], pattern: RegExp): string | undefined {
  const handle = rest.length > 0 ? undefined : handleIn(segment, pattern)
  return handle && !pages.has(handle.toLowerCase()) ? handle : undefined
}

/** The handle in a segment of a path, percent-encoded in one way; undefined when the pattern does not allow it. */
function handleIn(segment: string, pattern: RegExp): string | undefined {
  const handle = decoded(segment)?.replace(/^@/, '').normalize('NFC')
  return handle !== undefined && pattern.test(handle) ? encodeURIComponent(handle) : undefined
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
