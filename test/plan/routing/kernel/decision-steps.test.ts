import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NamespaceState } from '../../../../src/plan/model/state.js';
import { valueAt } from '../../../../src/plan/routing/intervals.js';
import type { KernelDecision } from '../../../../src/plan/routing/kernel/decision.js';
import { kernelDecisionSteps } from '../../../../src/plan/routing/kernel/decision-steps.js';
import { flowDecision } from '../../../../src/plan/routing/kernel/kernel-decision.js';
import { ordinaryFlow } from '../../../../src/plan/routing/kernel/packet.js';
import { highestAddress } from '../../../../src/plan/routing/prefix-range.js';
import { arbitraryState } from '../../../support/arbitrary-state.js';
import { cases } from '../../../support/cases.js';

/** Both ends of every interval, and one address at random in each. */
const samples = (
  starts: ReadonlyArray<bigint>,
  highest: bigint,
  share: number,
): ReadonlyArray<bigint> =>
  starts.flatMap((start, i) => {
    const last = (starts[i + 1] ?? highest + 1n) - 1n;
    return [start, start + ((last - start) * BigInt(share)) / 1000n, last];
  });

/** What a local route takes is from its destination, which is another for every address. */
const constantIn =
  ({ routes }: NamespaceState) =>
  (decision: KernelDecision | null): unknown => {
    const route = routes[Number(/\d+/.exec(decision?.route ?? '')?.[0])];
    return route?.type === 'local' ? { ...decision, legs: [] } : decision;
  };

/** Rules that send some destinations elsewhere. */
const withRules = (state: NamespaceState): NamespaceState => ({
  ...state,
  rules: [
    ...state.rules,
    { family: 'inet', priority: 50, action: 'to_tbl', table: 100, dst: '10.0.0.0/9' },
    { family: 'inet', priority: 60, action: 'prohibit', dst: '172.1.0.0/16' },
    { family: 'inet6', priority: 50, action: 'to_tbl', table: 100, dst: 'fd00::/9' },
  ] as unknown as NamespaceState['rules'],
});

test.each(['inet', 'inet6'] as const)(
  'the decision of an interval is that of every %s address in it',
  (family) => {
    fc.assert(
      fc.property(arbitraryState, fc.boolean(), fc.nat(1000), (state, ruled, share) => {
        const given = ruled ? withRules(state) : state;
        const steps = kernelDecisionSteps(given, family);
        const decide = flowDecision(given);
        const constant = constantIn(given);
        for (const address of samples(steps.starts, highestAddress(family), share))
          expect(constant(valueAt(steps, address))).toStrictEqual(
            constant(decide(ordinaryFlow(family, address))),
          );
      }),
      cases(100),
    );
  },
);
