/** What goes with an address, and what stays. */

import type { NexthopObject } from '../../../src/plan/model/state.js';
import { direct, FIRST, legs, neighbor, OTHER, onEth1, put, remove, SIX, via } from './changes.js';
import { ETH0, ETH1, type KernelFact } from './fact.js';

const FIRST_GONE = [
  '- address 192.0.2.2/24 dev eth0 flags permanent label eth0 scope global',
  '- route 254 unicast 192.0.2.0/24 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
  '- route 255 local 192.0.2.2/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
  '- route 255 broadcast 192.0.2.255/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
];
const SIX_GONE = [
  '- address 2001:db8::2/64 dev eth0 flags nodad,permanent scope global',
  '- route 254 unicast 2001:db8::/64 dev eth0 metric 256 pref medium protocol kernel scope global',
  '- route 255 local 2001:db8::2/128 dev eth0 metric 0 pref medium protocol kernel scope global',
];

export const LOSING_ADDRESSES: ReadonlyArray<KernelFact> = [
  {
    fact: 'the last IPv4 address of a link takes its IPv4 routes of all tables',
    given: [FIRST, OTHER, direct('203.0.113.0/24', { table: 100 }), via('0.0.0.0/0', '192.0.2.1')],
    act: remove(FIRST),
    lines: [
      '- address 192.0.2.2/24 dev eth0 flags permanent label eth0 scope global',
      '- route 100 unicast 203.0.113.0/24 dev eth0 protocol boot scope link',
      '- route 254 unicast 0.0.0.0/0 dev eth0 gateway 192.0.2.1 protocol boot scope global',
      '- route 254 unicast 192.0.2.0/24 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- route 255 local 192.0.2.2/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '- route 255 broadcast 192.0.2.255/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
    ],
  },
  {
    fact: 'the last IPv4 address of a link takes its permanent and proxy IPv4 neighbors',
    given: [
      FIRST,
      neighbor('192.0.2.9'),
      neighbor('192.0.2.8', ['proxy']),
      neighbor('2001:db8::8', ['proxy']),
    ],
    act: remove(FIRST),
    lines: [
      '- address 192.0.2.2/24 dev eth0 flags permanent label eth0 scope global',
      '- route 254 unicast 192.0.2.0/24 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- route 255 local 192.0.2.2/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '- route 255 broadcast 192.0.2.255/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- neighbor 192.0.2.8 dev eth0 flags proxy',
      '- neighbor 192.0.2.9 dev eth0 lladdr 02:00:00:00:00:99 state permanent',
    ],
  },
  {
    fact: 'the last IPv6 address of a link takes neither default, nor routes, nor neighbors',
    given: [
      SIX,
      via('::/0', '2001:db8::1'),
      neighbor('2001:db8::9'),
      direct('2001:db8:7::/48', { table: 100 }),
    ],
    act: remove(SIX),
    lines: SIX_GONE,
  },
  {
    fact: 'a route by a nexthop object stays',
    given: [FIRST, via('203.0.113.0/24', '192.0.2.1', { nhid: 7 })],
    nexthops: [
      {
        id: 7,
        family: 'inet',
        oif: ETH0,
        gateway: '192.0.2.1',
        protocol: 'static',
        scope: 'global',
        flags: [],
      } as unknown as NexthopObject,
    ],
    act: remove(FIRST),
    lines: FIRST_GONE,
  },
  {
    fact: 'a multipath route keeps a dead leg',
    given: [FIRST, OTHER, legs([ETH0, '192.0.2.1'], [ETH1, '198.51.100.1'])],
    act: remove(FIRST),
    lines: [
      '- address 192.0.2.2/24 dev eth0 flags permanent label eth0 scope global',
      '- route 254 unicast 192.0.2.0/24 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- route 254 unicast 203.0.113.0/24 nexthops [dev eth0 gateway 192.0.2.1 weight 1; dev eth1 gateway 198.51.100.1 weight 1] protocol boot scope global',
      '- route 255 local 192.0.2.2/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '- route 255 broadcast 192.0.2.255/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '+ route 254 unicast 203.0.113.0/24 nexthops [dev eth0 flags dead gateway 192.0.2.1 weight 1; dev eth1 gateway 198.51.100.1 weight 1] protocol boot scope global',
    ],
  },
  {
    fact: 'any IPv4 address brings the dead legs of its link to life',
    given: [FIRST, OTHER, legs([ETH0, '192.0.2.1'], [ETH1, '198.51.100.1']), remove(FIRST)],
    act: put('10.0.0.1/32'),
    lines: [
      '- route 254 unicast 203.0.113.0/24 nexthops [dev eth0 flags dead gateway 192.0.2.1 weight 1; dev eth1 gateway 198.51.100.1 weight 1] protocol boot scope global',
      '+ address 10.0.0.1/32 dev eth0 flags permanent label eth0 scope global',
      '+ route 254 unicast 203.0.113.0/24 nexthops [dev eth0 gateway 192.0.2.1 weight 1; dev eth1 gateway 198.51.100.1 weight 1] protocol boot scope global',
      '+ route 255 local 10.0.0.1/32 dev eth0 prefsrc 10.0.0.1 protocol kernel scope host',
    ],
  },
  {
    fact: 'a multipath route goes with its last leg',
    given: [FIRST, OTHER, legs([ETH0, '192.0.2.1'], [ETH1, '198.51.100.1']), remove(FIRST)],
    act: remove(OTHER),
    lines: [
      '- address 198.51.100.2/24 dev eth1 flags permanent label eth1 scope global',
      '- route 254 unicast 198.51.100.0/24 dev eth1 prefsrc 198.51.100.2 protocol kernel scope link',
      '- route 254 unicast 203.0.113.0/24 nexthops [dev eth0 flags dead gateway 192.0.2.1 weight 1; dev eth1 gateway 198.51.100.1 weight 1] protocol boot scope global',
      '- route 255 local 198.51.100.2/32 dev eth1 prefsrc 198.51.100.2 protocol kernel scope host',
      '- route 255 broadcast 198.51.100.255/32 dev eth1 prefsrc 198.51.100.2 protocol kernel scope link',
    ],
  },
  {
    fact: 'a primary takes its secondaries',
    given: [
      FIRST,
      put('192.0.2.3/24'),
      put('192.0.2.4/24', { label: 'eth0:web' }),
      put('10.0.0.1/24'),
    ],
    act: remove(FIRST),
    lines: [
      '- address 192.0.2.2/24 dev eth0 flags permanent label eth0 scope global',
      '- address 192.0.2.3/24 dev eth0 flags permanent,secondary label eth0 scope global',
      '- address 192.0.2.4/24 dev eth0 flags permanent,secondary label eth0:web scope global',
      '- route 254 unicast 192.0.2.0/24 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- route 255 local 192.0.2.2/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '- route 255 broadcast 192.0.2.255/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- route 255 local 192.0.2.3/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '- route 255 local 192.0.2.4/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
    ],
  },
  {
    fact: 'with promote_secondaries the first of them becomes the last primary',
    promote: true,
    given: [
      FIRST,
      put('203.0.113.2/24'),
      put('192.0.2.3/24'),
      put('203.0.113.3/24'),
      put('192.0.2.4/24'),
    ],
    act: remove(FIRST),
    order: ['203.0.113.2', '192.0.2.3', '203.0.113.3', '192.0.2.4'],
    lines: [
      '- address 192.0.2.2/24 dev eth0 flags permanent label eth0 scope global',
      '- address 192.0.2.3/24 dev eth0 flags permanent,secondary label eth0 scope global',
      '- route 254 unicast 192.0.2.0/24 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- route 255 local 192.0.2.2/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '- route 255 broadcast 192.0.2.255/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- route 255 local 192.0.2.3/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '- route 255 local 192.0.2.4/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '+ address 192.0.2.3/24 dev eth0 flags permanent label eth0 scope global',
      '+ route 254 unicast 192.0.2.0/24 dev eth0 prefsrc 192.0.2.3 protocol kernel scope link',
      '+ route 255 broadcast 192.0.2.255/32 dev eth0 prefsrc 192.0.2.3 protocol kernel scope link',
      '+ route 255 local 192.0.2.3/32 dev eth0 prefsrc 192.0.2.3 protocol kernel scope host',
      '+ route 255 local 192.0.2.4/32 dev eth0 prefsrc 192.0.2.3 protocol kernel scope host',
    ],
  },
  {
    fact: 'an IPv4 address takes the routes of main, on any link, that have it as source',
    given: [
      FIRST,
      put('10.0.0.1/24'),
      OTHER,
      via('203.0.113.0/24', '198.51.100.1', { oif: ETH1, prefsrc: '192.0.2.2' }),
      via('203.0.113.0/24', '198.51.100.1', { oif: ETH1, prefsrc: '192.0.2.2', table: 100 }),
    ],
    act: remove(FIRST),
    lines: [
      '- address 192.0.2.2/24 dev eth0 flags permanent label eth0 scope global',
      '- route 254 unicast 192.0.2.0/24 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
      '- route 254 unicast 203.0.113.0/24 dev eth1 gateway 198.51.100.1 prefsrc 192.0.2.2 protocol boot scope global',
      '- route 255 local 192.0.2.2/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope host',
      '- route 255 broadcast 192.0.2.255/32 dev eth0 prefsrc 192.0.2.2 protocol kernel scope link',
    ],
  },
  {
    fact: 'an IPv4 address that is still on another link takes no routes that have it as source',
    given: [
      FIRST,
      put('192.0.2.2/24', { label: 'eth1' }, ETH1),
      via('203.0.113.0/24', '192.0.2.1', { oif: ETH1, prefsrc: '192.0.2.2' }),
    ],
    act: remove(FIRST),
    lines: FIRST_GONE,
  },
  {
    fact: 'IPv6 routes of all tables and links lose the address as source, and stay',
    given: [
      SIX,
      onEth1('2001:db8:1::2/64'),
      via('2001:db8:7::/48', '2001:db8:1::1', { oif: ETH1, prefsrc: '2001:db8::2' }),
      via('2001:db8:7::/48', '2001:db8:1::1', { oif: ETH1, prefsrc: '2001:db8::2', table: 100 }),
    ],
    act: remove(SIX),
    lines: [
      '- address 2001:db8::2/64 dev eth0 flags nodad,permanent scope global',
      '- route 100 unicast 2001:db8:7::/48 dev eth1 gateway 2001:db8:1::1 metric 1024 pref medium prefsrc 2001:db8::2 protocol boot scope global',
      '- route 254 unicast 2001:db8:7::/48 dev eth1 gateway 2001:db8:1::1 metric 1024 pref medium prefsrc 2001:db8::2 protocol boot scope global',
      '- route 254 unicast 2001:db8::/64 dev eth0 metric 256 pref medium protocol kernel scope global',
      '- route 255 local 2001:db8::2/128 dev eth0 metric 0 pref medium protocol kernel scope global',
      '+ route 100 unicast 2001:db8:7::/48 dev eth1 gateway 2001:db8:1::1 metric 1024 pref medium protocol boot scope global',
      '+ route 254 unicast 2001:db8:7::/48 dev eth1 gateway 2001:db8:1::1 metric 1024 pref medium protocol boot scope global',
    ],
  },
  {
    fact: 'an IPv6 prefix route stays as long as an address of its prefix does',
    given: [SIX, put('2001:db8::3/64')],
    act: remove(SIX),
    lines: [
      '- address 2001:db8::2/64 dev eth0 flags nodad,permanent scope global',
      '- route 255 local 2001:db8::2/128 dev eth0 metric 0 pref medium protocol kernel scope global',
    ],
  },
];
