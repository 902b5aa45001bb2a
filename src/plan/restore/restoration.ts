/** restoration: the changes that lead from one state back to another. */
import { isLastingNeighbor, lastingNeighbor } from '../model/lasting.js';
import type { NetlinkChange } from '../model/netlink-change.js';
import type { NamespaceState, Neighbor } from '../model/state.js';
import { addressRestoration } from './addresses.js';
import { routeRestoration } from './routes.js';

const contentOf = (neighbor: Neighbor): string => JSON.stringify(lastingNeighbor(neighbor));

/** Permanent and proxy entries that are missing or another. Entries that came are left: netplan makes none. */
const neighborRestoration = (
  before: NamespaceState,
  now: NamespaceState,
): ReadonlyArray<NetlinkChange> => {
  const there = new Set(now.neighbors.map(contentOf));
  return before.neighbors
    .filter((neighbor) => isLastingNeighbor(neighbor) && !there.has(contentOf(neighbor)))
    .map((neighbor) => ({ _tag: 'PutNeighbor', neighbor }));
};

const STAGES = [addressRestoration, routeRestoration, neighborRestoration];

/**
 * The next changes that lead from `now` back to `before`, without those that are `hopeless`; empty when
 * nothing is left to do.
 *
 * They are of one stage. Addresses come first: adding one makes the kernel bring routes of its own, so the
 * routes are computed from a new observation. A hopeless address does not keep the routes of other links
 * away. Apply, observe and ask again until it is empty; each answer depends on its arguments only, so an
 * interrupted restoration can be started over.
 *
 * What others did in the meantime stays: an address or a route that is not in `before` is removed only
 * where the kernel made it as a side effect of putting an address back.
 */
export const restoration = (
  before: NamespaceState,
  now: NamespaceState,
  hopeless: (change: NetlinkChange) => boolean = () => false,
): ReadonlyArray<NetlinkChange> => {
  for (const stage of STAGES) {
    const changes = stage(before, now).filter((change) => !hopeless(change));
    if (changes.length > 0) return changes;
  }
  return [];
};
