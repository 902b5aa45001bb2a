import { describe, expect, test } from 'vitest';
import { trusted } from '../../../src/plan/model/scalars.js';
import type { NamespaceState, NexthopObject, Route } from '../../../src/plan/model/state.js';
import { fateText, NO_ROUTE } from '../../../src/plan/routing/fate.js';
import { valueAt } from '../../../src/plan/routing/intervals.js';
import { mainTableFates } from '../../../src/plan/routing/kernel-table.js';
import { rangeOf } from '../../../src/plan/routing/prefix-range.js';
import { address, link, lo, route, state } from '../../support/states.js';

const links = [lo, link(2, 'eth0'), link(3, 'eth1'), link(4, 'eth2', { flags: ['BROADCAST'] })];

/** What the kernel does with a packet to `destination`, and the route it takes. */
const decide = (
  destination: string,
  routes: ReadonlyArray<Route>,
  more: Partial<NamespaceState> = {},
): string => {
  const family = destination.includes(':') ? 'inet6' : 'inet';
  const table = mainTableFates(state({ links, routes, ...more }), family);
  const { first } = rangeOf(trusted.prefix(`${destination}/${family === 'inet' ? 32 : 128}`));
  const found = valueAt(table, first);
  return `${fateText(found?.fate ?? NO_ROUTE)} (${found?.route ?? '-'})`;
};

const via = (dst: string, gateway: string, oif: number, more: Partial<Route> = {}): Route =>
  route(dst, { gateway, oif, ...more });

describe('of one prefix', () => {
  test('the lowest metric wins, absent being 0, whatever the type and the order', () => {
    const routes = [
      via('10.0.0.0/8', '192.0.2.1', 2, { metric: 20 }),
      route('10.0.0.0/8', { type: 'blackhole', metric: 10 }),
    ];
    expect(decide('10.0.0.1', routes)).toBe('dropped (blackhole) (routes[1])');
    expect(decide('10.0.0.1', [...routes, via('10.0.0.0/8', '192.0.2.2', 3)])).toBe(
      'via 192.0.2.2 on eth1 (routes[2])',
    );
  });

  test('of equal metrics the first in the dump wins', () => {
    const routes = [via('10.0.0.0/8', '192.0.2.1', 2), via('10.0.0.0/8', '192.0.2.2', 3)];
    expect(decide('10.0.0.1', routes)).toBe('via 192.0.2.1 on eth0 (routes[0])');
  });

  test('of equal IPv6 metrics the highest router preference wins, medium where none is sent', () => {
    const routes = [
      via('::/0', 'fe80::1', 2, { pref: 'low' }),
      via('::/0', 'fe80::2', 2),
      via('::/0', 'fe80::3', 2, { pref: 'high', metric: 9 }),
    ];
    expect(decide('2001:db8::1', routes)).toBe('via fe80::2 on eth0 (routes[1])');
    expect(decide('2001:db8::1', [...routes, via('::/0', 'fe80::4', 2, { pref: 'high' })])).toBe(
      'via fe80::4 on eth0 (routes[3])',
    );
  });
});

describe('routes of some packets only', () => {
  test('a TOS route is passed over', () => {
    const routes = [
      via('10.0.0.0/8', '192.0.2.1', 2, { tos: 16 }),
      via('10.0.0.0/8', '192.0.2.2', 2),
    ];
    expect(decide('10.0.0.1', routes)).toBe('via 192.0.2.2 on eth0 (routes[1])');
  });

  test('a source route is passed over and hides plain routes to its very prefix, but not defaults', () => {
    const src = trusted.prefix('2001:db8:1::/48');
    const routes = [
      via('2001:db8::/32', 'fe80::1', 2),
      via('2001:db8:ff::/48', 'fe80::2', 2),
      via('2001:db8:ff::/48', 'fe80::3', 2, { src }),
      via('::/0', 'fe80::4', 2, { src }),
      via('::/0', 'fe80::5', 2),
    ];
    expect(decide('2001:db8:ff::1', routes)).toBe('via fe80::1 on eth0 (routes[0])');
    expect(decide('2001:dead::1', routes)).toBe('via fe80::5 on eth0 (routes[4])');
  });

  test('routes of other tables are not of the main table', () => {
    const routes = [via('10.0.0.0/8', '192.0.2.1', 2, { table: 100 })];
    expect(decide('10.0.0.1', routes)).toBe('no route (-)');
  });
});

