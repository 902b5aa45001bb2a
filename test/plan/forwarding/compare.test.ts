import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareForwarding } from '../../../src/plan/forwarding/compare.js';
import type {
  DefaultGateway,
  FdLink,
  NetworkPlan,
  PlannedRoute,
} from '../../../src/plan/model/network-plan.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import type { NamespaceState, Route } from '../../../src/plan/model/state.js';
import { endOf, fateText } from '../../../src/plan/routing/fate.js';
import { orderForFirstMatch } from '../../../src/plan/routing/first-match.js';
import {
  bitsOf,
  boundaries,
  canonical,
  kernelWay,
  nestedPrefix,
  networkBits,
  sandboxWay,
  wayOf,
} from '../../support/brute-force-routing.js';
import { cases } from '../../support/cases.js';
import { address, link, lo, route, state } from '../../support/states.js';

const ip = trusted.ipAddress;
const planned = (destination: string, gateway: string | null = null): PlannedRoute => ({
  destination: trusted.prefix(destination),
  gateway: gateway === null ? null : ip(gateway),
  from: [],
});

/** Links of the plan have an address of each family unless said otherwise. */
const fdLink = (
  ifindex: number,
  routes: ReadonlyArray<PlannedRoute>,
  addresses = [`192.0.2.${ifindex}`, `2001:db8:${ifindex}::2`],
): FdLink => ({
  name: trusted.ifName(`eth${ifindex - 2}`),
  ifindex: trusted.ifIndex(ifindex),
  mtu: 1500,
  layer: 'ethernet',
  linkAddress: null,
  addresses: addresses.map((text) => ({ address: ip(text), prefixLen: 32, from: [] })),
  routes,
  neighbors: [],
  channels: 1,
  gso: { mode: 'off', maxSize: 0 },
  gro: false,
  txChecksumOffload: false,
  rxChecksumOffload: true,
  qdisc: 'none',
  memberships: [],
  hostAddresses: [],
  from: [],
});

const loopback = (routes: ReadonlyArray<PlannedRoute>, addresses = ['127.0.0.1', '::1']) => ({
  name: trusted.ifName('lo'),
  addresses: addresses.map((text) => ({ address: ip(text), prefixLen: 8, from: [] })),
  routes,
  from: [],
});

const gateway = (on: string, via: string): DefaultGateway => ({
  family: via.includes(':') ? 'inet6' : 'inet',
  link: trusted.ifName(on),
  gateway: ip(via),
  from: [],
});

const plan = (parts: Partial<NetworkPlan>): NetworkPlan => ({
  kind: 'NetworkPlan',
  formatVersion: 2,
  target: 'latest',
  network: 'sandbox',
  options: {},
  basis: { stateHash: '', scanned: 0 },
  loopbackLinks: [loopback([])],
  fdLinks: [],
  defaultGateways: [],
  losses: [],
  notes: [],
  objects: [],
  ...parts,
});

const LONGEST = { lookup: 'longest-prefix' } as const;
const FIRST = { lookup: 'first-match' } as const;
const links = [lo, link(2, 'eth0'), link(3, 'eth1'), link(4, 'eth2')];

/** The differences in short: `first-last: kernel, not sandbox`. */
const differences = (
  routes: ReadonlyArray<Route>,
  wanted: Partial<NetworkPlan>,
  target: typeof LONGEST | typeof FIRST = LONGEST,
  more: Partial<NamespaceState> = {},
): ReadonlyArray<string> =>
  compareForwarding(state({ links, routes, ...more }), plan(wanted), target).map(
    ({ first, last, kernel, sandbox }) =>
      `${first}-${last}: ${fateText(kernel)}, not ${fateText(sandbox)}`,
  );

