/** Whether a plan still fits the namespace: the objects that are gone, came or changed since it was made. */
import { type LastingObject, lasts, objectsOf } from '../model/lasting-object.js';
import { linkNames, namesAmong } from '../model/link-names.js';
import type { NetworkPlan } from '../model/network-plan.js';
import type { NamespaceState, NetnsIdentity } from '../model/state.js';
import { compareObjects, type NamedDifference } from './object-difference.js';

export interface Staleness extends NamedDifference {
  /** set when the namespace is another one altogether */
  readonly identity: readonly [planned: NetnsIdentity, found: NetnsIdentity] | null;
}

/** The cookie alone decides where both have one: inodes are reused. */
export const sameIdentity = (a: NetnsIdentity, b: NetnsIdentity): boolean =>
  a.cookie === '0' || b.cookie === '0' ? a.inode === b.inode : a.cookie === b.cookie;

/** Null when the plan fits. A plan of a state file without identity is compared by its objects alone. */
export const staleness = (
  plan: NetworkPlan,
  state: NamespaceState,
  identity: NetnsIdentity,
): Staleness | null => {
  const planned: ReadonlyArray<LastingObject> = plan.objects;
  const found = objectsOf(state).map(({ object }) => object);
  const difference = compareObjects(planned.filter(lasts), found.filter(lasts));
  const { netns } = plan.basis;
  const another = netns !== undefined && !sameIdentity(netns, identity);
  const { gone, come, changed } = difference;
  if (!another && gone.length + come.length + changed.length === 0) return null;
  return {
    ...difference,
    names: [namesAmong(planned), linkNames(state)],
    identity: another ? [netns, identity] : null,
  };
};
