import { describe, expect, it } from 'vitest'
import { requestedRange } from './byte-range.ts'

describe('the part of ten bytes that a header asks for', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=2-5', { start: 2, end: 5 }],
    ['bytes=9-9', { start: 9, end: 9 }],
    ['bytes=3-', { start: 3, end: 9 }],
    ['bytes=3-999', { start: 3, end: 9 }],
    ['bytes=-4', { start: 6, end: 9 }],
    ['Bytes=-4', { start: 6, end: 9 }],
    ['bytes=-999', { start: 0, end: 9 }],
  ])('%s is some of them', (header, range) => {
    expect(requestedRange(header, 10)).toEqual(range)
  })

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-'])('%s is none of them', (header) => {
    expect(requestedRange(header, 10)).toBe('none')
  })

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-2',
    'bytes=a-b',
    'bytes=1-2,4-5',
    'bytes= 1-2',
    'items=1-2',
    'bytes=-1-2',
  ])('%s is not heeded', (header) => {
    expect(requestedRange(header, 10)).toBeUndefined()
  })
})
