/** What is encoded to be put back is what was decoded. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { decodeAddress, encodeAddress } from '../../../src/executor/netlink/address.js';
import { decodeNeighbor, encodeNeighbor } from '../../../src/executor/netlink/neighbor.js';
import { decodeRoute, encodeRoute } from '../../../src/executor/netlink/route.js';
import { formatAddress, maskBytes } from '../../../src/plan/model/address.js';
import { type Family, trusted } from '../../../src/plan/model/scalars.js';
import type { Address, Neighbor, Nexthop, Route } from '../../../src/plan/model/state.js';
import { cases } from '../../support/cases.js';

const u8 = fc.nat(0xff);
const u32 = fc.nat(0xffff_ffff);
const ifindex = fc.integer({ min: 1, max: 0x7fff_ffff }).map(trusted.ifIndex);
const family = fc.constantFrom<Family>('inet', 'inet6');
const bytesOf = (f: Family) =>
  fc.uint8Array(f === 'inet' ? { minLength: 4, maxLength: 4 } : { minLength: 16, maxLength: 16 });
const ip = (f: Family) => bytesOf(f).map((bytes) => trusted.ipAddress(formatAddress(bytes)));
const prefix = (f: Family) =>
  fc
    .tuple(bytesOf(f), fc.nat(f === 'inet' ? 32 : 128))
    .map(([bytes, length]) =>
      trusted.prefix(`${formatAddress(maskBytes(bytes, length))}/${length}`),
    );
const lifetime = fc.option(fc.integer({ min: 1, max: 0xffff_fffe }));
const scope = fc.constantFrom('global', 'link', 'host', 'site', 'nowhere', '17');
const protocol = fc.constantFrom('kernel', 'boot', 'static', 'ra', 'bird', 'unspec', '77');
const hex = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('hex'));
/** Attribute types that no decoder interprets. */
const other = fc.dictionary(fc.integer({ min: 40, max: 0x3fff }).map(String), hex, {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
});
const record = <T>(
  all: { [K in keyof T]-?: fc.Arbitrary<T[K]> },
  required: ReadonlyArray<keyof T>,
) =>
  fc.record(all as never, {
    requiredKeys: required as never,
    noNullPrototype: true,
  }) as unknown as fc.Arbitrary<T>;

const expectRight = <A>(actual: E.Either<unknown, A>): A => {
  if (E.isLeft(actual)) throw new Error(JSON.stringify(actual.left));
  return actual.right;
};

const address = family.chain((f) =>
  record<Address>(
    {
      ifindex,
      family: fc.constant(f),
      local: ip(f),
      prefixLen: fc.nat(f === 'inet' ? 32 : 128),
      scope,
      flags: fc.subarray([
        'nodad',
        'homeaddress',
        'mngtmpaddr',
        'noprefixroute',
        'autojoin',
        '0x1000',
      ]),
      validLft: lifetime,
      preferredLft: lifetime,
      peer: ip(f),
      broadcast: ip(f),
      anycast: ip(f),
      label: fc.constantFrom('eth0', 'eth0:web', 'we.ird~é', 'caf\\xe9', 'a\\\\b', '\ufeffx'),
      metric: u32,
      protocol: u8,
    },
    ['ifindex', 'family', 'local', 'prefixLen', 'scope', 'flags', 'validLft', 'preferredLft'],
  ),
);

test('an address', () => {
  fc.assert(
    fc.property(address, ({ anycast: _, ...a }) => {
      fc.pre(a.peer !== a.local);
      expect(expectRight(decodeAddress(expectRight(encodeAddress(a))))).toStrictEqual(a);
    }),
  );
});

const plain: Address = {
  ifindex: trusted.ifIndex(2),
  family: 'inet6',
  local: trusted.ipAddress('2001:db8::2'),
  prefixLen: 64,
  scope: 'global',
  flags: ['noprefixroute'],
  validLft: null,
  preferredLft: null,
};

test('flags that are the kernel’s to set are not sent', () => {
  const managed = [
    'permanent',
    'tentative',
    'dadfailed',
    'deprecated',
    'temporary',
    'stable-privacy',
  ];
  const observed = { ...plain, flags: [...managed, ...plain.flags] };
  expect(encodeAddress(observed)).toStrictEqual(encodeAddress(plain));
});

test('a lifetime of 0, which the kernel refuses, is sent as a second', () => {
  const expiring = { ...plain, validLft: 0, preferredLft: 0 };
  expect(E.flatMap(decodeAddress)(encodeAddress(expiring))).toStrictEqual(
    E.right({ ...expiring, validLft: 1 }),
  );
});

