/** apply and its dry run: the plan from a file or a source, the namespace, and the sandbox that takes it. */
import { pipe } from 'fp-ts/lib/function.js';
import type * as IO from 'fp-ts/lib/IO.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ApplyTarget } from '../../executor/handover/apply.js';
import type { ApplyReport } from '../../executor/handover/report.js';
import { netnsPath } from '../../plan/model/netns-path.js';
import { NetworkPlan } from '../../plan/model/network-plan.js';
import { linearise, type Op } from '../../plan/model/ops.js';
import type { Refusal } from '../ending/refusal.js';
import type { ApplyRequest, PlanFrom } from '../flags/apply-request.js';
import { locateBoth } from '../input/location.js';
import type { Location, SandboxPlace } from '../input/place.js';
import { readLocation } from '../input/source.js';
import { planSource, planState } from './plan.js';

export { reportText } from '../../executor/handover/report.js';
export { opsText } from '../../plan/views/ops-text.js';

type Now = ApplyRequest & { readonly _tag: 'Apply' };

/** Loaded for plan files alone: a live source needs no reader of documents. */
const readPlan = (file: string): TE.TaskEither<Refusal, NetworkPlan> =>
  pipe(
    TE.fromTask<typeof import('../input/documents.js'), Refusal>(
      () => import('../input/documents.js'),
    ),
    TE.flatMap(({ readDocumentFile }) => readDocumentFile(NetworkPlan, file)),
  );

/** The ops that an apply of the same plan runs. */
export const opsOf = (from: PlanFrom): TE.TaskEither<Refusal, ReadonlyArray<Op>> =>
  pipe(
    from._tag === 'File'
      ? readPlan(from.file)
      : planSource(from.source, from.options, from.waiting),
    TE.map(linearise),
  );

type Executor = Pick<typeof import('../../executor/handover/apply.js'), 'apply'> &
  Pick<typeof import('../../executor/journal/standing.js'), 'nothingInTheWayOf'> &
  Pick<typeof import('../input/live.js'), 'onThisMachine'>;

/** Loaded here and not at the top: a dry run of a plan file needs no native code. */
const executor: TE.TaskEither<Refusal, Executor> = TE.fromTask(async () => ({
  ...(await import('../../executor/handover/apply.js')),
  ...(await import('../../executor/journal/standing.js')),
  ...(await import('../input/live.js')),
}));

/** Where an apply is recorded. */
type Recording = Pick<ApplyTarget, 'journalFolder'>;

/**
 * A namespace that was handed over has no usable link: it is refused as a plan, and what is to be told is
 * who has it.
 */
const orHandedOver =
  (netns: string, { journalFolder }: Recording) =>
  (refused: Refusal): TE.TaskEither<Refusal, never> =>
    pipe(
      executor,
      TE.flatMap(({ nothingInTheWayOf, onThisMachine }) =>
        onThisMachine(nothingInTheWayOf(netns, journalFolder)),
      ),
      TE.flatMap(() => TE.left(refused)),
    );

const makePlan = (
  { planFile, options, waiting }: Now,
  place: Location,
  sink: SandboxPlace,
  recording: Recording,
): TE.TaskEither<Refusal, NetworkPlan> =>
  planFile !== null
    ? readPlan(planFile)
    : pipe(
        readLocation(place, waiting),
        TE.flatMapEither((found) =>
          planState({ ...found.options, ...sink.options, ...options }, found.state),
        ),
        TE.orElseW(orHandedOver(place.netns, recording)),
      );

/** `interruption` takes signals over when there is something to undo; until then they end the process. */
export const applyNow = (
  request: Now,
  interruption: IO.IO<AbortSignal>,
  recording: Recording,
): TE.TaskEither<Refusal, ApplyReport> =>
  pipe(
    locateBoth(request.source, request.sink),
    TE.bind('plan', ({ place, sink }) => makePlan(request, place, sink, recording)),
    TE.bind('executor', () => executor),
    TE.flatMap(
      ({ plan, place: { netns }, sink: { sandbox }, executor: { apply, onThisMachine } }) =>
        onThisMachine(
          apply(plan, {
            ...recording,
            ...(request.probeFrom === null
              ? {}
              : { probeFrom: netnsPath({ netns: request.probeFrom }) }),
            netns,
            sandbox,
            signal: interruption(),
          }),
        ),
    ),
  );