describe('compareForwarding', () => {
  test('a plan that forwards like the kernel has no differences', () => {
    const routes = [
      route('0.0.0.0/0', { gateway: '192.0.2.1', oif: 2 }),
      route('192.0.2.0/24', { oif: 2 }),
      route('198.51.100.0/24', { gateway: '192.0.2.9', oif: 3 }),
    ];
    const wanted = {
      fdLinks: [
        fdLink(2, [planned('192.0.2.0/24')]),
        fdLink(3, [planned('198.51.100.0/24', '192.0.2.9')]),
      ],
      defaultGateways: [gateway('eth0', '192.0.2.1')],
    };
    expect(differences(routes, wanted)).toStrictEqual([]);
    expect(differences(routes, wanted, FIRST)).toStrictEqual([]);
  });

  test('names the range, both decisions and the route that the kernel takes', () => {
    const found = compareForwarding(
      state({
        links,
        routes: [
          route('10.0.0.0/8', { oif: 2 }),
          route('10.1.0.0/16', { gateway: '10.0.0.9', oif: 2 }),
        ],
      }),
      plan({ fdLinks: [fdLink(2, [planned('10.0.0.0/8')])] }),
      LONGEST,
    );
    expect(found).toStrictEqual([
      {
        family: 'inet',
        first: '10.1.0.0',
        last: '10.1.255.255',
        kernel: { _tag: 'Forward', link: 'eth0', gateway: '10.0.0.9' },
        kernelRoute: 'routes[1]',
        kernelRule: null,
        sandbox: { _tag: 'Forward', link: 'eth0', gateway: null },
      },
    ]);
  });

  test('a first-match sandbox follows the order of its table', () => {
    const routes = [
      route('10.0.0.0/8', { gateway: '192.0.2.9', oif: 2 }),
      route('10.128.0.0/9', { gateway: '192.0.2.8', oif: 2 }),
    ];
    const wanted = {
      fdLinks: [
        fdLink(2, [planned('10.0.0.0/8', '192.0.2.9'), planned('10.128.0.0/9', '192.0.2.8')]),
      ],
    };
    expect(differences(routes, wanted, LONGEST)).toStrictEqual([]);
    expect(differences(routes, wanted, FIRST)).toStrictEqual([
      '10.128.0.0-10.255.255.255: via 192.0.2.8 on eth0, not via 192.0.2.9 on eth0',
    ]);
  });

  test('neighbors with the same pair are one difference, also across own addresses', () => {
    const routes = [
      route('10.0.0.0/24', { oif: 2 }),
      route('10.0.1.0/24', { oif: 2 }),
      route('10.0.2.0/24', { oif: 3 }),
      route('10.0.0.255/32', { table: 255, type: 'broadcast', oif: 2 }),
    ];
    const wanted = { fdLinks: [fdLink(2, [planned('192.0.2.0/24')])] };
    const [first, second] = differences(
      [...routes, route('192.0.2.0/24', { oif: 2 })],
      wanted,
      LONGEST,
      {
        addresses: [address(2, '10.0.0.0/24'), address(2, '10.0.1.7/24')],
      },
    );
    expect([first, second]).toStrictEqual([
      '10.0.0.1-10.0.1.255: on-link on eth0, not no route',
      '10.0.2.0-10.0.2.255: on-link on eth1, not no route',
    ]);
  });

  test('a family that the plan leaves out is one difference a contiguous range', () => {
    const routes = [
      route('10.0.0.0/8', { oif: 2 }),
      route('2000::/4', { oif: 2 }),
      route('3000::/4', { gateway: '2000::1', oif: 3 }),
      route('fc00::/7', { oif: 3 }),
    ];
    const wanted = { fdLinks: [fdLink(2, [planned('10.0.0.0/8')], ['10.0.0.2'])] };
    expect(differences(routes, wanted)).toStrictEqual([
      '2000::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff: on-link on eth0, not no route',
      'fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff: on-link on eth1, not no route',
    ]);
  });

  test('destinations of the local table, loopback, link-local and multicast are not compared', () => {
    const routes = [
      '127.0.0.0/8',
      '224.0.0.0/4',
      '255.255.255.255/32',
      'fe80::/10',
      'ff00::/8',
      '::1/128',
    ].map((dst) => route(dst, { oif: 2 }));
    const local = route('198.18.0.0/15', { table: 255, type: 'local', oif: 1 });
    const main = route('198.18.0.0/16', { oif: 2 });
    expect(differences([...routes, local, main], {})).toStrictEqual([]);
    expect(differences([...routes, main], {})).toHaveLength(1);
    const broadcast = [address(2, '198.18.0.1/16', { broadcast: '198.18.255.255' })];
    expect(differences([main], {}, LONGEST, { addresses: broadcast })).toStrictEqual([
      '198.18.0.0-198.18.255.254: on-link on eth0, not no route',
    ]);
    const thrown = route('198.18.0.0/15', { table: 255, type: 'throw' });
    expect(differences([thrown, main], {})).toHaveLength(1);
  });

  test('every way of not sending a packet is the same', () => {
    const routes = ['blackhole', 'unreachable', 'prohibit', 'throw'].map((type, i) =>
      route(`198.51.${i}.0/24`, { type }),
    );
    const eth0 = fdLink(2, [planned('192.0.2.0/24')]);
    const connected = route('192.0.2.0/24', { oif: 2 });
    const dropping = loopback(routes.map(({ dst }) => planned(dst)));
    expect(
      differences([...routes, connected], { fdLinks: [eth0], loopbackLinks: [dropping] }),
    ).toStrictEqual([]);
    expect(
      differences([...routes, connected], {
        fdLinks: [fdLink(2, [planned('192.0.2.0/24'), planned('198.51.1.0/24')])],
      }),
    ).toStrictEqual(['198.51.1.0-198.51.1.255: dropped (unreachable), not on-link on eth0']);
  });

  test('a route or gateway on a link without an address of its family is passed over', () => {
    const routes = [
      route('0.0.0.0/0', { gateway: '10.0.0.1', oif: 2 }),
      route('10.0.0.0/8', { oif: 2 }),
    ];
    const only6 = ['2001:db8::2'];
    expect(
      differences(routes, {
        fdLinks: [fdLink(2, [planned('10.0.0.0/8')], only6)],
        defaultGateways: [gateway('eth0', '10.0.0.1')],
      }).length,
    ).toBeGreaterThan(0);
    const blackhole = route('10.0.0.0/8', { type: 'blackhole' });
    expect(
      differences([routes[0] ?? blackhole, blackhole], {
        loopbackLinks: [loopback([planned('10.0.0.0/8')], ['::1'])],
        fdLinks: [fdLink(2, [])],
        defaultGateways: [gateway('eth0', '10.0.0.1')],
      }),
    ).toStrictEqual(['10.0.0.0-10.255.255.255: dropped (blackhole), not via 10.0.0.1 on eth0']);
  });

  test('multipath differs from either of its legs', () => {
    const nexthops = [2, 3].map((ifindex) => ({
      weight: 1,
      ifindex,
      gateway: `10.${ifindex}.0.1`,
    }));
    expect(
      differences([route('172.16.0.0/12', { nexthops })], {
        fdLinks: [fdLink(2, [planned('172.16.0.0/12', '10.2.0.1')])],
      }),
    ).toStrictEqual([
      '172.16.0.0-172.31.255.255: multipath via 10.2.0.1 on eth0, via 10.3.0.1 on eth1, not via 10.2.0.1 on eth0',
    ]);
  });

  test('a plan for the host’s stack is not compared, one for none is', () => {
    const routes = [route('10.0.0.0/8', { oif: 2 })];
    expect(differences(routes, { network: 'host', loopbackLinks: [] })).toStrictEqual([]);
    expect(differences(routes, { network: 'none' })).toHaveLength(1);
  });
});

