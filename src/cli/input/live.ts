/** The executor as commands use it: live capabilities filled in, failures as refusals. Loads native code. */

import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Capabilities, Netns } from '../../executor/effects/capabilities.js';
import type { Exec } from '../../executor/effects/exec.js';
import { openNetns } from '../../executor/effects/kernel.js';
import type { ExecError } from '../../executor/failures/failure.js';
import { describeExec, endingOf } from '../../executor/failures/table.js';
import { liveCapabilities } from '../../executor/live/live.js';
import { type Settled, settle } from '../../executor/namespace/settle.js';
import { observeWhole, withFilters } from '../../executor/namespace/whole-state.js';
import type { NamespaceState } from '../../plan/model/state.js';
import { allHold, describeUnmet } from '../../plan/views/conditions.js';
import { exitCodes } from '../ending/exit-codes.js';
import type { Refusal } from '../ending/refusal.js';
import type { Waiting } from '../flags/wait.js';

/** A failed preflight is told with all its reasons, everything else with one. */
export const refusalOf = (error: ExecError): Refusal => {
  const exitCode = exitCodes[endingOf(error)];
  const [first, ...rest] = error._tag === 'Preflight' ? error.failures : [];
  if (first === undefined) return { exitCode, diagnostics: [describeExec(error)] };
  const asDiagnostic = ({ code, summary, remedy }: typeof first) => ({
    code,
    path: '',
    summary,
    remedy,
  });
  return { exitCode, diagnostics: [asDiagnostic(first), ...rest.map(asDiagnostic)] };
};

/** An effect of the executor on this machine. */
export const onThisMachine = <A>(effect: Exec<Capabilities, A>): TE.TaskEither<Refusal, A> =>
  pipe(effect(liveCapabilities), TE.mapLeft(refusalOf));

/** Looking is allowed at the machine's own namespace too. */
const inNamespace = <A>(
  path: string,
  look: (netns: Netns) => TE.TaskEither<ExecError, A>,
): TE.TaskEither<Refusal, A> =>
  onThisMachine(
    RTE.bracketW(
      openNetns(path),
      (netns) => RTE.fromTaskEither(look(netns)),
      ({ close }) => RTE.fromIO(close),
    ),
  );

/** The state of the namespace at `path`. */
export const observe = (path: string): TE.TaskEither<Refusal, NamespaceState> =>
  inNamespace(path, observeWhole);

const unsettled = ({ conditions }: Waiting, { state }: Settled): Refusal => {
  const [first, ...rest] = describeUnmet(conditions, state);
  if (first === undefined) throw new TypeError('nothing was waited for');
  return { exitCode: exitCodes.badInput, diagnostics: [first, ...rest] };
};

/** As observe, as soon as the conditions hold; after the time, the conditions that do not. */
export const observeSettled = (
  path: string,
  waiting: Waiting,
): TE.TaskEither<Refusal, NamespaceState> =>
  pipe(
    inNamespace(path, (netns) =>
      pipe(
        settle(netns)(allHold(waiting.conditions), waiting.timeoutMs),
        TE.flatMap((found) =>
          found.settled
            ? pipe(
                withFilters(netns)(found.state),
                TE.map((state): Settled => ({ settled: true, state })),
              )
            : TE.right(found),
        ),
      ),
    ),
    TE.flatMap((found) =>
      found.settled ? TE.right(found.state) : TE.left(unsettled(waiting, found)),
    ),
  );
