/** What comes with an address, where it stands, and which two are one. */
import { FIRST, put, remove, SIX } from './changes.js';
import type { KernelFact } from './fact.js';

export const PUTTING_ADDRESSES: ReadonlyArray<KernelFact> = [
  {
    fact: 'IPv6 addresses of a scope stand newest first, before those of a narrower one',
    given: [SIX, put('fe80::2/64'), put('2001:db8::3/64')],
    act: put('2001:db8:1::2/64'),
    order: ['2001:db8:1::2', '2001:db8::3', '2001:db8::2', 'fe80::2'],
    lines: [
      '+ address 2001:db8:1::2/64 dev eth0 flags nodad,permanent scope global',
      '+ route 254 unicast 2001:db8:1::/64 dev eth0 metric 256 pref medium protocol kernel scope global',
      '+ route 255 local 2001:db8:1::2/128 dev eth0 metric 0 pref medium protocol kernel scope global',
    ],
  },
  {
    fact: 'IPv4 addresses stand oldest first, narrower scopes before wider ones, secondaries last',
    given: [
      FIRST,
      put('192.0.2.3/24'),
      put('10.1.0.1/24', { scope: 'link' }),
      put('10.2.0.1/24'),
      put('10.3.0.1/24', { scope: 'host' }),
    ],
    act: put('10.4.0.1/24', { scope: 'link' }),
    order: ['10.3.0.1', '10.1.0.1', '10.4.0.1', '192.0.2.2', '10.2.0.1', '192.0.2.3'],
    lines: [
      '+ address 10.4.0.1/24 dev eth0 flags permanent label eth0 scope link',
      '+ route 254 unicast 10.4.0.0/24 dev eth0 prefsrc 10.4.0.1 protocol kernel scope link',
      '+ route 255 local 10.4.0.1/32 dev eth0 prefsrc 10.4.0.1 protocol kernel scope host',
      '+ route 255 broadcast 10.4.0.255/32 dev eth0 prefsrc 10.4.0.1 protocol kernel scope link',
    ],
  },
  {
    fact: 'an address brings a prefix route with its metric, and none with noprefixroute',
    given: [put('10.1.0.1/24', { metric: 77 }), put('2001:db8:1::1/64', { metric: 78 })],
    act: put('10.2.0.1/24', { flags: ['noprefixroute'] }),
    lines: [
      '+ address 10.2.0.1/24 dev eth0 flags noprefixroute,permanent label eth0 scope global',
      '+ route 255 local 10.2.0.1/32 dev eth0 prefsrc 10.2.0.1 protocol kernel scope host',
      '+ route 255 broadcast 10.2.0.255/32 dev eth0 prefsrc 10.2.0.1 protocol kernel scope link',
    ],
  },
  {
    fact: 'an IPv4 address with a peer has a route to that alone',
    given: [],
    act: put('10.1.0.1/32', { peer: '10.1.0.2' }),
    lines: [
      '+ address 10.1.0.1/32 dev eth0 flags permanent label eth0 peer 10.1.0.2 scope global',
      '+ route 254 unicast 10.1.0.2/32 dev eth0 prefsrc 10.1.0.1 protocol kernel scope link',
      '+ route 255 local 10.1.0.1/32 dev eth0 prefsrc 10.1.0.1 protocol kernel scope host',
    ],
  },
  {
    fact: 'an IPv6 address with a peer has routes to both',
    given: [],
    act: put('2001:db8::1/128', { peer: '2001:db8::2' }),
    lines: [
      '+ address 2001:db8::1/128 dev eth0 flags nodad,permanent peer 2001:db8::2 scope global',
      '+ route 254 unicast 2001:db8::1/128 dev eth0 metric 256 pref medium protocol kernel scope global',
      '+ route 254 unicast 2001:db8::2/128 dev eth0 metric 256 pref medium protocol kernel scope global',
      '+ route 255 local 2001:db8::1/128 dev eth0 metric 0 pref medium protocol kernel scope global',
    ],
  },
  {
    fact: 'IPv4 knows an address by its subnet',
    given: [put('10.1.0.1/24', { peer: '10.1.0.2' })],
    act: put('10.1.0.1/24', { peer: '10.1.0.3' }),
    answer: 'alreadyDone',
  },
  {
    fact: 'IPv6 knows an address whatever its length',
    given: [SIX],
    act: put('2001:db8::2/48'),
    answer: 'alreadyDone',
  },
  {
    fact: 'an address is deleted by its length, too',
    given: [SIX],
    act: remove(put('2001:db8::2/48')),
    answer: 'alreadyDone',
  },
  {
    fact: 'an IPv4 address is deleted by its peer, too',
    given: [put('10.1.0.1/32', { peer: '10.1.0.2' })],
    act: remove(put('10.1.0.1/32')),
    answer: 'alreadyDone',
  },
  {
    fact: 'one subnet has one scope',
    given: [FIRST],
    act: put('192.0.2.3/24', { scope: 'link' }),
    answer: 22,
  },
  {
    fact: 'a link that is not there takes no address',
    given: [],
    act: put('192.0.2.2/24', {}, 99),
    answer: 19,
  },
];
