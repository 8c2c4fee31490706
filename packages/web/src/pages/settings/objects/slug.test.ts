import { expect, it } from 'vitest'
import { slugOf } from './slug.ts'

it.each([
  ['Renewal date', 'renewal-date'],
  ['Größe (m²)', 'gro-e-m2'],
  ['Café au lait', 'cafe-au-lait'],
  ['2nd owner', 'nd-owner'],
  ['!!', ''],
])('suggests a slug for %s', (label, slug) => {
  expect(slugOf(label)).toBe(slug)
})