describe('types', () => {
  test.for(['blackhole', 'unreachable', 'prohibit', 'throw'])('%s drops', (type) => {
    const routes = [via('10.0.0.0/8', '192.0.2.1', 2), route('10.1.0.0/16', { type })];
    expect(decide('10.1.0.1', routes)).toBe(`dropped (${type}) (routes[1])`);
  });

  test.for(['local', 'broadcast', 'anycast', 'multicast'])('%s is no forwarding', (type) => {
    expect(decide('10.1.0.1', [route('10.1.0.0/16', { type, oif: 2 })])).toBe(
      `${type} (routes[0])`,
    );
  });

  test('a dropping IPv6 route names lo and drops even where lo is down', () => {
    const down = [{ ...lo, flags: ['LOOPBACK'] }];
    const routes = [route('2001:db8::/32', { type: 'blackhole', oif: 1 })];
    expect(decide('2001:db8::1', routes, { links: down })).toBe('dropped (blackhole) (routes[0])');
  });

  test('a unicast route to lo drops', () => {
    expect(decide('10.0.0.1', [route('10.0.0.0/8', { oif: 1 })])).toBe(
      'dropped (loopback) (routes[0])',
    );
  });
});

describe('ways out', () => {
  test('a link that is down or a dead route gives way to the next route, then to shorter prefixes', () => {
    const routes = [
      via('10.0.0.0/8', '192.0.2.1', 2),
      via('10.1.0.0/16', '192.0.2.2', 4),
      via('10.1.0.0/16', '192.0.2.3', 3, { metric: 5, flags: ['dead', 'linkdown'] }),
    ];
    expect(decide('10.1.0.1', routes)).toBe('via 192.0.2.1 on eth0 (routes[0])');
  });

  test('a link without carrier is used', () => {
    expect(decide('10.0.0.1', [via('10.0.0.0/8', '192.0.2.1', 2, { flags: ['linkdown'] })])).toBe(
      'via 192.0.2.1 on eth0 (routes[0])',
    );
  });

  test('a gateway that is an own address means on-link', () => {
    expect(
      decide('10.0.0.1', [via('10.0.0.0/8', '192.0.2.2', 2)], {
        addresses: [address(2, '192.0.2.2/24')],
      }),
    ).toBe('on-link on eth0 (routes[0])');
  });

  test('of a multipath the legs that can be used', () => {
    const nexthops = [
      { weight: 1, ifindex: 2, gateway: '192.0.2.1' },
      { weight: 1, ifindex: 3 },
      { weight: 1, ifindex: 3, gateway: '192.0.2.3', flags: ['dead'] },
      { weight: 1, ifindex: 4, gateway: '192.0.2.4' },
    ];
    const all = route('10.0.0.0/8', { nexthops });
    expect(decide('10.0.0.1', [all])).toBe(
      'multipath via 192.0.2.1 on eth0, on-link on eth1 (routes[0])',
    );
    const one = route('10.0.0.0/8', { nexthops: nexthops.filter((_, i) => i !== 1) });
    expect(decide('10.0.0.1', [one])).toBe('via 192.0.2.1 on eth0 (routes[0])');
    const none = route('10.0.0.0/8', { nexthops: nexthops.slice(2) });
    expect(decide('10.0.0.1', [none])).toBe('no route (-)');
  });

  test('a route by nexthop id alone, as without nexthop_compat_mode', () => {
    const object = (id: number, more: Partial<NexthopObject>): NexthopObject => ({
      id,
      family: 'inet',
      protocol: 'boot',
      scope: 'global',
      flags: [],
      ...more,
    });
    const hop = (id: number, oif: number) =>
      object(id, { oif: trusted.ifIndex(oif), gateway: trusted.ipAddress(`192.0.2.${id}`) });
    const nexthops = [
      hop(1, 2),
      hop(2, 3),
      object(3, {
        group: [
          { id: 1, weight: 1 },
          { id: 2, weight: 1 },
        ],
      }),
      object(4, { blackhole: true }),
    ];
    const by = (nhid: number) => decide('10.0.0.1', [route('10.0.0.0/8', { nhid })], { nexthops });
    expect(by(1)).toBe('via 192.0.2.1 on eth0 (routes[0])');
    expect(by(3)).toBe('multipath via 192.0.2.1 on eth0, via 192.0.2.2 on eth1 (routes[0])');
    expect(by(4)).toBe('dropped (blackhole) (routes[0])');
    expect(by(5)).toBe('no route (-)');
  });
});
