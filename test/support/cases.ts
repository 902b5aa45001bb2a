/**
 * How many cases the property tests run, in one place: few in the inner loop, the number that stands in the test in CI,
 * ten times as many at night. NETPLAN_CASES says which. No property has a limit in seconds: they bound their cases.
 */

const SHARES = { loop: 1 / 5, ci: 1, nightly: 10 } as const;

/** Fewer say nothing about a random state. */
const FEWEST = 10;

const isLevel = (text: string): text is keyof typeof SHARES => Object.hasOwn(SHARES, text);

const asked = process.env['NETPLAN_CASES'] ?? 'loop';
if (!isLevel(asked))
  throw new Error(`NETPLAN_CASES is ${Object.keys(SHARES).join(', ')}, not "${asked}"`);
const share = SHARES[asked];

/** fast-check's parameters for a property that runs `inCi` times in CI. */
export const cases = (inCi: number): { readonly numRuns: number } => ({
  numRuns: Math.max(Math.min(FEWEST, inCi), Math.round(inCi * share)),
});

/** Of a list that CI and the night go through as a whole, the loop takes every fifth. */
export const someOf = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> =>
  all.filter((_, i) => share >= 1 || i % Math.round(1 / share) === 0);
