/** The routes that are missing, changed or out of order, as changes that bring them back. */
import { groupBy } from 'fp-ts/lib/NonEmptyArray.js';
import { isKernelManaged, lastingRoute } from '../model/lasting.js';
import type { NetlinkChange } from '../model/netlink-change.js';
import { addressKey, routeKey } from '../model/object-key.js';
import type { NamespaceState, Route } from '../model/state.js';
import { commonPrefix } from './addresses.js';

/** A route's lasting content as a text: equal texts are equal routes. */
const contentOf = (r: Route): string => JSON.stringify(lastingRoute(r));

/** Whether a route that IPv6 makes itself is missing of an address that is back. */
export const isOnItsWay = (before: NamespaceState, now: NamespaceState): boolean => {
  const there = new Set(now.routes.map(contentOf));
  const own = new Set(now.addresses.map(({ ifindex, local }) => `${ifindex} ${local}/128`));
  return before.routes.some(
    (r) => isKernelManaged(r) && own.has(`${r.oif} ${r.dst}`) && !there.has(contentOf(r)),
  );
};

/** What stays of a route when the kernel took its `src` (IPv6) or marked a leg dead (IPv4 multipath). */
const shape = (r: Route): string => {
  const { prefsrc: _, ...rest } = r;
  const alive = (flags: ReadonlyArray<string>) => flags.filter((flag) => flag !== 'dead');
  const nexthops = r.nexthops?.map((hop) => ({ ...hop, flags: alive(hop.flags ?? []) }));
  return contentOf({
    ...rest,
    flags: alive(r.flags),
    ...(nexthops === undefined ? {} : { nexthops }),
  });
};

const usesGateway = (r: Route): boolean =>
  r.gateway !== undefined ||
  r.nhid !== undefined ||
  (r.nexthops ?? []).some((hop) => hop.gateway !== undefined);

/** Links on which somebody else added an address since `before`: the routes that came with it are theirs. */
const foreignLinks = (before: NamespaceState, now: NamespaceState): ReadonlySet<number> => {
  const known = new Set(before.addresses.map(addressKey));
  return new Set(now.addresses.filter((a) => !known.has(addressKey(a))).map((a) => a.ifindex));
};

/** Kernel-made routes that were not there before: those of an address added back, whose own had been removed. */
export const sideEffects = (before: NamespaceState, now: NamespaceState): ReadonlyArray<Route> => {
  const shapes = new Set(before.routes.map(shape));
  const foreign = foreignLinks(before, now);
  return now.routes.filter(
    (r) =>
      r.protocol === 'kernel' &&
      !isKernelManaged(r) &&
      !shapes.has(shape(r)) &&
      !foreign.has(r.oif ?? 0),
  );
};

interface GroupChange {
  readonly removals: ReadonlyArray<Route>;
  readonly puts: ReadonlyArray<{
    readonly route: Route;
    readonly mode: 'add' | 'append' | 'replace';
  }>;
}

/** `have` without side effects. A single changed route is replaced in one step; others are removed and appended. */
const changeGroup = (want: ReadonlyArray<Route>, have: ReadonlyArray<Route>): GroupChange => {
  const [only] = want;
  const shapes = new Set(want.map(shape));
  const own = have.filter((r) => shapes.has(shape(r)));
  if (only !== undefined && want.length === 1 && have.length === 1 && own.length === 1) {
    const same = own.some((r) => contentOf(r) === contentOf(only));
    return { removals: [], puts: same ? [] : [{ route: only, mode: 'replace' }] };
  }
  const kept = commonPrefix(own.map(contentOf), want.map(contentOf));
  const removals = own.slice(kept);
  const empty = have.length === removals.length;
  return {
    removals,
    puts: want
      .slice(kept)
      .map((route, i) => ({ route, mode: empty && i === 0 ? 'add' : 'append' })),
  };
};

/**
 * Groups of on-link routes come before groups with gateways, which the kernel takes only when it can
 * reach the gateway by a route that exists. Inside a group the order is the one of `before`.
 */
export const routeRestoration = (
  before: NamespaceState,
  now: NamespaceState,
): ReadonlyArray<NetlinkChange> => {
  const unwanted = new Set(sideEffects(before, now));
  const grouped = (routes: ReadonlyArray<Route>) =>
    groupBy<Route>(routeKey)(routes.filter((r) => !isKernelManaged(r) && !unwanted.has(r)));
  const have = grouped(now.routes);
  const groups = Object.entries(grouped(before.routes));
  const onLinkFirst = [
    ...groups.filter(([, routes]) => !routes.some(usesGateway)),
    ...groups.filter(([, routes]) => routes.some(usesGateway)),
  ];
  const changes = onLinkFirst.map(([key, want]) => changeGroup(want, have[key] ?? []));
  const removals = [...changes.flatMap((change) => change.removals).toReversed(), ...unwanted];
  return [
    ...removals.map((route): NetlinkChange => ({ _tag: 'RemoveRoute', route })),
    ...changes.flatMap((change) =>
      change.puts.map((put): NetlinkChange => ({ _tag: 'PutRoute', ...put })),
    ),
  ];
};
