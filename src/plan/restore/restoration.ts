/** restoration: the changes that lead from one state back to another. */

import type { NetlinkChange } from '../model/netlink-change.js';
import type { NamespaceState } from '../model/state.js';
import { isLastingNeighbor, neighborText } from '../views/object-text.js';
import { addressRestoration } from './addresses.js';
import { routeRestoration } from './routes.js';

/** Permanent and proxy entries that are missing or another. Entries that came are left: netplan makes none. */
export const neighborRestoration = (
  before: NamespaceState,
  now: NamespaceState,
): ReadonlyArray<NetlinkChange> => {
  const text = neighborText(new Map());
  const there = new Set(now.neighbors.map(text));
  return before.neighbors
    .filter((neighbor) => isLastingNeighbor(neighbor) && !there.has(text(neighbor)))
    .map((neighbor) => ({ _tag: 'PutNeighbor', neighbor }));
};

/**
 * The next changes that lead from `now` back to `before`; empty when nothing is left to do.
 *
 * Addresses come first and alone: adding one makes the kernel bring routes of its own, so the routes are
 * computed from a new observation. Apply, observe and ask again until it is empty or nothing helps; each
 * answer depends on the two states only, so an interrupted restoration can be started over.
 *
 * What others did in the meantime stays: an address or a route that is not in `before` is removed only
 * where the kernel made it as a side effect of putting an address back.
 */
export const restoration = (
  before: NamespaceState,
  now: NamespaceState,
): ReadonlyArray<NetlinkChange> => {
  const addresses = addressRestoration(before, now);
  if (addresses.length > 0) return addresses;
  return [...routeRestoration(before, now), ...neighborRestoration(before, now)];
};
