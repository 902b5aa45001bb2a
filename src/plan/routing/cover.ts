/** The fewest prefixes that hold some addresses of a range and keep clear of others. */
import type { PrefixRange } from './prefix-range.js';

/** What an address needs: to be in a piece, to be in none, or nothing. */
export type Need = 'in' | 'out' | 'any';

/** Consecutive stretches of a range: `needs[i]` is of the addresses from `starts[i]` to before the next start. */
export interface Stretches {
  readonly starts: ReadonlyArray<bigint>;
  readonly needs: ReadonlyArray<Need>;
}

/** How many of the first i stretches need `wanted`, for every i: differences of two count a run of them. */
const running = (needs: ReadonlyArray<Need>, wanted: Need): ReadonlyArray<number> => {
  const counts = [0];
  let count = 0;
  for (const need of needs) {
    if (need === wanted) count++;
    counts.push(count);
  }
  return counts;
};

/** The number of `starts` that are at most `address`. */
const upTo = (starts: ReadonlyArray<bigint>, address: bigint): number => {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * The fewest prefixes inside `range` that hold every `in` address and no `out` address, in ascending order;
 * null when they are more than `most`. `stretches` covers all of `range`.
 *
 * A prefix is taken as soon as nothing in it must stay out, else its halves are looked at, as long as
 * something in them must be in: prefixes only nest, so the first that can be taken is the largest.
 */
export const coverOf = (
  range: PrefixRange,
  stretches: Stretches,
  most: number,
): ReadonlyArray<PrefixRange> | null => {
  const { starts } = stretches;
  const within = running(stretches.needs, 'in');
  const without = running(stretches.needs, 'out');
  const some = (counts: ReadonlyArray<number>, { first, last }: PrefixRange): boolean =>
    (counts[upTo(starts, last)] ?? 0) > (counts[upTo(starts, first) - 1] ?? 0);
  const pieces: PrefixRange[] = [];
  const waiting: PrefixRange[] = [range];
  for (let piece = waiting.pop(); piece !== undefined; piece = waiting.pop()) {
    if (!some(within, piece)) continue;
    if (some(without, piece)) {
      const { first, last } = piece;
      const middle = first + ((last - first) >> 1n);
      const prefixLen = piece.prefixLen + 1;
      waiting.push({ first: middle + 1n, last, prefixLen }, { first, last: middle, prefixLen });
      continue;
    }
    if (pieces.length === most) return null;
    pieces.push(piece);
  }
  return pieces;
};
