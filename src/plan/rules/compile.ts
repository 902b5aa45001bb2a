/** compile: a namespace state and options in, an immutable plan or every reason against it out. */
import * as E from 'fp-ts/lib/Either.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import { deepFreeze } from '../model/deep-freeze.js';
import type { NetworkPlan } from '../model/network-plan.js';
import type { PlanOptions } from '../model/options.js';
import type { NamespaceState } from '../model/state.js';
import { type Decision, decide } from './decide.js';
import type { PlanErrors } from './failures.js';

const refusedLosses = ({ plan }: Decision): ReadonlyArray<PlanErrors[0]> =>
  plan.options.onLoss === 'error'
    ? plan.losses.map((loss) => ({
        _tag: 'LossRefused' as const,
        loss,
        plan,
        objects: loss.objects ?? [],
      }))
    : [];

/** Every reason against the plan of a decision, its losses included where they are to be errors. */
export const errorsOf = (decision: Decision): ReadonlyArray<PlanErrors[0]> => [
  ...decision.errors,
  ...refusedLosses(decision),
];

/**
 * Compiles `state` for `options`: pure, total, and the same bytes for the same input on every machine.
 * Left holds every error of the state at once, in the state's order.
 */
export const compile =
  (options: PlanOptions) =>
  (state: NamespaceState): E.Either<PlanErrors, NetworkPlan> => {
    const decision = decide(options, state);
    if (E.isLeft(decision)) return decision;
    const errors = errorsOf(decision.right);
    return RA.isNonEmpty(errors) ? E.left(errors) : E.right(deepFreeze(decision.right.plan));
  };
