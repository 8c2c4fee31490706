import { describe, expect, it } from 'vitest'
import { brokenFileRule, essenceOf, fileSizeMax, type NewFile } from './file-purposes.ts'

const paramOf = (file: Partial<NewFile>) =>
  brokenFileRule({ filename: 'a.txt', mimeType: 'text/plain', sizeBytes: 1, ...file })?.param

describe('a new file', () => {
  it.each([
    'text/plain',
    'TEXT/PLAIN',
    'text/plain; charset=utf-8',
    'text/plain;charset="utf-8";format=flowed',
    'application/vnd.oasis.opendocument.text',
    'application/ld+json; profile="https://schema.example/a b"',
    'x-a!#$&^_.+-/y',
  ])('may have the type %s', (mimeType) => {
    expect(paramOf({ mimeType })).toBeUndefined()
  })

  it.each([
    '',
    'text',
    'text/',
    '/plain',
    'text/plain/x',
    'text plain',
    'text/plain;',
    'text/plain; charset',
    'text/plain\n',
    'text/plain; a="\r\n"',
    `text/${'x'.repeat(300)}`,
  ])('cannot have the type %j', (mimeType) => {
    expect(paramOf({ mimeType })).toBe('mimeType')
  })

  it('does not take long to refuse, whatever it is said to be', () => {
    const started = performance.now()
    for (const part of [';', ' ', '; ', ';a=', ';a="', ';a=b ', 'a/'])
      paramOf({ mimeType: `a/b${part.repeat(100_000)}` })
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('has a size from one byte to that of its purpose', () => {
    expect(paramOf({ sizeBytes: fileSizeMax })).toBeUndefined()
    expect(paramOf({ sizeBytes: fileSizeMax + 1 })).toBe('sizeBytes')
    expect(paramOf({ sizeBytes: 0 })).toBe('sizeBytes')
    expect(paramOf({ sizeBytes: 25 * 1024 * 1024, purpose: 'meeting_transcript' })).toBeUndefined()
    expect(paramOf({ sizeBytes: 25 * 1024 * 1024 + 1, purpose: 'meeting_transcript' })).toBe('sizeBytes')
  })

  it('has a name whose length is counted in characters', () => {
    expect(paramOf({ filename: '😀'.repeat(255) })).toBeUndefined()
    expect(paramOf({ filename: '😀'.repeat(256) })).toBe('filename')
  })
})

it('a type is the same whatever its case and parameters', () => {
  expect(essenceOf(' Text/VTT ; charset=utf-8')).toBe('text/vtt')
})