describe('compareForwarding against linear scans', () => {
  const GATEWAYS = { inet: '192.0.2.1', inet6: '2001:db8::1' } as const;
  const table = (family: 'inet' | 'inet6') =>
    fc.array(
      fc.record({
        dst: nestedPrefix(family),
        oif: fc.integer({ min: 1, max: 4 }),
        via: fc.boolean(),
        metric: fc.nat(2),
      }),
      { minLength: 1, maxLength: 150, size: 'max' },
    );
  type Rows = ReadonlyArray<{ dst: string; oif: number; via: boolean; metric: number }>;

  const stateOf = (rows: Rows, family: 'inet' | 'inet6'): NamespaceState =>
    state({
      links,
      routes: rows.map(({ dst, oif, via, metric }) =>
        oif === 1
          ? route(dst, { type: 'blackhole', metric })
          : route(dst, { oif, metric, ...(via ? { gateway: GATEWAYS[family] } : {}) }),
      ),
    });

  /** The winner of every prefix on its link; no gateway field, as defaults are routes like others here. */
  const planOf = ({ routes }: NamespaceState): NetworkPlan => {
    const best = new Map<string, Route>();
    for (const r of routes) {
      const other = best.get(r.dst);
      if (other === undefined || (r.metric ?? 0) < (other.metric ?? 0)) best.set(r.dst, r);
    }
    const on = (oif: number | undefined) =>
      [...best.values()].filter((r) => r.oif === oif).map((r) => planned(r.dst, r.gateway ?? null));
    return plan({
      loopbackLinks: [loopback(on(undefined))],
      fdLinks: [2, 3, 4].map((ifindex) => fdLink(ifindex, on(ifindex))),
    });
  };

  const ELSEWHERE = {
    inet: ['0.0.0.0/32', '127.0.0.0/8', '224.0.0.0/4', '255.255.255.255/32'],
    inet6: ['::/128', '::1/128', 'fe80::/10', 'ff00::/8'],
  } as const;
  /** Every boundary of `prefixes` that is compared, with both ways by linear scan. */
  const scanned = (
    from: NamespaceState,
    wanted: NetworkPlan,
    lookup: 'first-match' | 'longest-prefix',
    family: 'inet' | 'inet6',
    prefixes: ReadonlyArray<string>,
  ) => {
    const kernel = kernelWay(from, family);
    const sandbox = sandboxWay(wanted, lookup, family);
    const skipped = ELSEWHERE[family].map(networkBits);
    return boundaries(family, [...prefixes, ...ELSEWHERE[family]])
      .filter((bits) => !skipped.some((network) => bits.startsWith(network)))
      .map((bits) => ({ bits, kernel: kernel(bits), sandbox: sandbox(bits) }));
  };

  test.for(['inet', 'inet6'] as const)('%s: the differences are those, no more', (family) => {
    fc.assert(
      fc.property(
        table(family),
        table(family),
        fc.constantFrom(LONGEST, FIRST),
        (rows, otherRows, target) => {
          const from = stateOf(rows, family);
          const wanted = planOf(stateOf([...rows, ...otherRows.slice(0, 5)], family));
          const found = compareForwarding(from, wanted, target);
          expect(found.every((f) => f.family === family)).toBe(true);
          const prefixes = [...rows, ...otherRows].map(({ dst }) => dst);
          const intervals = found.map(({ first, last, kernel, sandbox }) => ({
            first: bitsOf(first),
            last: bitsOf(last),
            ways: `${wayOf(kernel)} / ${wayOf(sandbox)}`,
          }));
          const compared = scanned(from, wanted, target.lookup, family, prefixes).map((at) => ({
            bits: at.bits,
            found: intervals
              .filter(({ first, last }) => first <= at.bits && at.bits <= last)
              .map(({ ways }) => ways),
            scanned: at.kernel === at.sandbox ? [] : [`${at.kernel} / ${at.sandbox}`],
          }));
          expect(compared.filter((at) => at.found.join() !== at.scanned.join())).toStrictEqual([]);
        },
      ),
      cases(40),
    );
  });

  test.for(['inet', 'inet6'] as const)(
    '%s: one planted route is one difference, at its first address',
    (family) => {
      fc.assert(
        fc.property(table(family), nestedPrefix(family), (rows, dst) => {
          fc.pre(!rows.some((row) => row.dst === dst));
          const from = stateOf(rows, family);
          const wanted = planOf(from);
          expect(compareForwarding(from, wanted, LONGEST)).toStrictEqual([]);
          const planted = {
            ...from,
            routes: [...from.routes, route(dst, { oif: 4, gateway: '2001:db8::dead' })],
          };
          const found = compareForwarding(planted, wanted, LONGEST);
          const prefixes = [...rows.map((row) => row.dst), dst];
          const smallest = scanned(planted, wanted, 'longest-prefix', family, prefixes).find(
            ({ kernel, sandbox }) => kernel !== sandbox,
          );
          expect(found[0]?.first).toBe(smallest && canonical(smallest.bits));
          for (const f of found) expect(f.kernelRoute).toBe(`routes[${rows.length}]`);
        }),
        cases(60),
      );
    },
  );

  test.for(['inet', 'inet6'] as const)(
    '%s: ordered for the first match, there is none',
    (family) => {
      fc.assert(
        fc.property(table(family), (rows) => {
          const from = stateOf(rows, family);
          const wanted = planOf(from);
          const order = orderForFirstMatch(wanted.loopbackLinks, wanted.fdLinks);
          fc.pre(order.unsplit.length === 0);
          const { loopbackLinks, fdLinks } = order;
          expect(
            compareForwarding(from, { ...wanted, loopbackLinks, fdLinks }, FIRST),
          ).toStrictEqual([]);
        }),
        cases(60),
      );
    },
  );
});

test('texts of decisions', () => {
  expect(
    [
      { _tag: 'Special', type: 'local' },
      { _tag: 'NoRoute' },
      { _tag: 'Drop', type: 'throw' },
      { _tag: 'Forward', link: 'eth0', gateway: null },
    ].map((fate) => fateText(fate as never)),
  ).toStrictEqual(['local', 'no route', 'dropped (throw)', 'on-link on eth0']);
  expect(endOf({ _tag: 'Drop', type: 'prohibit' })).toBe(endOf({ _tag: 'NoRoute' }));
});
