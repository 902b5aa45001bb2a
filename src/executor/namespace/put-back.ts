/** Putting a namespace back: change, observe and compare until nothing is missing or nothing helps. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type LinkNames, linkNames } from '../../plan/model/link-names.js';
import type { NetlinkChange } from '../../plan/model/netlink-change.js';
import type { NamespaceState } from '../../plan/model/state.js';
import {
  isNoDifference,
  notRestored,
  type StateDifference,
} from '../../plan/restore/difference.js';
import { restoration } from '../../plan/restore/restoration.js';
import { isOnItsWay } from '../../plan/restore/routes.js';
import type { Netns } from '../effects/capabilities.js';
import type { Exec } from '../effects/exec.js';
import type { ExecError } from '../failures/failure.js';
import { withNames } from '../netlink/failure.js';
import { settle } from './settle.js';

/** What is needed of a namespace to put it back. */
export type Changeable = Pick<Netns, 'observe' | 'notified' | 'change'>;

/** What a restoration ended with; no difference in what is `missing` is success. */
export interface Restored {
  readonly missing: StateDifference;
  /** the first change that the kernel refused for good */
  readonly refused: ExecError | null;
}

/** Enough for addresses, their order, routes, routes through those routes, and as much again. */
const MAX_ROUNDS = 16;
/**
 * The kernel's own work after an address came (duplicate detection, local routes) is a matter of milliseconds, where
 * its workers get a processor at once.
 */
const PATIENCE_MS = 5_000;

interface Rounds {
  readonly rounds: number;
  /** changes refused since something last succeeded, by their JSON */
  readonly refused: ReadonlyMap<string, ExecError>;
}

const NO_ROUND: Rounds = { rounds: 0, refused: new Map() };

const refusedIn =
  ({ refused }: Rounds) =>
  (change: NetlinkChange): boolean =>
    refused.size > 0 && refused.has(JSON.stringify(change));

type Tried =
  | { readonly helped: boolean }
  | { readonly change: NetlinkChange; readonly error: ExecError };

/** One change; a refusal is a result here, because the others are to be tried nevertheless. */
const tryChange =
  (netns: Changeable, names: LinkNames) =>
  (change: NetlinkChange): Exec<unknown, Tried> =>
    RTE.fromTask(
      pipe(
        netns.change(change),
        TE.mapLeft(withNames(names)),
        TE.match(
          (error): Tried => ({ change, error }),
          (done): Tried => ({ helped: done === 'done' }),
        ),
      ),
    );

/** Something that succeeded may have been what a refused change waited for: then all are tried again. */
const advance = (progress: Rounds, outcomes: ReadonlyArray<Tried>): Rounds => {
  const failures = outcomes.flatMap((outcome) =>
    'error' in outcome ? [[JSON.stringify(outcome.change), outcome.error] as const] : [],
  );
  const helped = outcomes.some((outcome) => 'helped' in outcome && outcome.helped);
  return {
    rounds: progress.rounds + 1,
    refused: helped ? new Map() : new Map([...progress.refused, ...failures]),
  };
};

const nextChanges = (
  before: NamespaceState,
  now: NamespaceState,
  progress: Rounds,
): ReadonlyArray<NetlinkChange> =>
  progress.rounds < MAX_ROUNDS ? restoration(before, now, refusedIn(progress)) : [];

const restored = (before: NamespaceState, now: NamespaceState, { refused }: Rounds): Restored => ({
  missing: notRestored(before, now),
  refused: [...refused.values()][0] ?? null,
});

/** Nothing is missing, or what is was refused and nothing else is on its way. */
const isEnd = (before: NamespaceState, now: NamespaceState, { refused }: Rounds): boolean =>
  isNoDifference(notRestored(before, now)) || (refused.size > 0 && !isOnItsWay(before, now));

/** Waits for what the kernel does by itself; goes on when that is all that was missing, or has made a change possible. */
const afterTheKernel = (
  netns: Changeable,
  before: NamespaceState,
  now: NamespaceState,
  progress: Rounds,
): Exec<unknown, Restored> => {
  const worthALook = (later: NamespaceState): boolean =>
    nextChanges(before, later, progress).length > 0 || isEnd(before, later, progress);
  return pipe(
    RTE.fromTaskEither(settle(netns)(worthALook, PATIENCE_MS)),
    RTE.flatMap(({ settled, state }) =>
      settled
        ? round(netns, before, progress)
        : RTE.right(restored(before, state ?? now, progress)),
    ),
  );
};

const round = (
  netns: Changeable,
  before: NamespaceState,
  progress: Rounds,
): Exec<unknown, Restored> =>
  pipe(
    RTE.fromTaskEither(netns.observe),
    RTE.flatMap((now): Exec<unknown, Restored> => {
      const changes = nextChanges(before, now, progress);
      if (changes.length > 0)
        return pipe(
          changes,
          RTE.traverseSeqArray(tryChange(netns, linkNames(before))),
          RTE.flatMap((outcomes) => round(netns, before, advance(progress, outcomes))),
        );
      return isEnd(before, now, progress)
        ? RTE.right(restored(before, now, progress))
        : afterTheKernel(netns, before, now, progress);
    }),
  );

/**
 * Brings `netns` back to `before` in all that the kernel lets one set, and says what is still missing.
 *
 * It starts from an observation and ends with one, so it can be interrupted and started over, and a
 * namespace that lacks nothing is not touched.
 */
export const putBack = (netns: Changeable, before: NamespaceState): Exec<unknown, Restored> =>
  round(netns, before, NO_ROUND);
