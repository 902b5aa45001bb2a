/** runUntilStopped: the embedded sandbox in this process until a signal, and what it had then. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closed } from '../../plan/model/closed.js';
import { findTarget, type Target } from '../../plan/model/target.js';
import { describe } from '../../plan/views/failure-text.js';
import { AcceptedNetwork } from '../../sandbox/contract/accepted.js';
import type { SandboxEvent } from '../../sandbox/events.js';
import { type RunningSandbox, runSandbox } from '../../sandbox/server.js';
import { Counters } from '../../sandbox/stack.js';
import { exitCodes } from '../ending/exit-codes.js';
import { type Refusal, refusal } from '../ending/refusal.js';
import { onThisMachine } from '../input/live.js';

/** What `sandbox --json` prints at the end. */
export const SandboxSummary = closed('SandboxSummary', {
  address: t.string,
  network: AcceptedNetwork,
  counters: Counters,
});
export type SandboxSummary = t.TypeOf<typeof SandboxSummary>;

/** Stops it at once if the signal came while it started. */
const untilStopped = (
  sandbox: RunningSandbox,
  signal: AbortSignal,
): TE.TaskEither<never, SandboxSummary> =>
  pipe(
    TE.fromIO(() => {
      signal.addEventListener('abort', () => sandbox.stop());
      if (signal.aborted) sandbox.stop();
    }),
    TE.flatMapTask(() => sandbox.closed),
    TE.map(() => {
      const { address, accepted, counters } = sandbox;
      return { address, network: accepted(), counters: counters() };
    }),
  );

const behaveAs = (name: string): E.Either<Refusal, Target> =>
  E.fromNullable(
    refusal(exitCodes.badInput, describe({ _tag: 'UnknownTarget', name, objects: [] })),
  )(findTarget(name));

/** `target`: the gVisor that it behaves as, by any name that a plan's target may have. */
export const runUntilStopped = (
  listen: string,
  target: string,
  onEvent: (event: SandboxEvent) => void,
  signal: AbortSignal,
): TE.TaskEither<Refusal, SandboxSummary> =>
  pipe(
    TE.fromEither(behaveAs(target)),
    TE.flatMap((behaves) => onThisMachine(() => runSandbox({ listen, onEvent, target: behaves }))),
    TE.flatMap((sandbox) => untilStopped(sandbox, signal)),
  );
