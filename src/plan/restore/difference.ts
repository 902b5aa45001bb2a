/** What two states of one namespace differ in, in words, ignoring what changes by itself. */

import { groupBy } from 'fp-ts/lib/NonEmptyArray.js';
import { type LinkNames, linkNames } from '../model/link-names.js';
import { without } from '../model/multiset.js';
import type { Address, NamespaceState, Route } from '../model/state.js';
import {
  addressText,
  isLastingNeighbor,
  linkText,
  neighborText,
  nexthopText,
  routeText,
  ruleText,
} from '../views/object-text.js';
import { addressKey, orderGroup, sameAddress } from './addresses.js';
import { byIndex, isKernelManaged, routeGroup, sideEffects } from './routes.js';

export interface StateDifference {
  /** in `before`, not in `now` */
  readonly gone: ReadonlyArray<string>;
  /** in `now`, not in `before` */
  readonly come: ReadonlyArray<string>;
  /** in both, in another order where order means something */
  readonly moved: ReadonlyArray<string>;
}

const NO_NAMES: LinkNames = new Map();

const compareLists = <A>(
  before: ReadonlyArray<A>,
  now: ReadonlyArray<A>,
  key: (a: A) => string,
  texts: readonly [(a: A) => string, (a: A) => string],
): StateDifference => ({
  gone: without(before, now, key).map(texts[0]),
  come: without(now, before, key).map(texts[1]),
  moved: [],
});

const NONE: StateDifference = { gone: [], come: [], moved: [] };
const joined = (parts: ReadonlyArray<StateDifference>): StateDifference =>
  parts.reduce(
    (sum, part) => ({
      gone: [...sum.gone, ...part.gone],
      come: [...sum.come, ...part.come],
      moved: [...sum.moved, ...part.moved],
    }),
    NONE,
  );

/** Groups with the same members in both, in another order. */
const movedIn = <A>(
  before: ReadonlyArray<A>,
  now: ReadonlyArray<A>,
  group: (a: A) => string,
  key: (a: A) => string,
  text: (a: A) => string,
): ReadonlyArray<string> => {
  const after = groupBy(group)([...now]);
  return Object.entries(groupBy(group)([...before])).flatMap(([name, members]) => {
    const were = members.map(key);
    const wanted = new Set(were);
    const are = (after[name] ?? []).map(key).filter((k) => wanted.has(k));
    const same = are.length !== were.length || were.every((k, i) => are[i] === k);
    return same ? [] : [`order of ${members.map(text).join(', ')}`];
  });
};

const compareAddresses = (before: NamespaceState, now: NamespaceState): StateDifference => {
  const current = new Map(now.addresses.map((a) => [addressKey(a), a]));
  const former = new Map(before.addresses.map((a) => [addressKey(a), a]));
  const differs = (a: Address, other: Address | undefined) =>
    other === undefined || !sameAddress(a, other);
  const were = addressText(linkNames(before));
  return {
    gone: before.addresses.filter((a) => differs(a, current.get(addressKey(a)))).map(were),
    come: now.addresses
      .filter((a) => differs(a, former.get(addressKey(a))))
      .map(addressText(linkNames(now))),
    moved: movedIn(before.addresses, now.addresses, orderGroup, addressKey, were),
  };
};

const compareRoutes = (before: NamespaceState, now: NamespaceState): StateDifference => {
  const were = routeText(linkNames(before));
  // A kernel-managed route that came belongs to an address that passed duplicate detection.
  const come = without(now.routes, before.routes, byIndex).filter((r) => !isKernelManaged(r));
  const placed = (routes: ReadonlyArray<Route>) => routes.filter((r) => !isKernelManaged(r));
  return {
    gone: without(before.routes, now.routes, byIndex).map(were),
    come: come.map(routeText(linkNames(now))),
    moved: movedIn(placed(before.routes), placed(now.routes), routeGroup, byIndex, were),
  };
};

const compareNeighbors = (before: NamespaceState, now: NamespaceState): StateDifference =>
  compareLists(
    before.neighbors.filter(isLastingNeighbor),
    now.neighbors.filter(isLastingNeighbor),
    neighborText(NO_NAMES),
    [neighborText(linkNames(before)), neighborText(linkNames(now))],
  );

/** Every lasting difference: dynamic neighbors, carrier, counters and seconds that passed are none. */
export const compareStates = (before: NamespaceState, now: NamespaceState): StateDifference => {
  const link = linkText(NO_NAMES);
  const nexthop = nexthopText(NO_NAMES);
  return joined([
    compareLists(before.links, now.links, link, [link, link]),
    compareAddresses(before, now),
    compareRoutes(before, now),
    compareLists(before.rules, now.rules, ruleText, [ruleText, ruleText]),
    compareNeighbors(before, now),
    compareLists(before.nexthops, now.nexthops, nexthop, [nexthop, nexthop]),
  ]);
};

/** `compareStates` as lines: `- ` gone, `+ ` came, `~ ` moved. Empty: the states are the same. */
export const differences = (before: NamespaceState, now: NamespaceState): ReadonlyArray<string> => {
  const { gone, come, moved } = compareStates(before, now);
  return [
    ...gone.map((text) => `- ${text}`),
    ...come.map((text) => `+ ${text}`),
    ...moved.map((text) => `~ ${text}`),
  ];
};

/**
 * What is left to put back, as lines of `differences`: what others changed in the meantime (a renamed
 * link, a route of theirs) is not.
 */
export const notRestored = (before: NamespaceState, now: NamespaceState): ReadonlyArray<string> => {
  const { gone, moved } = joined([
    compareAddresses(before, now),
    compareRoutes(before, now),
    compareNeighbors(before, now),
  ]);
  const came = sideEffects(before, now).map(routeText(linkNames(now)));
  return [
    ...gone.map((text) => `- ${text}`),
    ...came.map((text) => `+ ${text}`),
    ...moved.map((text) => `~ ${text}`),
  ];
};

/** An address `seconds` later: lifetimes run down, the preferred one ends in `deprecated`, the valid one in nothing. */
const agedAddress = (a: Address, seconds: number): ReadonlyArray<Address> => {
  if (a.validLft !== null && a.validLft <= seconds) return [];
  const validLft = a.validLft === null ? null : a.validLft - seconds;
  const preferredLft = a.preferredLft === null ? null : Math.max(0, a.preferredLft - seconds);
  const deprecated = preferredLft === 0 && !a.flags.includes('deprecated');
  const flags = deprecated ? [...a.flags, 'deprecated'] : a.flags;
  return [{ ...a, validLft, preferredLft, flags }];
};

const agedRoute = (r: Route, seconds: number): ReadonlyArray<Route> => {
  if (r.expires === undefined) return [r];
  return r.expires <= seconds ? [] : [{ ...r, expires: r.expires - seconds }];
};

/** The state that would have become of `before` in `seconds` (whole, 0 or more) if nobody had touched it. */
export const aged = (before: NamespaceState, seconds: number): NamespaceState =>
  seconds === 0
    ? before
    : {
        ...before,
        addresses: before.addresses.flatMap((a) => agedAddress(a, seconds)),
        routes: before.routes.flatMap((r) => agedRoute(r, seconds)),
      };
