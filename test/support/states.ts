/** Namespace states for tests, from the few fields that matter to a case. */

import { trusted } from '../../src/plan/model/scalars.js';
import type { Address, Link, NamespaceState, Route } from '../../src/plan/model/state.js';

type Loose<A> = { readonly [K in keyof A]?: A[K] extends string ? string : unknown };

export const lo: Link = {
  ifindex: trusted.ifIndex(1),
  name: trusted.ifName('lo'),
  flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
  type: 'loopback',
  mtu: 65536,
};

export const link = (ifindex: number, name: string, more: Loose<Link> = {}): Link =>
  ({
    ifindex,
    name,
    kind: 'veth',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    type: 'ether',
    mtu: 1500,
    address: `02:42:0a:01:02:${(ifindex + 1).toString(16).padStart(2, '0')}`,
    gsoMaxSize: 65536,
    gso: true,
    carrier: true,
    ...more,
  }) as Link;

export const address = (ifindex: number, cidr: string, more: Loose<Address> = {}): Address => {
  const [local = '', bits = ''] = cidr.split('/');
  const scope = local.startsWith('fe80')
    ? 'link'
    : local === '::1' || local.startsWith('127.')
      ? 'host'
      : 'global';
  return {
    ifindex,
    family: local.includes(':') ? 'inet6' : 'inet',
    local,
    prefixLen: Number(bits),
    scope,
    flags: ['permanent'],
    validLft: null,
    preferredLft: null,
    ...more,
  } as Address;
};

export const route = (dst: string, more: Loose<Route> = {}): Route =>
  ({
    family: dst.includes(':') ? 'inet6' : 'inet',
    table: 254,
    type: 'unicast',
    dst,
    protocol: 'boot',
    scope: more.gateway === undefined ? 'link' : 'global',
    flags: [],
    ...more,
  }) as Route;

export const state = (parts: Partial<NamespaceState>): NamespaceState => ({
  kind: 'NamespaceState',
  formatVersion: 1,
  links: [],
  addresses: [],
  routes: [],
  rules: [],
  neighbors: [],
  nexthops: [],
  ...parts,
});

const loAddresses = [address(1, '127.0.0.1/8')];
const lo6 = [address(1, '::1/128')];

/** The namespace of the recorded messages' case b: one IPv4 address, a default gateway. */
export const oneLink: NamespaceState = state({
  links: [lo, link(2, 'eth0')],
  addresses: [...loAddresses, address(2, '10.1.2.3/24'), ...lo6],
  routes: [
    route('0.0.0.0/0', { gateway: '10.1.2.1', oif: 2 }),
    route('10.1.2.0/24', { oif: 2, protocol: 'kernel', prefsrc: '10.1.2.3' }),
  ],
});

/** Case c: dual stack, a gateway route, permanent neighbors. */
export const dualStack: NamespaceState = state({
  links: [lo, link(2, 'eth0')],
  addresses: [
    ...loAddresses,
    address(2, '10.1.2.3/24'),
    ...lo6,
    address(2, 'fd00:1::3/64'),
    address(2, 'fe80::42:aff:fe01:203/64'),
  ],
  routes: [
    route('0.0.0.0/0', { gateway: '10.1.2.1', oif: 2 }),
    route('10.1.2.0/24', { oif: 2, protocol: 'kernel', prefsrc: '10.1.2.3' }),
    route('192.0.2.0/24', { gateway: '10.1.2.254', oif: 2 }),
    route('fd00:1::/64', { oif: 2, protocol: 'kernel', metric: 256 }),
    route('fe80::/64', { oif: 2, protocol: 'kernel', metric: 256 }),
    route('::/0', { gateway: 'fd00:1::1', oif: 2, metric: 1024 }),
  ],
  neighbors: [
    {
      ifindex: trusted.ifIndex(2),
      family: 'inet',
      dst: trusted.ipAddress('10.1.2.9'),
      lladdr: trusted.linkAddress('02:00:00:00:00:09'),
      state: ['permanent'],
      flags: [],
    },
    {
      ifindex: trusted.ifIndex(2),
      family: 'inet6',
      dst: trusted.ipAddress('fd00:1::9'),
      lladdr: trusted.linkAddress('02:00:00:00:00:0a'),
      state: ['permanent'],
      flags: [],
    },
  ],
});
