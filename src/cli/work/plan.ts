/** Plans of sources, of states and of documents, with every reason against them. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import type { PlanOptions } from '../../plan/model/options.js';
import type { NamespaceState } from '../../plan/model/state.js';
import { compile } from '../../plan/rules/compile.js';
import { describe } from '../../plan/views/failure-text.js';
import { exitCodes } from '../ending/exit-codes.js';
import type { Refusal } from '../ending/refusal.js';
import type { Source } from '../flags/source.js';
import type { Waiting } from '../flags/wait.js';
import { readSource } from '../input/source.js';

export const planState = (
  options: PlanOptions,
  state: NamespaceState,
): E.Either<Refusal, NetworkPlan> =>
  pipe(
    compile(options)(state),
    E.mapLeft((errors) => ({
      diagnostics: RNEA.map(describe)(errors),
      exitCode: exitCodes.badInput,
    })),
  );

/** The plan with notes on how its state was read. */
const withNotes =
  (notes: NetworkPlan['notes']) =>
  (plan: NetworkPlan): NetworkPlan =>
    notes.length === 0 ? plan : { ...plan, notes: [...plan.notes, ...notes] };

/** `options` win over what a bundle or container says. */
export const planSource = (
  source: Source,
  options: PlanOptions,
  waiting: Waiting | null,
): TE.TaskEither<Refusal, NetworkPlan> =>
  pipe(
    readSource(source, waiting),
    TE.flatMapEither((found) =>
      pipe(planState({ ...found.options, ...options }, found.state), E.map(withNotes(found.notes))),
    ),
  );
