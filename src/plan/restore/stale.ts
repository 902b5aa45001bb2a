/** Whether a plan still fits the namespace: the objects that are gone and those that came since it was made. */
import type { NetworkPlan } from '../model/network-plan.js';
import type { NamespaceState, NetnsIdentity } from '../model/state.js';
import { objectTexts } from '../views/object-text.js';

export interface Staleness {
  /** planned, not there any more; in iproute2's words */
  readonly gone: ReadonlyArray<string>;
  /** there, not planned */
  readonly come: ReadonlyArray<string>;
  /** set when the namespace is another one altogether */
  readonly identity: readonly [planned: string, found: string] | null;
}

/**
 * Objects that come and go by themselves: the neighbor cache, and the IPv6 routes of the local table
 * that follow an address when its duplicate detection ends (the address itself is compared).
 */
const isPassing = (what: string): boolean =>
  /^neighbor .* dynamic( |$)/.test(what) ||
  /^route inet6 (local|anycast|multicast) .* proto kernel /.test(what);

const counted = (texts: ReadonlyArray<string>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
};

const missingFrom = (
  texts: ReadonlyArray<string>,
  others: ReadonlyArray<string>,
): ReadonlyArray<string> => {
  const left = counted(others);
  return texts.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
};

const identityText = ({ inode, cookie }: NetnsIdentity): string =>
  `inode ${inode} cookie ${cookie}`;

/** The cookie alone decides where both have one: inodes are reused. */
export const sameIdentity = (a: NetnsIdentity, b: NetnsIdentity): boolean =>
  a.cookie === '0' || b.cookie === '0' ? a.inode === b.inode : a.cookie === b.cookie;

/** Null when the plan fits. A plan of a state file without identity is compared by its objects alone. */
export const staleness = (
  plan: NetworkPlan,
  state: NamespaceState,
  identity: NetnsIdentity,
): Staleness | null => {
  const planned = plan.objects.map(({ what }) => what).filter((what) => !isPassing(what));
  const found = objectTexts(state)
    .map(({ what }) => what)
    .filter((what) => !isPassing(what));
  const gone = missingFrom(planned, found);
  const come = missingFrom(found, planned);
  const { netns } = plan.basis;
  const another = netns !== undefined && !sameIdentity(netns, identity);
  if (!another && gone.length === 0 && come.length === 0) return null;
  return {
    gone,
    come,
    identity: another ? [identityText(netns), identityText(identity)] : null,
  };
};
