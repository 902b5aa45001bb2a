/** A table's prefixes as a tree: the longest that holds an address, and from it the shorter ones around it. */
import { type Steps, stepAt } from '../intervals.js';
import type { PrefixRange } from '../prefix-range.js';

export interface PrefixNode<A> {
  readonly range: PrefixRange;
  readonly value: A;
  /** the longest prefix of the table that holds this one */
  readonly around: PrefixNode<A> | null;
}

/** For every address the longest prefix that holds it. */
export type PrefixTree<A> = Steps<PrefixNode<A>>;

/** The tree of `entries`, no two of the same prefix. One sweep, as prefixes nest or are apart: O(n log n). */
export const prefixTree = <A>(
  entries: ReadonlyArray<{ readonly range: PrefixRange; readonly value: A }>,
): PrefixTree<A> => {
  const starts: bigint[] = [0n];
  const values: Array<PrefixNode<A> | null> = [null];
  let open: PrefixNode<A> | null = null;
  const setFrom = (address: bigint, value: PrefixNode<A> | null): void => {
    // Prefixes that end or begin together share a boundary: what is set last holds.
    if (address === starts.at(-1)) values[values.length - 1] = value;
    else {
      starts.push(address);
      values.push(value);
    }
  };
  const closeBefore = (address: bigint | null): void => {
    while (open !== null && (address === null || open.range.last < address)) {
      const { range, around }: PrefixNode<A> = open;
      open = around;
      setFrom(range.last + 1n, around);
    }
  };
  for (const { range, value } of entries.toSorted(outerFirst)) {
    closeBefore(range.first);
    open = { range, value, around: open };
    setFrom(range.first, open);
  }
  closeBefore(null);
  return { starts, values };
};

const outerFirst = (
  { range: a }: { readonly range: PrefixRange },
  { range: b }: { readonly range: PrefixRange },
): number => {
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.prefixLen - b.prefixLen;
};

/**
 * Finds the longest prefix around an address. Addresses that ascend from call to call are found at once,
 * others by bisection.
 */
export const finder = <A>(tree: PrefixTree<A>): ((address: bigint) => PrefixNode<A> | null) => {
  const { starts, values } = tree;
  let step = 0;
  const holds = (address: bigint): boolean =>
    (starts[step] ?? 0n) <= address && address < (starts[step + 1] ?? address + 1n);
  return (address) => {
    if (!holds(address) && step + 1 < starts.length) step++;
    if (!holds(address)) step = stepAt(tree, address);
    return values[step] ?? null;
  };
};
