/** recover and release on this machine, and their reports as text. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type RecoverOptions, recover } from '../../executor/giveback/recover.js';
import { recoverAll } from '../../executor/giveback/recover-all.js';
import { type ReleaseOptions, release } from '../../executor/giveback/release.js';
import type { RestoreReport } from '../../executor/giveback/report.js';
import { escapeName } from '../../plan/views/escape-name.js';
import { exitCodes } from '../ending/exit-codes.js';
import type { Refusal } from '../ending/refusal.js';
import type { LiveSource } from '../flags/source.js';
import { onThisMachine, refusalOf } from '../input/live.js';
import { locate } from '../input/location.js';

type Reports = ReadonlyArray<RestoreReport>;

const graver = (a: Refusal, b: Refusal): Refusal => ({
  diagnostics: RNEA.concat(b.diagnostics)(a.diagnostics),
  exitCode: a.exitCode === exitCodes.personNeeded ? a.exitCode : b.exitCode,
});

/** All reports, or the reasons of every journal that could not be undone. */
const together = (
  results: ReadonlyArray<E.Either<Refusal, RestoreReport>>,
): E.Either<Refusal, Reports> => {
  const { left: refusals, right: reports } = RA.separate(results);
  return RA.isNonEmpty(refusals) ? E.left(refusals.reduce(graver)) : E.right(reports);
};

export const recoverNow = (
  source: LiveSource | null,
  options: RecoverOptions,
): TE.TaskEither<Refusal, Reports> =>
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

export const releaseNow = (
  source: LiveSource,
  options: ReleaseOptions,
): TE.TaskEither<Refusal, RestoreReport> =>
  pipe(
    locate(source),
    TE.flatMap(({ netns }) => onThisMachine(release(netns, options))),
  );

const OUTCOMES = {
  'nothing-to-do': 'nothing to do',
  'given-back': 'given back: the namespace is as it was before the apply',
  'handed-over': 'left alone: the apply had finished (netplan release gives it back)',
  forgotten: 'forgotten: the apply had finished, and its sandbox and namespace are gone',
} as const satisfies Record<RestoreReport['outcome'], string>;

const reportLines = ({ netns, outcome, warnings }: RestoreReport): ReadonlyArray<string> => [
  `${netns}: ${OUTCOMES[outcome]}`,
  ...warnings.map((warning) => `warning: ${warning}`),
];

/** One line per namespace; every line ends in a line feed. */
export const restoreText = (reports: Reports): string =>
  reports.length === 0
    ? 'nothing to do: no journal\n'
    : reports
        .flatMap(reportLines)
        .map((line) => `${escapeName(line)}\n`)
        .join('');
