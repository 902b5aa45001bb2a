/** readSource: a namespace state from wherever the flags say it is, with the plan options found beside it. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic } from '../../plan/model/network-plan.js';
import type { PlanOptions } from '../../plan/model/options.js';
import type { NamespaceState } from '../../plan/model/state.js';
import type { Refusal } from '../ending/refusal.js';
import type { Source } from '../flags/source.js';
import type { Waiting } from '../flags/wait.js';
import { locate } from './location.js';
import type { Location } from './place.js';

/** What was read: the state, notes on the reading, and what a bundle or container decides about its plan. */
export interface FoundState {
  readonly state: NamespaceState;
  readonly notes: ReadonlyArray<Diagnostic>;
  readonly options: PlanOptions;
}

/** Loaded when a live namespace is asked for: a state from a file needs no native code. */
const live = TE.fromTask<typeof import('./live.js'), Refusal>(() => import('./live.js'));

/** A live namespace needs no reader of documents. */
const stateFile = TE.fromTask<typeof import('./state-file.js'), Refusal>(
  () => import('./state-file.js'),
);

/** `waiting` null: as it is now. */
export const readLocation = (
  { netns, options }: Location,
  waiting: Waiting | null,
): TE.TaskEither<Refusal, FoundState> =>
  pipe(
    live,
    TE.flatMap(({ observe, observeSettled }) =>
      waiting === null ? observe(netns) : observeSettled(netns, waiting),
    ),
    TE.map((state) => ({ state, notes: [], options })),
  );

/** A file is not waited for. */
export const readSource = (
  source: Source,
  waiting: Waiting | null = null,
): TE.TaskEither<Refusal, FoundState> =>
  source._tag === 'StateFile'
    ? pipe(
        stateFile,
        TE.flatMap(({ readStateFile }) => readStateFile(source.file)),
        TE.map((read) => ({ ...read, options: {} })),
      )
    : pipe(
        locate(source),
        TE.flatMap((location) => readLocation(location, waiting)),
      );
