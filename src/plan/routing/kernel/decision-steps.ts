/** The kernel's decisions for every address of a family, one for each interval in which none can change. */
import { type Family, type Prefix, trusted } from '../../model/scalars.js';
import type { NamespaceState } from '../../model/state.js';
import type { Steps } from '../intervals.js';
import { highestAddress, type PrefixRange, rangeOf } from '../prefix-range.js';
import type { KernelDecision } from './decision.js';
import { flowDecision } from './kernel-decision.js';
import { type Flow, ordinaryFlow } from './packet.js';
import { sourcePrefixes } from './source-inet6.js';

/** Destinations that the kernel treats by themselves, whatever the tables say. */
const SPECIAL: Readonly<Record<Family, ReadonlyArray<Prefix>>> = {
  inet: ['0.0.0.0/32', '224.0.0.0/4', '224.0.0.0/24', '255.255.255.255/32'].map(trusted.prefix),
  inet6: ['::/128', '::1/128', 'fe80::/10', 'ff00::/8'].map(trusted.prefix),
};

/** Every prefix at whose ends a decision or its source may change. */
const prefixesOf = (state: NamespaceState, family: Family): ReadonlyArray<PrefixRange> => {
  const routes = state.routes.filter((route) => route.family === family).map(({ dst }) => dst);
  const rules = state.rules.flatMap((rule) => (rule.family === family ? (rule.dst ?? []) : []));
  const named = [...new Set([...SPECIAL[family], ...routes, ...rules])].map(rangeOf);
  return family === 'inet' ? named : [...named, ...sourcePrefixes(state)];
};

/** Without repeats. No Set: V8 hashes a large integer by its low 64 bits, which prefixes have in common. */
const ascending = (numbers: ReadonlyArray<bigint>): ReadonlyArray<bigint> =>
  numbers.toSorted((a, b) => (a < b ? -1 : 1)).filter((number, i, all) => number !== all[i - 1]);

/**
 * What the kernel decides for a packet to each address that is in all else `like` (an ordinary application's
 * where it is left out): constant between boundaries, but for the source of what a local route takes, which is
 * its destination. O(n log n) in the routes, times the rules.
 */
export const kernelDecisionSteps = (
  state: NamespaceState,
  family: Family,
  like: Partial<Omit<Flow, 'family' | 'destination'>> = {},
): Steps<KernelDecision> => {
  const decide = flowDecision(state);
  const boundaries = [0n];
  for (const { first, last } of prefixesOf(state, family)) boundaries.push(first, last + 1n);
  const starts = ascending(boundaries).filter((start) => start <= highestAddress(family));
  return {
    starts,
    values: starts.map((start) => decide({ ...ordinaryFlow(family, start), ...like })),
  };
};
