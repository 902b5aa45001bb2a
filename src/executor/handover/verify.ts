/** After the call: what of the namespace is not as the plan says it should be. */

import { linkNames } from '../../plan/model/link-names.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import type { Address, NamespaceState, Route } from '../../plan/model/state.js';
import { compareStates } from '../../plan/restore/difference.js';
import { addressText } from '../../plan/views/object-text.js';

const key = (ifindex: number, local: string, prefixLen: number, peer: string | undefined) =>
  `${ifindex} ${local}/${prefixLen} ${peer ?? local}`;

const plannedKeys = (plan: NetworkPlan): ReadonlySet<string> =>
  new Set(
    plan.fdLinks.flatMap(({ ifindex, hostAddresses }) =>
      hostAddresses.map((a) => key(ifindex, a.local, a.prefixLen, a.peer)),
    ),
  );

const addressKeyOf = (a: Address) => key(a.ifindex, a.local, a.prefixLen, a.peer);

const linksOf = (r: Route): ReadonlyArray<number | undefined> => [
  r.oif,
  ...(r.nexthops ?? []).map((hop) => hop.ifindex),
];

/** The part of a state that taking the planned addresses may change: what is on their links or has them as source. */
const untouchable =
  (plan: NetworkPlan) =>
  (state: NamespaceState): NamespaceState => {
    const taken = new Set<number | undefined>(plan.fdLinks.map(({ ifindex }) => ifindex));
    const sources = new Set<string | undefined>(
      plan.fdLinks.flatMap(({ hostAddresses }) => hostAddresses.map(({ local }) => local)),
    );
    return {
      ...state,
      addresses: state.addresses.filter((a) => !taken.has(a.ifindex)),
      routes: state.routes.filter(
        (r) => !linksOf(r).some((ifindex) => taken.has(ifindex)) && !sources.has(r.prefsrc),
      ),
      neighbors: state.neighbors.filter((n) => !taken.has(n.ifindex)),
    };
  };

/** An IPv6 route of another link that lost a taken address as its `src` is there without it. */
const withoutLostSources =
  (plan: NetworkPlan, before: NamespaceState) =>
  (now: NamespaceState): NamespaceState => {
    const sources = new Set<string | undefined>(
      plan.fdLinks.flatMap(({ hostAddresses }) => hostAddresses.map(({ local }) => local)),
    );
    const bare = ({ prefsrc: _, ...r }: Route) => JSON.stringify(r);
    const lost = new Set(before.routes.filter((r) => sources.has(r.prefsrc)).map(bare));
    return {
      ...now,
      routes: now.routes.filter((r) => r.prefsrc !== undefined || !lost.has(bare(r))),
    };
  };

/**
 * Lines for a person, empty when all is well: planned addresses that are on the host's links (again), and
 * changes of objects that the plan does not touch.
 */
export const verify = (
  plan: NetworkPlan,
  before: NamespaceState,
  now: NamespaceState,
): ReadonlyArray<string> => {
  const planned = plannedKeys(plan);
  const text = addressText(linkNames(now));
  const left = now.addresses.filter((a) => planned.has(addressKeyOf(a)));
  const known = new Set(before.addresses.map(addressKeyOf));
  const links = new Set<number>(plan.fdLinks.map(({ ifindex }) => ifindex));
  const added = now.addresses.filter((a) => links.has(a.ifindex) && !known.has(addressKeyOf(a)));
  const apart = untouchable(plan);
  const { gone, come, moved } = compareStates(
    apart(before),
    withoutLostSources(plan, before)(apart(now)),
  );
  return [
    ...left.map((a) => `still on the host: ${text(a)}`),
    ...added.map((a) => `new on the host: ${text(a)}`),
    ...gone.map((what) => `unplanned, gone: ${what}`),
    ...come.map((what) => `unplanned, new: ${what}`),
    ...moved.map((what) => `unplanned, changed: ${what}`),
  ];
};
