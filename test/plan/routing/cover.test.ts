import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coverOf, type Need } from '../../../src/plan/routing/cover.js';
import type { PrefixRange } from '../../../src/plan/routing/prefix-range.js';

const BITS = 4;
const range: PrefixRange = { first: 16n, last: 31n, prefixLen: 32 - BITS };
const needs = fc.array(fc.constantFrom<Need>('in', 'out', 'any'), {
  minLength: 16,
  maxLength: 16,
});
const starts = Array.from({ length: 16 }, (_, i) => 16n + BigInt(i));

/** The least number of prefixes by trying every cut. */
const fewest = (wanted: ReadonlyArray<Need>): number => {
  if (!wanted.includes('in')) return 0;
  const whole = wanted.includes('out') ? Number.POSITIVE_INFINITY : 1;
  if (wanted.length === 1) return whole;
  const half = wanted.length / 2;
  return Math.min(whole, fewest(wanted.slice(0, half)) + fewest(wanted.slice(half)));
};

test('holds every in, no out, in as few prefixes as can be, ascending and apart', () => {
  fc.assert(
    fc.property(needs, (wanted) => {
      const pieces = coverOf(range, { starts, needs: wanted }, 16) ?? [];
      const held = (address: bigint) =>
        pieces.filter(({ first, last }) => first <= address && address <= last).length;
      wanted.forEach((need, i) => {
        const times = held(16n + BigInt(i));
        if (need === 'any') expect(times).toBeLessThanOrEqual(1);
        else expect(times).toBe(need === 'in' ? 1 : 0);
      });
      expect(pieces).toHaveLength(fewest(wanted));
      expect(pieces.map(({ first }) => first)).toStrictEqual(
        pieces.map(({ first }) => first).sort((a, b) => (a < b ? -1 : 1)),
      );
      for (const { first, last, prefixLen } of pieces)
        expect(last - first + 1n).toBe(1n << BigInt(32 - prefixLen));
    }),
  );
});

test('more pieces than allowed are none', () => {
  const alternate = starts.map((_, i): Need => (i % 2 === 0 ? 'in' : 'out'));
  expect(coverOf(range, { starts, needs: alternate }, 8)).toHaveLength(8);
  expect(coverOf(range, { starts, needs: alternate }, 7)).toBeNull();
});
