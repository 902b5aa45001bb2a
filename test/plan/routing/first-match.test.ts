import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlannedRoute } from '../../../src/plan/model/network-plan.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { orderForFirstMatch } from '../../../src/plan/routing/first-match.js';
import {
  boundaries,
  first,
  longest,
  nestedPrefix,
  networkBits,
  sandboxRows,
} from '../../support/brute-force-routing.js';
import { cases } from '../../support/cases.js';

let counted = 0;
const planned = (destination: string, gateway: string | null = null): PlannedRoute => ({
  destination: trusted.prefix(destination),
  gateway: gateway === null ? null : trusted.ipAddress(gateway),
  from: [`routes[${counted++}]`],
});

const link = (name: string, ...routes: ReadonlyArray<PlannedRoute>) => ({
  name: trusted.ifName(name),
  routes,
});

const destinations = ({ routes }: { readonly routes: ReadonlyArray<PlannedRoute> }) =>
  routes.map(({ destination }) => destination);

describe('orderForFirstMatch', () => {
  test('inet first, then inet6, each longest first and otherwise as given', () => {
    const eth0 = link(
      'eth0',
      planned('2001:db8::/32'),
      planned('10.0.0.0/8'),
      planned('192.0.2.0/24', '10.0.0.1'),
      planned('198.51.100.0/24'),
      planned('2001:db8::/64'),
    );
    const { fdLinks, split } = orderForFirstMatch([], [eth0]);
    expect(fdLinks.map(destinations)).toStrictEqual([
      ['192.0.2.0/24', '198.51.100.0/24', '10.0.0.0/8', '2001:db8::/64', '2001:db8::/32'],
    ]);
    expect(split).toStrictEqual([]);
  });

  test('a route that covers a later link’s is replaced by the pieces around it', () => {
    const wide = { ...planned('10.0.0.0/8', '192.0.2.1'), mtu: 1400 };
    const order = orderForFirstMatch(
      [],
      [link('eth0', wide), link('eth1', planned('10.64.0.0/10'))],
    );
    expect(order.fdLinks[0]?.routes).toStrictEqual(
      ['10.0.0.0/10', '10.128.0.0/9'].map((destination) => ({ ...wide, destination })),
    );
    expect(order.fdLinks.slice(1).map(destinations)).toStrictEqual([['10.64.0.0/10']]);
    expect(order.split).toStrictEqual([{ link: 'eth0', route: wide, pieces: 2 }]);
  });

  test('a covering route on a later link is left whole', () => {
    const { fdLinks } = orderForFirstMatch(
      [],
      [link('eth0', planned('10.64.0.0/10')), link('eth1', planned('10.0.0.0/8'))],
    );
    expect(fdLinks.map(destinations)).toStrictEqual([['10.64.0.0/10'], ['10.0.0.0/8']]);
  });

  test('an on-link default gives way to every other link, for both families', () => {
    const { fdLinks } = orderForFirstMatch(
      [],
      [
        link('tun0', planned('0.0.0.0/0'), planned('::/0')),
        link('eth0', planned('128.0.0.0/2'), planned('8000::/2')),
      ],
    );
    expect(fdLinks.map(destinations)[0]).toStrictEqual([
      '0.0.0.0/1',
      '192.0.0.0/2',
      '::/1',
      'c000::/2',
    ]);
  });

  test('link-local and multicast routes of a later link split nothing: senders name the link', () => {
    const order = orderForFirstMatch(
      [],
      [
        link('eth0', planned('::/0'), planned('0.0.0.0/0')),
        link('eth1', planned('fe80::/64'), planned('ff00::/8'), planned('224.0.0.0/4')),
      ],
    );
    expect(order.split).toStrictEqual([]);
  });

  test('a blackhole on loopback gives way to longer routes of links, not to other blackholes', () => {
    const { loopbackLinks } = orderForFirstMatch(
      [link('lo', planned('10.0.0.0/8')), link('lo', planned('10.0.0.0/9'))],
      [link('eth0', planned('10.128.0.0/10'))],
    );
    expect(loopbackLinks.map(destinations)).toStrictEqual([['10.192.0.0/10'], ['10.0.0.0/9']]);
  });

  test('loopback links all drop: none is in the way of another', () => {
    const { split } = orderForFirstMatch(
      [link('lo', planned('10.0.0.0/8')), link('lo', planned('10.0.0.0/9'))],
      [],
    );
    expect(split).toStrictEqual([]);
  });

  test('pieces may hold what an earlier row decides: fewer pieces', () => {
    const { fdLinks } = orderForFirstMatch(
      [],
      [
        link('eth0', planned('10.0.0.0/8'), planned('10.0.0.0/16', '192.0.2.1')),
        link('eth1', planned('10.128.0.0/9')),
      ],
    );
    expect(fdLinks.map(destinations)[0]).toStrictEqual(['10.0.0.0/16', '10.0.0.0/9']);
  });

  test('a later route that never decides splits nothing', () => {
    const order = orderForFirstMatch(
      [],
      [
        link('eth0', planned('10.0.0.0/8'), planned('10.0.0.0/9'), planned('10.128.0.0/9')),
        link('eth1', planned('10.0.0.0/9')),
      ],
    );
    expect(order.split).toStrictEqual([]);
  });

  test('a route all of which later links decide goes', () => {
    const wide = planned('10.0.0.0/8');
    const order = orderForFirstMatch(
      [],
      [link('eth0', wide), link('eth1', planned('10.0.0.0/9'), planned('10.128.0.0/9'))],
    );
    expect(order.fdLinks[0]?.routes).toStrictEqual([]);
    expect(order.split).toStrictEqual([{ link: 'eth0', route: wide, pieces: 0 }]);
  });

  test('a route that would need too many pieces is left whole and named', () => {
    const wide = planned('::/0');
    const holes = Array.from({ length: 64 }, (_, i) =>
      planned(`2001:db8:${(i + 1).toString(16)}:8000:1:1:1:1/128`),
    );
    const narrow = planned('10.0.0.0/8');
    const order = orderForFirstMatch(
      [],
      [link('eth0', wide, narrow), link('eth1', ...holes, planned('10.128.0.0/9'))],
    );
    expect(order.unsplit).toStrictEqual([{ link: 'eth0', route: wide }]);
    expect(order.split).toStrictEqual([{ link: 'eth0', route: narrow, pieces: 1 }]);
    expect(order.fdLinks[0]?.routes).toContainEqual(wide);
  });

  test('a route one of whose pieces would be taken for IPv4 is left whole and named', () => {
    const all = planned('::/0');
    const order = orderForFirstMatch(
      [],
      [link('eth0', all), link('eth1', planned('::fffe:0:0/96'))], // beside ::ffff:0:0/96
    );
    expect(destinations(order.fdLinks[0] ?? { routes: [] })).toStrictEqual(['::/0']);
    expect(order.unsplit).toStrictEqual([{ link: 'eth0', route: all }]);
  });

  test('the bound is of all pieces together', () => {
    // Each of the 40 holes of a route leaves about 80 pieces around it: 3,200 for one route, too many for two.
    const holes = (top: string) =>
      Array.from({ length: 40 }, (_, i) =>
        planned(`${top}:db8:${(i + 1).toString(16)}::8:0:0:1/128`),
      );
    const [first, second] = [planned('2000::/8'), planned('3000::/8')];
    const order = orderForFirstMatch(
      [],
      [link('eth0', first, second), link('eth1', ...holes('2001'), ...holes('3001'))],
    );
    expect(order.split.map(({ route }) => route)).toStrictEqual([first]);
    expect(order.unsplit.map(({ route }) => route)).toStrictEqual([second]);
  });

  test('keeps everything else of the links', () => {
    const { fdLinks, loopbackLinks } = orderForFirstMatch(
      [{ ...link('lo'), addresses: [] }],
      [{ ...link('eth0'), mtu: 1500 }],
    );
    expect(fdLinks).toStrictEqual([{ name: 'eth0', routes: [], mtu: 1500 }]);
    expect(loopbackLinks).toStrictEqual([{ name: 'lo', routes: [], addresses: [] }]);
  });
});

