/** After the call: what of the namespace is not as the plan says it should be. */

import { lastingAddress } from '../../plan/model/lasting.js';
import { linkNames } from '../../plan/model/link-names.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import { addressKey } from '../../plan/model/object-key.js';
import type { Address, NamespaceState, Route } from '../../plan/model/state.js';
import { compareStates } from '../../plan/restore/difference.js';
import { differenceLines } from '../../plan/views/difference-text.js';
import { objectText } from '../../plan/views/object-text.js';

const plannedKeys = (plan: NetworkPlan): ReadonlySet<string> =>
  new Set(
    plan.fdLinks.flatMap(({ ifindex, hostAddresses }) =>
      hostAddresses.map((a) => addressKey({ ...a, ifindex })),
    ),
  );

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

const UNPLANNED = {
  gone: 'unplanned, gone: ',
  come: 'unplanned, new: ',
  changed: 'unplanned, changed: ',
  moved: 'unplanned, changed: order of ',
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
  const text = (a: Address) => objectText(linkNames(now))({ address: lastingAddress(a) });
  const left = now.addresses.filter((a) => planned.has(addressKey(a)));
  const known = new Set(before.addresses.map(addressKey));
  const links = new Set<number>(plan.fdLinks.map(({ ifindex }) => ifindex));
  const added = now.addresses.filter((a) => links.has(a.ifindex) && !known.has(addressKey(a)));
  const apart = untouchable(plan);
  const difference = compareStates(apart(before), withoutLostSources(plan, before)(apart(now)));
  return [
    ...left.map((a) => `still on the host: ${text(a)}`),
    ...added.map((a) => `new on the host: ${text(a)}`),
    ...differenceLines(difference, UNPLANNED),
  ];
};
