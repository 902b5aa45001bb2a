/** Which routes the kernel takes in, and where it puts them. */
import { direct, FIRST, OTHER, remove, SIX, via } from './changes.js';
import { ETH1, type KernelFact } from './fact.js';

export const PUTTING_ROUTES: ReadonlyArray<KernelFact> = [
  {
    fact: 'the source of an IPv6 route comes back by replacing it',
    given: [
      SIX,
      via('2001:db8:7::/48', '2001:db8::1', { prefsrc: '2001:db8::2' }),
      remove(SIX),
      SIX,
    ],
    act: via('2001:db8:7::/48', '2001:db8::1', { prefsrc: '2001:db8::2' }, 'replace'),
    lines: [
      '- route 254 unicast 2001:db8:7::/48 dev eth0 gateway 2001:db8::1 metric 1024 pref medium protocol boot scope global',
      '+ route 254 unicast 2001:db8:7::/48 dev eth0 gateway 2001:db8::1 metric 1024 pref medium prefsrc 2001:db8::2 protocol boot scope global',
    ],
  },
  {
    fact: 'a route is appended after its like',
    given: [FIRST, via('10.0.0.0/8', '192.0.2.1')],
    act: via('10.0.0.0/8', '192.0.2.3', {}, 'append'),
    lines: ['+ route 254 unicast 10.0.0.0/8 dev eth0 gateway 192.0.2.3 protocol boot scope global'],
  },
  {
    fact: 'a route is not added beside its like',
    given: [FIRST, via('10.0.0.0/8', '192.0.2.1')],
    act: via('10.0.0.0/8', '192.0.2.3'),
    answer: 'alreadyDone',
  },
  {
    fact: 'the first of its like is replaced',
    given: [FIRST, via('10.0.0.0/8', '192.0.2.1'), via('10.0.0.0/8', '192.0.2.3', {}, 'append')],
    act: via('10.0.0.0/8', '192.0.2.5', {}, 'replace'),
    lines: [
      '- route 254 unicast 10.0.0.0/8 dev eth0 gateway 192.0.2.1 protocol boot scope global',
      '+ route 254 unicast 10.0.0.0/8 dev eth0 gateway 192.0.2.5 protocol boot scope global',
    ],
  },
  {
    fact: 'no route is replaced by one that stands after it',
    given: [FIRST, via('10.0.0.0/8', '192.0.2.1'), via('10.0.0.0/8', '192.0.2.3', {}, 'append')],
    act: via('10.0.0.0/8', '192.0.2.3', {}, 'replace'),
    answer: 17,
  },
  {
    fact: 'a gateway must be on a link',
    given: [FIRST, via('10.0.0.0/8', '192.0.2.1')],
    act: via('172.16.0.0/12', '10.0.0.7'),
    answer: 101,
  },
  {
    fact: 'a gateway must be on the link that is named',
    given: [FIRST, OTHER],
    act: via('172.16.0.0/12', '192.0.2.1', { oif: ETH1 }),
    answer: 101,
  },
  {
    fact: 'a gateway that only another table knows is none',
    given: [FIRST, direct('203.0.113.0/24', { table: 100 })],
    act: via('172.16.0.0/12', '203.0.113.1'),
    answer: 101,
  },
  {
    fact: "a gateway that the route's own table knows is one",
    given: [FIRST, direct('203.0.113.0/24', { table: 100 })],
    act: via('172.16.0.0/12', '203.0.113.1', { table: 100 }),
    lines: [
      '+ route 100 unicast 172.16.0.0/12 dev eth0 gateway 203.0.113.1 protocol boot scope global',
    ],
  },
  {
    fact: 'onlink says that a gateway is there',
    given: [FIRST],
    act: via('172.16.0.0/12', '203.0.113.1', { flags: ['onlink'] }),
    lines: [
      '+ route 254 unicast 172.16.0.0/12 dev eth0 flags onlink gateway 203.0.113.1 protocol boot scope global',
    ],
  },
  {
    fact: 'an IPv6 gateway must be reached',
    given: [],
    act: via('2001:db8:7::/48', '2001:db8::1'),
    answer: 113,
  },
  {
    fact: 'a link-local gateway needs its link alone',
    given: [],
    act: via('2001:db8:7::/48', 'fe80::1'),
    lines: [
      '+ route 254 unicast 2001:db8:7::/48 dev eth0 gateway fe80::1 metric 1024 pref medium protocol boot scope global',
    ],
  },
  {
    fact: 'a source must be an address of the namespace',
    given: [FIRST],
    act: direct('172.16.0.0/12', { prefsrc: '192.0.2.3' }),
    answer: 22,
  },
];
