import { describe, expect, it } from 'vitest'
import { isReachable, readNetworks } from './networks.ts'

describe('without allowed networks', () => {
  it.each([
    ['0.0.0.0', 'this machine'],
    ['127.0.0.1', 'this machine'],
    ['127.255.0.1', 'this machine'],
    ['10.0.0.1', 'a private network'],
    ['172.16.0.1', 'a private network'],
    ['192.168.1.1', 'a private network'],
    ['100.64.0.1', 'a network of a provider'],
    ['169.254.169.254', 'where clouds hand out credentials'],
    ['192.0.0.192', 'where clouds hand out credentials'],
    ['168.63.129.16', 'where a cloud hands out settings, a public address otherwise'],
    ['192.0.2.1', 'an example'],
    ['198.18.0.1', 'a network for measurements'],
    ['224.0.0.1', 'many'],
    ['255.255.255.255', 'all'],
    ['240.0.0.1', 'nobody'],
    ['::', 'this machine'],
    ['::1', 'this machine'],
    ['::ffff:127.0.0.1', 'this machine, as IPv6 writes it'],
    ['::ffff:7f00:1', 'this machine, as IPv6 writes it'],
    ['::127.0.0.1', 'this machine, as IPv6 once wrote it'],
    ['64:ff9b::7f00:1', 'this machine, through a NAT64 gateway'],
    ['64:ff9b::a9fe:a9fe', 'where clouds hand out credentials, through a NAT64 gateway'],
    ['64:ff9b:1::1', 'a NAT64 gateway of a private network'],
    ['2002:7f00:1::', 'this machine, through 6to4'],
    ['2001::1', 'a Teredo tunnel'],
    ['2001:db8::1', 'an example'],
    ['fe80::1', 'the same cable'],
    ['fe80::1%eth0', 'the same cable'],
    ['fc00::1', 'a private network'],
    ['fd00:ec2::254', 'where clouds hand out credentials'],
    ['fec0::1', 'a private network of old'],
    ['ff02::1', 'many'],
    ['4000::1', 'nobody yet'],
    ['acme.example', 'a name'],
    ['', 'nothing'],
  ])('%s is not reached: %s', (address) => expect(isReachable(address, [])).toBe(false))

  it.each(['1.1.1.1', '8.8.8.8', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::101:101'])('%s is', (address) =>
    expect(isReachable(address, [])).toBe(true),
  )
})

describe('allowed networks', () => {
  it('are reached, and nothing beside them', () => {
    const allowed = readNetworks(' 10.1.0.0/16, ::1 ,fd12::/16,')
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '::1', 'fd12::5', '1.1.1.1']) {
      expect(isReachable(address, allowed), address).toBe(true)
    }
    for (const address of ['10.2.0.1', '127.0.0.1', '::2', 'fd13::5']) {
      expect(isReachable(address, allowed), address).toBe(false)
    }
  })

  it('never open the place where clouds hand out credentials', () => {
    const allowed = readNetworks('0.0.0.0/0, ::/0, 169.254.169.254/32')
    for (const address of ['169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', 'fd00:ec2::254']) {
      expect(isReachable(address, allowed), address).toBe(false)
    }
    expect(isReachable('169.254.1.1', allowed)).toBe(true)
  })

  it.each(['10.1.0.0/33', 'acme.example', '10.1.0.0-10.2.0.0', '/8'])('are not %s', (text) =>
    expect(() => readNetworks(text)).toThrow(`must list networks such as 10.1.0.0/16, not "${text}"`),
  )
})
