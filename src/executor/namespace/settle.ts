/** Waiting for a namespace to become what is expected of it, woken by the kernel's notifications. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NamespaceState } from '../../plan/model/state.js';
import type { Netns } from '../effects/capabilities.js';
import type { ExecError } from '../failures/failure.js';

/** A namespace that can be observed and that says when something in it changes. */
export type Watched = Pick<Netns, 'observe' | 'notified'>;

/** `settled` false: the time was over; `state` is the last one, null where it was never at rest. */
export type Settled =
  | { readonly settled: true; readonly state: NamespaceState }
  | { readonly settled: false; readonly state: NamespaceState | null };

/** An observation, or null while changes come faster than a scan: that is not the end of waiting. */
const observeIfAtRest = ({ observe }: Watched): TE.TaskEither<ExecError, NamespaceState | null> =>
  pipe(
    observe,
    TE.orElse((error) =>
      error._tag === 'DumpInterrupted'
        ? TE.right<ExecError, NamespaceState | null>(null)
        : TE.left(error),
    ),
  );

/** Waits for a notification for as long as there is time. */
const woken = ({ notified }: Watched, deadline: number): ReturnType<Watched['notified']> => {
  const left = Math.ceil(deadline - performance.now());
  return left > 0 ? notified(left) : TE.right('timeout');
};

type Holds = (state: NamespaceState) => boolean;

const lookUntil = (
  watched: Watched,
  holds: Holds,
  deadline: number,
): TE.TaskEither<ExecError, Settled> =>
  pipe(
    observeIfAtRest(watched),
    TE.flatMap((state): TE.TaskEither<ExecError, Settled> => {
      if (state !== null && holds(state)) return TE.right({ settled: true, state });
      return pipe(
        TE.fromIO(() => woken(watched, deadline)),
        TE.flatten,
        TE.flatMap((wake) =>
          wake === 'timeout'
            ? TE.right<ExecError, Settled>({ settled: false, state })
            : lookUntil(watched, holds, deadline),
        ),
      );
    }),
  );

/**
 * Observes until `holds` of the state, `timeoutMs` at most, and again only when the kernel has notified a
 * change: nothing is polled. Nothing can be missed, since what is notified after an observation waits in
 * the socket.
 */
export const settle =
  (watched: Watched) =>
  (holds: Holds, timeoutMs: number): TE.TaskEither<ExecError, Settled> =>
    pipe(
      TE.fromIO(() => performance.now() + timeoutMs),
      TE.flatMap((deadline) => lookUntil(watched, holds, deadline)),
    );
