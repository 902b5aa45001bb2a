/** A plan fits exactly the namespace it was made from: every kind of change is named, passing ones are not. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { trusted } from '../../../src/plan/model/scalars.js';
import type { Address, NamespaceState } from '../../../src/plan/model/state.js';
import { staleness } from '../../../src/plan/restore/stale.js';
import { compile } from '../../../src/plan/rules/compile.js';
import { FAKE_NAMESPACES } from '../../support/fake-namespaces.js';

const make = FAKE_NAMESPACES['sources across links'];
if (make === undefined) throw new Error('no such namespace');
const state = make().state();
const identity = { inode: '4026532300', cookie: '41', root: false };
const compiled = compile({})(state);
if (E.isLeft(compiled)) throw new Error(JSON.stringify(compiled.left));
const plan = compiled.right;

/** The state with object `index` of a list changed; the values are what another observation could give. */
const changed = (list: keyof NamespaceState, index: number, change: object): NamespaceState => {
  const objects = state[list];
  if (!Array.isArray(objects)) throw new Error(list);
  const next = objects.map((object, i) => (i === index ? { ...object, ...change } : object));
  return { ...state, [list]: next };
};

const first = (list: 'routes', dst: string): number => state[list].findIndex((r) => r.dst === dst);

test('the same state fits', () => {
  expect(staleness(plan, state, identity)).toBeNull();
});

describe('a change of', () => {
  const route = first('routes', '203.0.113.0/24');
  test.each([
    ["a link's name", changed('links', 1, { name: 'eth9' })],
    ["a link's mtu", changed('links', 1, { mtu: 1400 })],
    ["a link's address", changed('links', 1, { address: '02:00:00:00:00:99' })],
    ["a link's flags", changed('links', 1, { flags: ['BROADCAST'] })],
    ["a link's kind", changed('links', 1, { kind: 'macvlan' })],
    ['an address', changed('addresses', 0, { local: '192.0.2.99' })],
    ['a prefix length', changed('addresses', 0, { prefixLen: 25 })],
    ['a peer', changed('addresses', 0, { peer: '192.0.2.3' })],
    ["an address's label", changed('addresses', 0, { label: 'eth0:x' })],
    ["an address's scope", changed('addresses', 0, { scope: 'link' })],
    ['the outcome of duplicate detection', changed('addresses', 0, { flags: ['dadfailed'] })],
    ["a route's gateway", changed('routes', route, { gateway: '198.51.100.9' })],
    ["a route's source", changed('routes', route, { prefsrc: '198.51.100.2' })],
    ["a route's metric", changed('routes', route, { metric: 7 })],
    ["a route's table", changed('routes', route, { table: 7 })],
    ["a route's type", changed('routes', route, { type: 'blackhole' })],
    ["a route's link", changed('routes', route, { oif: 2 })],
    ["a route's metrics", changed('routes', route, { metrics: { mtu: 1400 } })],
    ['a permanent neighbor', changed('neighbors', 0, { lladdr: '02:00:00:00:00:99' })],
  ])('%s is named on both sides', (_, now) => {
    const stale = staleness(plan, now, identity);
    const { gone = [], come = [], changed = [] } = stale ?? {};
    expect([gone.length, come.length].map((n) => n + changed.length)).toStrictEqual([1, 1]);
    expect(stale?.identity).toBeNull();
  });

  test('what the kernel knows an object by is another object, what it does not is a change', () => {
    const kinds = (now: NamespaceState) => {
      const { gone = [], come = [], changed = [] } = staleness(plan, now, identity) ?? {};
      return [gone.length, come.length, changed.length];
    };
    expect(kinds(changed('addresses', 0, { prefixLen: 25 }))).toStrictEqual([1, 1, 0]);
    expect(kinds(changed('addresses', 0, { scope: 'link' }))).toStrictEqual([0, 0, 1]);
    expect(kinds(changed('routes', route, { metric: 7 }))).toStrictEqual([1, 1, 0]);
    expect(kinds(changed('routes', route, { gateway: '198.51.100.9' }))).toStrictEqual([0, 0, 1]);
  });

  test.each(['links', 'addresses', 'routes', 'neighbors'] as const)('the number of %s', (list) => {
    const fewer = { ...state, [list]: state[list].slice(1) };
    expect(staleness(plan, fewer, identity)).toMatchObject({ come: [], identity: null });
    expect(staleness(plan, fewer, identity)?.gone).toHaveLength(1);
  });

  test('a rule that came', () => {
    const rules = [{ family: 'inet' as const, priority: 9, action: 'to_tbl', table: 100 }];
    expect(staleness(plan, { ...state, rules }, identity)?.come).toStrictEqual([
      { rule: rules[0] },
    ]);
  });
});

describe('what passes by itself is no change:', () => {
  test.each([
    ['the neighbor cache', { ...state, neighbors: [...state.neighbors, dynamicNeighbor()] }],
    ['carrier', changed('links', 1, { carrier: false, operstate: 'DOWN' })],
    [
      'the end of duplicate detection',
      changed('addresses', 0, { flags: ['permanent', 'tentative'] }),
    ],
    [
      'the local route after it',
      { ...state, routes: state.routes.filter((r) => r.family === 'inet' || r.type !== 'local') },
    ],
  ])('%s', (_, now) => {
    expect(staleness(plan, now, identity)).toBeNull();
  });
});

test('a plan made a moment later is the same bytes', () => {
  const moment = (left: number, nud: string): NamespaceState => {
    const timed = { ...state.addresses[0], validLft: left, preferredLft: left } as Address;
    const learned = { ...dynamicNeighbor(), dst: trusted.ipAddress('192.0.2.50'), state: [nud] };
    return {
      ...state,
      links: state.links.map((one) => ({ ...one, operstate: nud, flags: [...one.flags, nud] })),
      addresses: [timed, ...state.addresses.slice(1)],
      routes: state.routes.map((one, i) => (i === 0 ? { ...one, expires: left } : one)),
      neighbors: [...state.neighbors, learned],
    };
  };
  const once = compile({})(moment(300, 'DORMANT'));
  expect(E.isRight(once)).toBe(true);
  expect(JSON.stringify(compile({})(moment(299, 'LOWER_UP')))).toBe(JSON.stringify(once));
});

describe('identity', () => {
  const made = { ...plan, basis: { ...plan.basis, netns: identity } };

  test('another cookie is another namespace, also under the same inode', () => {
    expect(staleness(made, state, { ...identity, cookie: '42' })?.identity).toStrictEqual([
      identity,
      { ...identity, cookie: '42' },
    ]);
  });

  test('a kernel without cookies is told apart by the inode', () => {
    const old = { ...identity, cookie: '0' };
    expect(staleness(made, state, old)).toBeNull();
    expect(staleness(made, state, { ...old, inode: '1' })?.identity).not.toBeNull();
  });

  test('a plan of a state without identity is compared by its objects alone', () => {
    const { netns: _, ...basis } = plan.basis;
    expect(staleness({ ...plan, basis }, state, { ...identity, cookie: '7' })).toBeNull();
  });
});

function dynamicNeighbor() {
  const [neighbor] = state.neighbors;
  if (neighbor === undefined) throw new Error('no neighbor');
  return { ...neighbor, state: ['reachable'] };
}
