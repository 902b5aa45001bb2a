/** The two sides of `netplan diff` as plans: files of either kind, or live namespaces. */
import { sequenceT } from 'fp-ts/lib/Apply.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { PlanOrState } from '../../plan/documents/plan-or-state.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import type { PlanOptions } from '../../plan/model/options.js';
import { type Change, diffPlans } from '../../plan/views/diff.js';
import type { Refusal } from '../ending/refusal.js';
import { readDocumentFile } from '../input/documents.js';
import { readSource } from '../input/source.js';
import { planState } from './plan.js';

const NETNS = 'netns:';

const readSide = (side: string): TE.TaskEither<Refusal, PlanOrState> =>
  side.startsWith(NETNS)
    ? pipe(
        readSource({ _tag: 'Netns', netns: side.slice(NETNS.length) }),
        TE.map(({ state }) => state),
      )
    : readDocumentFile(PlanOrState, side);

/** A state beside a plan is compiled for that plan's target and network mode, beside a state by the defaults. */
const optionsBeside = (other: PlanOrState): PlanOptions =>
  other.kind === 'NetworkPlan' ? { target: other.target, network: other.network } : {};

const asPlan = (side: PlanOrState, other: PlanOrState): TE.TaskEither<Refusal, NetworkPlan> =>
  side.kind === 'NetworkPlan'
    ? TE.right(side)
    : TE.fromEither(planState(optionsBeside(other), side));

const both = sequenceT(TE.ApplySeq);

export const compareSides = (
  from: string,
  to: string,
): TE.TaskEither<Refusal, ReadonlyArray<Change>> =>
  pipe(
    both(readSide(from), readSide(to)),
    TE.flatMap(([a, b]) => both(asPlan(a, b), asPlan(b, a))),
    TE.map(([a, b]) => diffPlans(a, b)),
  );
