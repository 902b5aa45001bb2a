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
import type { Netns } from '../effects/capabilities.js';
import type { Exec, Needs } from '../effects/exec.js';
import { sleep } from '../effects/machine.js';
import type { ExecError } from '../failures/failure.js';
import { withNames } from '../netlink/failure.js';

/** What a restoration ended with; no difference in what is `missing` is success. */
export interface Restored {
  readonly missing: StateDifference;
  /** the first change that the kernel refused for good */
  readonly refused: ExecError | null;
}

/** Enough for addresses, their order, routes, routes through those routes, and as much again. */
const MAX_ROUNDS = 16;
/** The kernel's own work after an address came (duplicate detection, local routes) is a matter of milliseconds. */
const WAIT_MS = 25;
const MAX_WAITS = 40;

interface Rounds {
  readonly rounds: number;
  readonly waits: number;
  /** changes refused since something last succeeded, by their JSON */
  readonly refused: ReadonlyMap<string, ExecError>;
}

const NO_ROUND: Rounds = { rounds: 0, waits: 0, refused: new Map() };

const refusedIn =
  ({ refused }: Rounds) =>
  (change: NetlinkChange): boolean =>
    refused.size > 0 && refused.has(JSON.stringify(change));

type Tried =
  | { readonly helped: boolean }
  | { readonly change: NetlinkChange; readonly error: ExecError };

/** One change; a refusal is a result here, because the others are to be tried nevertheless. */
const tryChange =
  (netns: Netns, names: LinkNames) =>
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
    waits: progress.waits,
    refused: helped ? new Map() : new Map([...progress.refused, ...failures]),
  };
};

const round = (
  netns: Netns,
  before: NamespaceState,
  progress: Rounds,
): Exec<Needs<'machine'>, Restored> =>
  pipe(
    RTE.fromTaskEither(netns.observe),
    RTE.flatMap((now): Exec<Needs<'machine'>, Restored> => {
      const changes =
        progress.rounds < MAX_ROUNDS ? restoration(before, now, refusedIn(progress)) : [];
      if (changes.length > 0)
        return pipe(
          changes,
          RTE.traverseSeqArray(tryChange(netns, linkNames(before))),
          RTE.flatMap((outcomes) => round(netns, before, advance(progress, outcomes))),
        );
      const missing = notRestored(before, now);
      const [refused = null] = progress.refused.values();
      if (isNoDifference(missing) || refused !== null || progress.waits >= MAX_WAITS)
        return RTE.right({ missing, refused });
      return pipe(
        sleep(WAIT_MS),
        RTE.flatMap(() => round(netns, before, { ...progress, waits: progress.waits + 1 })),
      );
    }),
  );

/**
 * Brings `netns` back to `before` in all that the kernel lets one set, and says what is still missing.
 *
 * It starts from an observation and ends with one, so it can be interrupted and started over, and a
 * namespace that lacks nothing is not touched.
 */
export const putBack = (netns: Netns, before: NamespaceState): Exec<Needs<'machine'>, Restored> =>
  round(netns, before, NO_ROUND);
