/** explain of a source: the options as plan takes them, a subject, and the reasons against it. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic } from '../../plan/model/network-plan.js';
import type { PlanOptions } from '../../plan/model/options.js';
import { describeUnknownSubject, explain } from '../../plan/views/explain.js';
import type { Explanation } from '../../plan/views/explanation.js';
import { describe } from '../../plan/views/failure-text.js';
import { exitCodes } from '../ending/exit-codes.js';
import type { Refusal } from '../ending/refusal.js';
import type { Source } from '../flags/source.js';
import { readSource } from '../input/source.js';

export { explainText } from '../../plan/views/explain-text.js';

/** An explanation, and notes on how the state was read. */
interface Explained {
  readonly explanation: Explanation;
  readonly notes: ReadonlyArray<Diagnostic>;
}

/** `options` win over what a bundle or container says. */
export const explainSource = (
  source: Source,
  options: PlanOptions,
  subject: string,
): TE.TaskEither<Refusal, Explained> =>
  pipe(
    readSource(source),
    TE.flatMapEither((found) =>
      pipe(
        explain({ ...found.options, ...options }, subject)(found.state),
        E.map((explanation) => ({ explanation, notes: found.notes })),
        E.mapLeft((errors) => ({
          exitCode: exitCodes.badInput,
          diagnostics:
            '_tag' in errors ? RNEA.of(describeUnknownSubject(errors)) : RNEA.map(describe)(errors),
        })),
      ),
    ),
  );