/** Of either family: RTA_VIA carries the other one. */
const gateway = family.chain(ip);
const flags = fc.subarray(['onlink', 'pervasive']);
const nexthop = record<Nexthop>(
  {
    weight: fc.integer({ min: 1, max: 256 }),
    ifindex,
    gateway,
    flags: fc.constantFrom(['onlink'], ['pervasive']),
    realms: fc.constantFrom('10', '5/10', '65535/65535'),
    other,
  },
  ['weight'],
);
const route = family.chain((f) =>
  record<Route>(
    {
      family: fc.constant(f),
      table: u32,
      type: fc.constantFrom(
        'unicast',
        'local',
        'blackhole',
        'prohibit',
        'throw',
        'multicast',
        '42',
      ),
      dst: prefix(f),
      protocol,
      scope,
      flags,
      src: prefix(f).filter((text) => !text.endsWith('/0')),
      tos: fc.integer({ min: 1, max: 255 }),
      metric: u32,
      prefsrc: ip(f),
      gateway,
      oif: ifindex,
      nexthops: fc.array(nexthop, { maxLength: 4 }),
      nhid: u32,
      metrics: fc.dictionary(
        fc.constantFrom('mtu', 'advmss', 'window', 'rtt', 'features', '33'),
        u32,
        { minKeys: 1, noNullPrototype: true },
      ),
      lock: u32,
      congctl: fc.constantFrom('cubic', 'bbr'),
      pref: fc.constantFrom('low', 'medium', 'high', '7'),
      expires: u32,
      realms: fc.constantFrom('10', '5/10', '65535/65535'),
      other,
    },
    ['family', 'table', 'type', 'dst', 'protocol', 'scope', 'flags'],
  ),
);

test('a route', () => {
  fc.assert(
    fc.property(route, ({ nhid: _, expires: __, ...r }) => {
      expect(expectRight(decodeRoute(expectRight(encodeRoute(r))))).toStrictEqual(r);
    }),
    cases(500),
  );
});

test('a route through a nexthop object names the object alone', () => {
  fc.assert(
    fc.property(route, u32, ({ expires: _, ...r }, nhid) => {
      const { gateway: _g, oif: _o, nexthops: _n, ...rest } = r;
      const sent = expectRight(decodeRoute(expectRight(encodeRoute({ ...r, nhid }))));
      expect(sent).toStrictEqual({ ...rest, nhid, flags: [] });
    }),
  );
});

test('flags that say how a route is doing are not sent', () => {
  const r = {
    family: 'inet',
    table: 254,
    type: 'unicast',
    dst: trusted.prefix('192.0.2.0/24'),
    protocol: 'boot',
    scope: 'global',
  } as const;
  const doing = ['dead', 'linkdown', 'offload', 'rt_offload', 'rt_offload_failed'];
  const hops = [{ weight: 1, flags: ['dead', 'onlink', 'linkdown'] }];
  expect(encodeRoute({ ...r, flags: [...doing, 'onlink'], nexthops: hops })).toStrictEqual(
    encodeRoute({ ...r, flags: ['onlink'], nexthops: [{ weight: 1, flags: ['onlink'] }] }),
  );
});

test('expires goes as RTA_EXPIRES, in seconds', () => {
  const r = {
    family: 'inet6',
    table: 254,
    type: 'unicast',
    dst: trusted.prefix('2001:db8::/32'),
    protocol: 'ra',
    scope: 'global',
    flags: [],
  } as const;
  const sent = expectRight(decodeRoute(expectRight(encodeRoute({ ...r, expires: 600 }))));
  expect(sent?.other).toStrictEqual({ 23: '58020000' });
});

test.each([
  ['a scope', { scope: 'galaxy' }, 'galaxy'],
  ['a protocol', { protocol: 'carrier-pigeon' }, 'carrier-pigeon'],
  ['a type', { type: 'bicast' }, 'bicast'],
  ['a router preference', { pref: 'best' }, 'best'],
  ['a metric', { metrics: { speed: 1 } }, 'speed'],
  ['a destination', { dst: trusted.prefix('here') }, 'here'],
])('%s that is not known is an error, not a zero', (_, wrong, named) => {
  const r: Route = {
    family: 'inet',
    table: 254,
    type: 'unicast',
    dst: trusted.prefix('192.0.2.0/24'),
    protocol: 'boot',
    scope: 'global',
    flags: [],
  };
  const encoded = encodeRoute({ ...r, ...wrong });
  expect(E.isLeft(encoded) && encoded.left.problem).toContain(named);
});

const neighbor = family.chain((f) =>
  record<Neighbor>(
    {
      ifindex,
      family: fc.constant(f),
      dst: ip(f),
      state: fc.subarray(['reachable', 'stale', 'noarp', 'permanent']),
      flags: fc.subarray(['router', 'proxy', 'extern_learn', 'use', 'self', 'sticky', 'managed']),
      lladdr: fc
        .uint8Array({ minLength: 1, maxLength: 20 })
        .map((bytes) =>
          trusted.linkAddress(Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(':')),
        ),
      protocol,
    },
    ['ifindex', 'family', 'dst', 'state', 'flags'],
  ),
);

test('a neighbor', () => {
  fc.assert(
    fc.property(neighbor, (n) => {
      expect(expectRight(decodeNeighbor(expectRight(encodeNeighbor(n))))).toStrictEqual(n);
    }),
  );
});
