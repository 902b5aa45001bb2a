/** An address space cut at prefix boundaries: which of many nested prefixes decides each address, in one sweep. */

import type { Target } from '../model/target.js';
import type { PrefixRange } from './prefix-range.js';

/** One row of a table, whose order is the order in which it is searched. */
export interface TableEntry<A> {
  readonly range: PrefixRange;
  readonly value: A;
}

/**
 * A function of the address that is constant between boundaries: `values[i]` holds from `starts[i]` up to
 * the next start. `starts` ascends from 0 without repeats and may end one past the highest address; null
 * is "no entry".
 */
export interface Steps<A> {
  readonly starts: ReadonlyArray<bigint>;
  readonly values: ReadonlyArray<A | null>;
}

const POSITION_BITS = 32;

/** Ascending numbers are ascending first addresses, then shorter prefixes before longer, then table order. */
const sortKey = ({ range }: TableEntry<unknown>, position: number): bigint =>
  (range.first << 40n) | BigInt(range.prefixLen * 2 ** POSITION_BITS + position);

const positionOf = (key: bigint): number => Number(BigInt.asUintN(POSITION_BITS, key));

/** One key an entry sorts much faster than a comparison by three of its fields. */
const outerFirst = (table: ReadonlyArray<TableEntry<unknown>>): ReadonlyArray<number> =>
  table
    .map(sortKey)
    .sort((a, b) => (a < b ? -1 : 1))
    .map(positionOf);

/** Of the position that decides around a prefix and the prefix's own, the one that decides inside. */
const decidesInside = (
  table: ReadonlyArray<TableEntry<unknown>>,
  lookup: Target['lookup'],
  outer: number,
  inner: number,
): number => {
  if (lookup === 'first-match') return Math.min(outer, inner);
  const [around, own] = [table[outer], table[inner]];
  return (own?.range.prefixLen ?? 0) > (around?.range.prefixLen ?? 0) ? inner : outer;
};

/**
 * Which entry of `table` decides each address: the first that matches, or the longest prefix that
 * matches, the first of those on ties.
 *
 * Prefixes nest or are apart, never overlap in part, so one sweep over the sorted ranges with a stack of
 * the open ones is enough: O(n log n), and the same for both lookups.
 */
export const stepsOf = <A>(
  table: ReadonlyArray<TableEntry<A>>,
  lookup: Target['lookup'],
): Steps<A> => {
  const starts: bigint[] = [0n];
  const values: Array<A | null> = [null];
  const open: Array<{ readonly last: bigint; readonly decides: number }> = [];
  let start = 0n;
  const setFrom = (address: bigint, value: A | null): void => {
    // Ranges that end or begin together share a boundary: what is set last holds.
    if (address === start) values[values.length - 1] = value;
    else {
      starts.push(address);
      values.push(value);
      start = address;
    }
  };
  const closeBefore = (address: bigint | null): void => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (address !== null && top.last >= address) return;
      open.pop();
      setFrom(top.last + 1n, table[open.at(-1)?.decides ?? -1]?.value ?? null);
    }
  };
  for (const position of outerFirst(table)) {
    const entry = table[position];
    if (entry === undefined) continue;
    closeBefore(entry.range.first);
    const outer = open.at(-1);
    const decides =
      outer === undefined ? position : decidesInside(table, lookup, outer.decides, position);
    open.push({ last: entry.range.last, decides });
    setFrom(entry.range.first, table[decides]?.value ?? null);
  }
  closeBefore(null);
  return { starts, values };
};

/** The index of the step that `address` lies in. */
export const stepAt = ({ starts }: Steps<unknown>, address: bigint): number => {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0n) <= address) low = middle;
    else high = middle - 1;
  }
  return low;
};

export const valueAt = <A>(steps: Steps<A>, address: bigint): A | null =>
  steps.values[stepAt(steps, address)] ?? null;
