import { expect, it } from 'vitest'
import { ownedDomain } from './web-address.ts'

it.each([
  ['acme.example', 'acme.example'],
  ['www.acme.example', 'acme.example'],
  ['shop.acme.co.uk', 'acme.co.uk'],
  ['acme.github.io', 'acme.github.io'],
  ['docs.acme.github.io', 'acme.github.io'],
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]', '[::1]'],
  ['localhost', 'localhost'],
])('of %s, %s belongs to one owner', (host, owned) => expect(ownedDomain(host)).toBe(owned))
