/** After the call: what of the namespace is not as the plan says it should be. */
import { lastingAddress, lastingRoute } from '../../plan/model/lasting.js';
import { identityOf, type LastingObject } from '../../plan/model/lasting-object.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import { addressKey } from '../../plan/model/object-key.js';
import type { Address, NamespaceState, Route } from '../../plan/model/state.js';
import { compareStates } from '../../plan/restore/difference.js';
import type { HostAmiss } from '../failures/amiss.js';
import { isTaken } from './taken.js';

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
    const bare = ({ prefsrc: _, ...r }: Route) => identityOf({ route: lastingRoute(r) });
    const lost = new Set(before.routes.filter((r) => sources.has(r.prefsrc)).map(bare));
    return {
      ...now,
      routes: now.routes.filter((r) => r.prefsrc !== undefined || !lost.has(bare(r))),
    };
  };

const addressOf = (one: Address): LastingObject => ({ address: lastingAddress(one) });

/** Planned addresses that are on the host's links (again), and changes of objects that the plan does not touch. */
export const verify = (
  plan: NetworkPlan,
  before: NamespaceState,
  now: NamespaceState,
): HostAmiss => {
  const known = new Set(before.addresses.map(addressKey));
  const links = new Set<number>(plan.fdLinks.map(({ ifindex }) => ifindex));
  const apart = untouchable(plan);
  return {
    still: now.addresses.filter(isTaken(plan)).map(addressOf),
    added: now.addresses
      .filter((a) => links.has(a.ifindex) && !known.has(addressKey(a)))
      .map(addressOf),
    unplanned: compareStates(apart(before), withoutLostSources(plan, before)(apart(now))),
  };
};
