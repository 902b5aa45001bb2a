/** What two states of one namespace differ in, ignoring what changes by itself. */
import { groupBy } from 'fp-ts/lib/NonEmptyArray.js';
import {
  isKernelManaged,
  isLastingNeighbor,
  lastingAddress,
  lastingLink,
  lastingNeighbor,
  lastingNexthopObject,
  lastingRoute,
  lastingRule,
} from '../model/lasting.js';
import { identityOf, type LastingObject } from '../model/lasting-object.js';
import { linkNames } from '../model/link-names.js';
import { addressKey, routeKey } from '../model/object-key.js';
import type { Address, NamespaceState, Route } from '../model/state.js';
import { hasPlace, orderGroup, sameAddress } from './addresses.js';
import {
  compareObjects,
  type NamedDifference,
  type ObjectDifference,
} from './object-difference.js';
import { sideEffects } from './routes.js';

export interface StateDifference extends NamedDifference {
  /** in both, in another order where order means something: each group as it was */
  readonly moved: ReadonlyArray<ReadonlyArray<LastingObject>>;
}

type Part = Omit<StateDifference, 'names'>;

const addressOf = (one: Address): LastingObject => ({ address: lastingAddress(one) });
const routeOf = (one: Route): LastingObject => ({ route: lastingRoute(one) });

const unmoved = (difference: ObjectDifference): Part => ({ ...difference, moved: [] });

/** Groups with the same members in both, in another order. */
const movedIn = <A>(
  before: ReadonlyArray<A>,
  now: ReadonlyArray<A>,
  group: (a: A) => string,
  key: (a: A) => string,
  of: (a: A) => LastingObject,
): Part['moved'] => {
  const after = groupBy(group)([...now]);
  return Object.entries(groupBy(group)([...before])).flatMap(([name, members]) => {
    const were = members.map(key);
    const wanted = new Set(were);
    const are = (after[name] ?? []).map(key).filter((k) => wanted.has(k));
    const same = are.length !== were.length || were.every((k, i) => are[i] === k);
    return same ? [] : [members.map(of)];
  });
};

/** By all that the kernel lets one set, the seconds of lifetimes included. */
const compareAddresses = (before: NamespaceState, now: NamespaceState): Part => {
  const current = new Map(now.addresses.map((a) => [addressKey(a), a]));
  const former = new Set(before.addresses.map(addressKey));
  return {
    gone: before.addresses.filter((a) => !current.has(addressKey(a))).map(addressOf),
    come: now.addresses.filter((a) => !former.has(addressKey(a))).map(addressOf),
    changed: before.addresses.flatMap((a) => {
      const found = current.get(addressKey(a));
      return found === undefined || sameAddress(a, found)
        ? []
        : [{ before: addressOf(a), after: addressOf(found) }];
    }),
    moved: movedIn(
      before.addresses.filter(hasPlace),
      now.addresses,
      orderGroup,
      addressKey,
      addressOf,
    ),
  };
};

const compareRoutes = (before: NamespaceState, now: NamespaceState): Part => {
  const placed = (routes: ReadonlyArray<Route>) => routes.filter((r) => !isKernelManaged(r));
  const content = (r: Route): string => identityOf(routeOf(r));
  const found = compareObjects(before.routes.map(routeOf), now.routes.map(routeOf));
  return {
    ...found,
    // A kernel-managed route that came belongs to an address that passed duplicate detection.
    come: found.come.filter((one) => !('route' in one && isKernelManaged(one.route))),
    moved: movedIn(placed(before.routes), placed(now.routes), routeKey, content, routeOf),
  };
};

const compareNeighbors = (before: NamespaceState, now: NamespaceState): Part => {
  const lasting = ({ neighbors }: NamespaceState) =>
    neighbors.filter(isLastingNeighbor).map((one) => ({ neighbor: lastingNeighbor(one) }));
  return unmoved(compareObjects(lasting(before), lasting(now)));
};

const joined = (
  before: NamespaceState,
  now: NamespaceState,
  parts: ReadonlyArray<Part>,
): StateDifference => ({
  gone: parts.flatMap(({ gone }) => gone),
  come: parts.flatMap(({ come }) => come),
  changed: parts.flatMap(({ changed }) => changed),
  moved: parts.flatMap(({ moved }) => moved),
  names: [linkNames(before), linkNames(now)],
});

/**
 * Every lasting difference of what rtnetlink has: dynamic neighbors, carrier, counters and seconds that
 * passed are none. Filters are not compared: nothing that is done to a namespace touches them.
 */
export const compareStates = (before: NamespaceState, now: NamespaceState): StateDifference => {
  const compare = (of: (state: NamespaceState) => ReadonlyArray<LastingObject>) =>
    unmoved(compareObjects(of(before), of(now)));
  return joined(before, now, [
    compare(({ links }) => links.map((one) => ({ link: lastingLink(one) }))),
    compareAddresses(before, now),
    compareRoutes(before, now),
    compare(({ rules }) => rules.map((one) => ({ rule: lastingRule(one) }))),
    compareNeighbors(before, now),
    compare(({ nexthops }) => nexthops.map((one) => ({ nexthop: lastingNexthopObject(one) }))),
  ]);
};

/**
 * What is left to put back: what others changed in the meantime (a renamed link, a route of theirs) is not,
 * so what has come is the kernel's side effects alone.
 */
export const notRestored = (before: NamespaceState, now: NamespaceState): StateDifference => ({
  ...joined(before, now, [
    compareAddresses(before, now),
    compareRoutes(before, now),
    compareNeighbors(before, now),
  ]),
  come: sideEffects(before, now).map(routeOf),
});

export const isNoDifference = ({ gone, come, changed, moved }: StateDifference): boolean =>
  [gone, come, changed, moved].every(({ length }) => length === 0);
