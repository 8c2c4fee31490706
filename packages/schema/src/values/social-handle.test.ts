import { expect, test } from 'vitest'
import { socialHandle } from './social-handle.ts'
import { brokenRule, type TypeConfiguration, wrongType } from './type.ts'

type Service = NonNullable<TypeConfiguration['handleService']>

const parse = (handleService: Service, input: unknown) => socialHandle.parse(input, { handleService })

test.for<[Service, string, string]>([
  ['TWITTER', 'jack', 'https://x.com/jack'],
  ['TWITTER', ' @Jack ', 'https://x.com/Jack'],
  ['TWITTER', 'https://twitter.com/jack?lang=en#top', 'https://x.com/jack'],
  ['TWITTER', 'mobile.twitter.com/@jack/', 'https://x.com/jack'],
  ['TWITTER', 'http://www.X.com/jack', 'https://x.com/jack'],
  ['LINKEDIN', 'jane-doe', 'https://www.linkedin.com/in/jane-doe'],
  ['LINKEDIN', 'https://de.linkedin.com/in/jane-doe-42/?trk=x', 'https://www.linkedin.com/in/jane-doe-42'],
  ['LINKEDIN', 'linkedin.com/in/jane-doe/en', 'https://www.linkedin.com/in/jane-doe'],
  ['LINKEDIN', 'https://m.linkedin.com/company/acme/about', 'https://www.linkedin.com/company/acme'],
  ['LINKEDIN', 'https://www.linkedin.com/company/watch', 'https://www.linkedin.com/company/watch'],
  ['LINKEDIN', 'https://www.linkedin.com/in/j%c3%bcrgen', 'https://www.linkedin.com/in/j%C3%BCrgen'],
  ['LINKEDIN', 'https://www.linkedin.com/in/jürgen', 'https://www.linkedin.com/in/j%C3%BCrgen'],
  ['LINKEDIN', 'ju\u0308rgen', 'https://www.linkedin.com/in/j%C3%BCrgen'],
  ['LINKEDIN', '山田', 'https://www.linkedin.com/in/%E5%B1%B1%E7%94%B0'],
  ['FACEBOOK', 'jane.doe', 'https://www.facebook.com/jane.doe'],
  ['FACEBOOK', 'https://de-de.facebook.com/Acme-Inc-123', 'https://www.facebook.com/Acme-Inc-123'],
  ['FACEBOOK', 'https://www.facebook.com/profile.php?id=100001&sk=x', 'https://www.facebook.com/100001'],
  ['FACEBOOK', 'https://www.facebook.com/people/Jane-Doe/100001/', 'https://www.facebook.com/100001'],
  ['INSTAGRAM', '@jane.doe_', 'https://www.instagram.com/jane.doe_'],
  ['INSTAGRAM', 'instagram.com/jane?hl=en', 'https://www.instagram.com/jane'],
])('%s: takes %s as %s', ([service, input, stored]) => {
  expect(parse(service, input)).toBe(stored)
})

test.for<[Service, string]>([
  ['TWITTER', ''],
  ['TWITTER', '@'],
  ['TWITTER', 'x.com'],
  ['TWITTER', 'https://x.com/'],
  ['TWITTER', 'https://x.com/jack/status/20'],
  ['TWITTER', 'https://x.com/home'],
  ['TWITTER', '@Home'],
  ['INSTAGRAM', 'https://www.instagram.com/%72eels'],
  ['TWITTER', 'sixteen_letters_'],
  ['TWITTER', 'jack dorsey'],
  ['TWITTER', 'https://evil.com/jack'],
  ['TWITTER', 'https://evilx.com/jack'],
  ['TWITTER', 'https://x.com.evil.com/jack'],
  ['TWITTER', 'https://x.com@evil.com/jack'],
  ['TWITTER', 'javascript://x.com/jack'],
  ['TWITTER', 'https://www.instagram.com/jack'],
  ['LINKEDIN', '..'],
  ['LINKEDIN', 'https://www.linkedin.com/jane'],
  ['LINKEDIN', 'https://www.linkedin.com/in/'],
  ['LINKEDIN', 'https://www.linkedin.com/school/mit'],
  ['LINKEDIN', 'https://www.linkedin.com/in/%E0%A4%A'],
  ['LINKEDIN', 'https://www.linkedin.com/in/a%2Fb'],
  ['FACEBOOK', 'https://www.facebook.com/groups/123'],
  ['FACEBOOK', 'https://www.facebook.com/profile.php'],
  ['FACEBOOK', 'https://www.facebook.com/sharer.php'],
  ['INSTAGRAM', 'https://www.instagram.com/p/Cxyz'],
  ['INSTAGRAM', 'https://www.instagram.com/explore'],
  ['INSTAGRAM', 'www.instagram.com'],
])('422: %s: %j, which is nobody', ([service, input]) => {
  const hosts = {
    TWITTER: 'x.com or twitter.com',
    LINKEDIN: 'linkedin.com',
    FACEBOOK: 'facebook.com',
    INSTAGRAM: 'instagram.com',
  }
  expect(() => parse(service, input)).toThrow(
    brokenRule(`must be a handle or the URL of a profile on ${hosts[service]}`),
  )
})

test('400: what is not a string', () => {
  expect(() => parse('TWITTER', { handle: 'jack' })).toThrow(wrongType('a string'))
})

test('422: any value of a field without a service', () => {
  expect(() => socialHandle.parse('jack', {})).toThrow(brokenRule('cannot be set, because its field names no service'))
})

test('is found by handle, by any of its URLs, and by the beginning of the stored one', () => {
  const configuration = { handleService: 'TWITTER' } as const
  const found = { index: 'text', operator: 'equal', value: 'https://x.com/jack' }
  expect(socialHandle.entries('https://x.com/Jack', configuration)).toEqual({ text: ['https://x.com/jack'] })
  expect(socialHandle.operators.equal?.('@JACK', configuration)).toEqual(found)
  expect(socialHandle.operators.equal?.('twitter.com/Jack', configuration)).toEqual(found)
  expect(socialHandle.operators.startsWith?.('https://X.com/ja', configuration)).toMatchObject({
    value: 'https://x.com/ja',
  })
})

test('a filter by no handle finds nothing, without an error', () => {
  expect(socialHandle.operators.equal?.('Not a handle', { handleService: 'TWITTER' })?.value).toBe('not a handle')
  expect(socialHandle.operators.equal?.('jack', {})?.value).toBe('jack')
})

test('is searched by the words of the handle', () => {
  const configuration = { handleService: 'LINKEDIN' } as const
  expect(socialHandle.words('https://www.linkedin.com/in/j%C3%BCrgen-doe', configuration)).toEqual(['jürgen', 'doe'])
})
