/** recover on this machine: of one namespace, or of every journal that there is. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type RecoverOptions, recover } from '../../executor/giveback/recover.js';
import { recoverAll } from '../../executor/giveback/recover-all.js';
import type { RestoreReport } from '../../executor/giveback/report.js';
import { exitCodes } from '../ending/exit-codes.js';
import type { Refusal } from '../ending/refusal.js';
import type { LiveSource } from '../flags/source.js';
import { onThisMachine, refusalOf } from '../input/live.js';
import { locate } from '../input/location.js';

export { restoreText } from './restore-text.js';

const graver = (a: Refusal, b: Refusal): Refusal => ({
  diagnostics: RNEA.concat(b.diagnostics)(a.diagnostics),
  exitCode: a.exitCode === exitCodes.personNeeded ? a.exitCode : b.exitCode,
});

/** All reports, or the reasons of every journal that could not be undone. */
const together = (
  results: ReadonlyArray<E.Either<Refusal, RestoreReport>>,
): E.Either<Refusal, ReadonlyArray<RestoreReport>> => {
  const { left: refusals, right: reports } = RA.separate(results);
  return RA.isNonEmpty(refusals) ? E.left(refusals.reduce(graver)) : E.right(reports);
};

/** `source` null: all journals. */
export const recoverNow = (
  source: LiveSource | null,
  options: RecoverOptions,
): TE.TaskEither<Refusal, ReadonlyArray<RestoreReport>> =>
  source === null
    ? pipe(
        onThisMachine(recoverAll(options)),
        TE.flatMapEither((found) =>
          together(found.map(({ result }) => pipe(result, E.mapLeft(refusalOf)))),
        ),
      )
    : pipe(
        locate(source),
        TE.flatMap(({ netns }) => onThisMachine(recover(netns, options))),
        TE.map((report) => [report]),
      );
