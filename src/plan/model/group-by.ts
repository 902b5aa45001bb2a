/** Lists as groups by a key of their elements. */
import type { Family } from './scalars.js';

/** In the order in which the keys come first. Keys are told apart as by a Map, so numbers stay numbers; linear in the length of `items`. */
export const groupBy = <K, A>(
  items: ReadonlyArray<A>,
  keyOf: (item: A) => K,
): ReadonlyMap<K, ReadonlyArray<A>> => {
  const groups = new Map<K, A[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};

/** What is of IPv4 before what is of IPv6, each as it stood. */
export const inFamilyOrder = <A>(
  items: ReadonlyArray<A>,
  familyOf: (item: A) => Family,
): ReadonlyArray<A> => {
  const groups = groupBy(items, familyOf);
  return [...(groups.get('inet') ?? []), ...(groups.get('inet6') ?? [])];
};