describe('the first match is the longest prefix', () => {
  const prefix = fc.oneof(nestedPrefix('inet'), nestedPrefix('inet6'));
  const placed = fc.array(fc.record({ prefix, on: fc.nat(4), gateway: fc.boolean() }), {
    minLength: 1,
    maxLength: 250,
    size: 'max',
  });
  /** Two loopback links and three links of random routes, as the planner hands them over. */
  const linksOf = (rows: ReadonlyArray<{ prefix: string; on: number; gateway: boolean }>) => {
    const routes = (on: number) =>
      rows
        .filter((row) => row.on === on)
        .map((row) => planned(row.prefix, row.gateway && on > 1 ? '192.0.2.1' : null));
    return {
      loopbackLinks: [link('lo', ...routes(0)), link('lo', ...routes(1))],
      fdLinks: ['eth0', 'eth1', 'eth2'].map((name, i) => link(name, ...routes(i + 2))),
    };
  };

  test.for(['inet', 'inet6'] as const)('%s: in every interval, by linear scan', (family) => {
    fc.assert(
      fc.property(placed, (rows) => {
        const given = linksOf(rows);
        const order = orderForFirstMatch(given.loopbackLinks, given.fdLinks);
        fc.pre(order.unsplit.length === 0);
        const before = sandboxRows(given.loopbackLinks, given.fdLinks, family);
        const after = sandboxRows(order.loopbackLinks, order.fdLinks, family);
        const all = [...order.loopbackLinks, ...order.fdLinks].flatMap(destinations);
        const prefixes = [...rows.map((row) => row.prefix), ...all].filter(
          (p) => p.includes(':') === (family === 'inet6'),
        );
        const wrong = boundaries(family, prefixes)
          .map((address) => ({
            address,
            taken: first(after, address),
            wanted: longest(before, address),
          }))
          .filter(({ taken, wanted }) => taken !== wanted);
        expect(wrong).toStrictEqual([]);
      }),
      cases(60),
    );
  });

  test('pieces carry what their route carried and lie inside it; whole routes stay', () => {
    fc.assert(
      fc.property(placed, (rows) => {
        const given = linksOf(rows);
        const order = orderForFirstMatch(given.loopbackLinks, given.fdLinks);
        const split = new Map(order.split.map(({ route, pieces }) => [route.from[0], pieces]));
        const now = [...order.loopbackLinks, ...order.fdLinks].flatMap(({ routes }) => routes);
        for (const route of [...given.loopbackLinks, ...given.fdLinks].flatMap((l) => l.routes)) {
          const mine = now.filter(({ from }) => from[0] === route.from[0]);
          const pieces = split.get(route.from[0]);
          if (pieces === undefined) expect(mine).toStrictEqual([route]);
          else expect(mine).toHaveLength(pieces);
          for (const piece of mine) {
            const inside = networkBits(piece.destination).startsWith(
              networkBits(route.destination),
            );
            expect(inside && piece.gateway === route.gateway).toBe(true);
          }
        }
      }),
      cases(40),
    );
  });
});
