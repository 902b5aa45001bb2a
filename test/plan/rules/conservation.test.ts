import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import type { PlanOptions } from '../../../src/plan/model/options.js';
import { type NamespaceState, OBJECT_LISTS } from '../../../src/plan/model/state.js';
import { CODES, type Code, classOf } from '../../../src/plan/rules/codes.js';
import { compile } from '../../../src/plan/rules/compile.js';
import { type Decision, decide } from '../../../src/plan/rules/decide.js';
import { arbitraryState } from '../../support/arbitrary-state.js';
import { cases } from '../../support/cases.js';

const arbitraryOptions: fc.Arbitrary<PlanOptions> = fc.record({
  target: fc.constantFrom('latest', '2018-04', '2022-12', '20240715.0', 'head'),
  defaultRoute: fc.constantFrom('error' as const, 'metric' as const),
  multipath: fc.constantFrom('error' as const, 'first' as const),
  network: fc.constantFrom(
    'sandbox' as const,
    'sandbox' as const,
    'none' as const,
    'host' as const,
  ),
});

const decided = (options: PlanOptions, state: NamespaceState): Decision => {
  const decision = decide(options, state);
  if (E.isLeft(decision)) throw new Error(JSON.stringify(decision.left));
  return decision.right;
};

const provenance = ({ loopbackLinks, fdLinks, defaultGateways }: NetworkPlan): Set<string> =>
  new Set(
    [
      ...[...loopbackLinks, ...fdLinks].flatMap((link) => [
        link,
        ...link.addresses,
        ...link.routes,
      ]),
      ...fdLinks.flatMap(({ neighbors, hostAddresses }) => [...neighbors, ...hostAddresses]),
      ...defaultGateways,
    ].flatMap(({ from }) => from),
  );

describe('conservation', () => {
  test('every object of any state has exactly one class', () => {
    fc.assert(
      fc.property(arbitraryState, arbitraryOptions, (state, options) => {
        const { plan } = decided(options, state);
        const scanned = OBJECT_LISTS.reduce((sum, list) => sum + (state[list]?.length ?? 0), 0);
        expect(plan.basis.scanned).toBe(scanned);
        expect(new Set(plan.objects.map(({ object }) => object)).size).toBe(scanned);
        for (const { code, class: c } of plan.objects) expect(c).toBe(classOf(code as Code));
      }),
      cases(500),
    );
  });

  test('what the plan is made of is kept or approximated, and nothing else is', () => {
    fc.assert(
      fc.property(arbitraryState, arbitraryOptions, (state, options) => {
        const { plan } = decided(options, state);
        const used = provenance(plan);
        const carried = plan.objects
          .filter((one) => one.class === 'kept' || one.class === 'approximated')
          .map(({ object }) => object);
        expect([...used].sort()).toStrictEqual([...carried].sort());
      }),
      cases(500),
    );
  });

  test('refused objects and errors go together', () => {
    fc.assert(
      fc.property(arbitraryState, arbitraryOptions, (state, options) => {
        const { plan, errors } = decided(options, state);
        const refused = plan.objects.some((one) => one.class === 'refused');
        if (refused) expect(errors.length).toBeGreaterThan(0);
        expect(E.isLeft(compile(options)(state))).toBe(errors.length > 0);
      }),
    );
  });

  test('--on-loss=error refuses exactly the plans that lose something', () => {
    fc.assert(
      fc.property(arbitraryState, arbitraryOptions, (state, options) => {
        const reported = compile(options)(state);
        const strict = compile({ ...options, onLoss: 'error' })(state);
        if (E.isRight(reported)) expect(E.isRight(strict)).toBe(reported.right.losses.length === 0);
        else expect(E.isLeft(strict)).toBe(true);
      }),
    );
  });

  test('the same input gives the same bytes, and the plan is frozen', () => {
    fc.assert(
      fc.property(arbitraryState, arbitraryOptions, (state, options) => {
        const once = compile(options)(state);
        expect(JSON.stringify(compile(options)(structuredClone(state)))).toBe(JSON.stringify(once));
        if (E.isRight(once)) expect(Object.isFrozen(once.right.fdLinks)).toBe(true);
      }),
    );
  });

  test('a loss has a remedy and nothing else does', () => {
    for (const { loss, remedy } of Object.values(CODES)) expect(remedy !== '').toBe(loss);
  });
});
