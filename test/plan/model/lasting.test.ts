/** Lasting content: what passes by itself is not in it, and everything else is, in one order. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { Accounted } from '../../../src/plan/model/account.js';
import { closed } from '../../../src/plan/model/closed.js';
import { deepFreeze } from '../../../src/plan/model/deep-freeze.js';
import { ROUTE_FLAGS } from '../../../src/plan/model/kernel-names/route.js';
import {
  lastingAddress,
  lastingNeighbor,
  lastingRoute,
  lastingRule,
} from '../../../src/plan/model/lasting.js';
import { identityOf, lasts, objectsOf } from '../../../src/plan/model/lasting-object.js';
import { lastingRecord } from '../../../src/plan/model/lasting-record.js';
import { keyOf } from '../../../src/plan/model/object-key.js';
import { NamespaceState, type Neighbor, type Rule } from '../../../src/plan/model/state.js';
import { arbitraryState } from '../../support/arbitrary-state.js';
import { cases } from '../../support/cases.js';
import { address, dualStack, route } from '../../support/states.js';

const record = closed('Record', { a: t.string }, { b: t.string });

test('a field without a decision does not compile, and fails as soon as it is loaded', () => {
  // @ts-expect-error: b has no decision
  expect(() => lastingRecord('Lasting', record, { a: 'lasts' })).toThrow(TypeError);
  const { of } = lastingRecord('Lasting', record, { a: 'lasts', b: 'passes' });
  expect(of({ a: '1', b: '2' })).toStrictEqual({ a: '1' });
});

const plain = route('10.0.0.0/8', { oif: 2, gateway: '10.0.0.1' });

test.each(['linkdown', 'offload', 'trap', 'rt_offload', 'rt_trap', 'rt_offload_failed'])(
  '%s comes and goes by itself, on a route and on a leg of one',
  (flag) => {
    expect(ROUTE_FLAGS.map(([, name]) => name)).toContain(flag);
    expect(lastingRoute({ ...plain, flags: [flag] })).toStrictEqual(lastingRoute(plain));
    expect(lastingRoute({ ...plain, flags: ['onlink', flag] }).flags).toStrictEqual(['onlink']);
    const [leg] = [{ weight: 1, gateway: plain.gateway }] as const;
    const legs = (flags: object) =>
      lastingRoute(route('10.0.0.0/8', { nexthops: [{ ...leg, ...flags }] }));
    expect(legs({ flags: [flag] })).toStrictEqual(legs({}));
  },
);

test('of lifetimes it lasts that they end', () => {
  const left = (validLft: number | null, preferredLft: number | null) =>
    lastingAddress(address(2, '192.0.2.2/24', { validLft, preferredLft }));
  expect(left(300, 200)).toStrictEqual(left(299, 199));
  expect(left(300, 200)).toMatchObject({ expires: true, deprecates: true });
  expect(left(null, 200)).not.toHaveProperty('expires');
  expect(left(null, null)).not.toHaveProperty('deprecates');
  expect(lastingRoute({ ...plain, expires: 7 })).toStrictEqual(
    lastingRoute({ ...plain, expires: 6 }),
  );
  expect(lastingRoute({ ...plain, expires: 7 })).not.toStrictEqual(lastingRoute(plain));
});

test('a mask of all bits is no mask', () => {
  const rule = { family: 'inet', priority: 9, action: 'to_tbl', fwmark: 1 } as Rule;
  expect(lastingRule({ ...rule, fwmask: 0xffff_ffff })).toStrictEqual(lastingRule(rule));
  expect(lastingRule({ ...rule, fwmask: 0xff })).not.toStrictEqual(lastingRule(rule));
});

test('of a cache entry nothing lasts but its key', () => {
  const [permanent] = dualStack.neighbors;
  if (permanent === undefined) throw new Error('no neighbor');
  const cached: Neighbor = { ...permanent, state: ['reachable'], flags: ['router'] };
  const { ifindex, family, dst } = cached;
  expect(lastingNeighbor(cached)).toStrictEqual({ ifindex, family, dst, state: [], flags: [] });
  expect(lasts({ neighbor: lastingNeighbor(cached) })).toBe(false);
  expect(lastingNeighbor(permanent)).toStrictEqual(permanent);
  expect(lasts({ neighbor: lastingNeighbor(permanent) })).toBe(true);
  const proxy = lastingNeighbor({ ...permanent, state: [], flags: ['proxy'] });
  expect(lasts({ neighbor: proxy })).toBe(true);
  expect(keyOf({ neighbor: proxy })).not.toBe(keyOf({ neighbor: permanent }));
});

describe('the objects of any state', () => {
  test('have one identity whatever order their fields have', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, one]) => [key, reversed(one)]),
      );
    };
    fc.assert(
      fc.property(arbitraryState, (state) => {
        const turned = reversed(state) as typeof state;
        const identities = (of: typeof state) =>
          objectsOf(of).map(({ object }) => identityOf(object));
        expect(identities(turned)).toStrictEqual(identities(state));
      }),
      cases(100),
    );
  });

  test('are their own: freezing them leaves the state as it is', () => {
    const given = structuredClone(dualStack);
    const routes = [
      ...given.routes,
      route('10.1.0.0/16', { metrics: { mtu: 9 }, other: { 9: '00' } }),
    ];
    deepFreeze(objectsOf({ ...given, routes }));
    const held = [...given.links, ...routes].flatMap((one) => [one, ...Object.values(one)]);
    expect(held.filter((one) => typeof one === 'object' && Object.isFrozen(one))).toStrictEqual([]);
  });

  test('are of the codecs of a plan', () => {
    fc.assert(
      fc.property(arbitraryState, (given) => {
        const state = NamespaceState.decode(given);
        if (E.isLeft(state)) throw new Error('no state');
        for (const { path, object } of objectsOf(state.right)) {
          const entry = { object: path, class: 'dropped', code: 'x', lasts: true, ...object };
          expect(Accounted.is(entry), JSON.stringify(entry)).toBe(true);
        }
      }),
      cases(50),
    );
  });
});
