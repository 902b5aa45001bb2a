/** Namespaces of the fake kernel, built with the changes that `ip` would make. */
import type { Address, Neighbor, Route } from '../../src/plan/model/state.js';
import { FakeKernel } from './fake-kernel/kernel.js';
import { address, link, lo, route } from './states.js';

type Parts = {
  readonly addresses?: ReadonlyArray<Address>;
  readonly routes?: ReadonlyArray<Route>;
  readonly neighbors?: ReadonlyArray<Neighbor>;
};

const build = (parts: Parts, promoteSecondaries = false): FakeKernel => {
  const kernel = new FakeKernel([lo, link(2, 'eth0'), link(3, 'eth1')], { promoteSecondaries });
  for (const a of parts.addresses ?? [])
    kernel.must({ _tag: 'PutAddress', address: a, replace: false });
  kernel.settle();
  for (const r of parts.routes ?? []) kernel.must({ _tag: 'PutRoute', route: r, mode: 'append' });
  for (const n of parts.neighbors ?? []) kernel.must({ _tag: 'PutNeighbor', neighbor: n });
  return kernel;
};

const neighbor = (ifindex: number, dst: string, lladdr: string): Neighbor =>
  ({
    ifindex,
    family: dst.includes(':') ? 'inet6' : 'inet',
    dst,
    lladdr,
    state: ['permanent'],
    flags: [],
  }) as unknown as Neighbor;

const eth0 = address(2, '192.0.2.2/24');
const eth1 = address(3, '198.51.100.2/24');
const six = address(2, '2001:db8::2/64');
const gateway = route('0.0.0.0/0', { gateway: '192.0.2.1', oif: 2 });
const gateway6 = route('::/0', { gateway: '2001:db8::1', oif: 2, metric: 1024, scope: 'global' });

/** By what is special about each. */
export const FAKE_NAMESPACES: Readonly<Record<string, () => FakeKernel>> = {
  'one address and a gateway': () => build({ addresses: [eth0], routes: [gateway] }),
  'dual stack': () => build({ addresses: [eth0, six], routes: [gateway, gateway6] }),
  'host address with a permanent neighbor': () =>
    build({
      addresses: [address(2, '192.0.2.9/32')],
      routes: [
        route('169.254.1.1/32', { oif: 2 }),
        route('0.0.0.0/0', { gateway: '169.254.1.1', oif: 2 }),
      ],
      neighbors: [neighbor(2, '169.254.1.1', 'ee:ee:ee:ee:ee:ee')],
    }),
  'policy table': () =>
    build({
      addresses: [eth0, eth1],
      routes: [
        gateway,
        route('198.51.100.0/24', { oif: 3, table: 100 }),
        route('0.0.0.0/0', { gateway: '198.51.100.1', oif: 3, table: 100 }),
      ],
    }),
  'secondaries with a label': () =>
    build({
      addresses: [
        eth0,
        address(2, '192.0.2.3/24'),
        address(2, '192.0.2.4/24', { label: 'eth0:web' }),
      ],
      routes: [gateway],
    }),
  'secondaries that are promoted': () =>
    build({ addresses: [eth0, address(2, '192.0.2.3/24'), address(2, '203.0.113.3/24')] }, true),
  'point to point': () =>
    build({
      addresses: [eth0, address(3, '203.0.113.1/32', { peer: '203.0.113.2' })],
      routes: [gateway],
    }),
  'neighbors of both families': () =>
    build({
      addresses: [eth0, six],
      routes: [gateway],
      neighbors: [
        neighbor(2, '192.0.2.1', '02:00:00:00:00:01'),
        neighbor(2, '2001:db8::1', '02:00:00:00:00:06'),
      ],
    }),
  'sources across links': () =>
    build({
      addresses: [eth0, eth1, six],
      routes: [
        gateway,
        route('203.0.113.0/24', { gateway: '198.51.100.1', oif: 3, prefsrc: '192.0.2.2' }),
        gateway6,
        route('2001:db8:7::/48', {
          gateway: '2001:db8::7',
          oif: 2,
          metric: 1024,
          scope: 'global',
          prefsrc: '2001:db8::2',
        }),
      ],
      neighbors: [neighbor(2, '192.0.2.9', '02:00:00:00:00:09')],
    }),
  'two links, dual stack, one subnet': () =>
    build({
      addresses: [
        eth0,
        address(3, '192.0.2.7/24'),
        address(2, 'fe80::2/64', { protocol: 3 }),
        address(3, 'fe80::3/64', { protocol: 3 }),
        six,
        address(3, '2001:db8:1::2/64', { flags: ['permanent', 'nodad'] }),
        address(3, '2001:db8:1::3/64'),
      ],
      routes: [gateway, gateway6],
    }),
  multipath: () =>
    build({
      addresses: [eth0, eth1],
      routes: [
        gateway,
        route('203.0.113.0/24', {
          scope: 'global',
          nexthops: [
            { weight: 1, ifindex: 2, gateway: '192.0.2.1', flags: [] },
            { weight: 1, ifindex: 3, gateway: '198.51.100.1', flags: [] },
          ],
        }),
      ],
    }),
};
