/** applyRequest: what `netplan apply` is asked to do, or what is wrong with the way it is asked. */
import type { PlanOptions } from '../../plan/model/options.js';
import { type PlanFlags, planOptions } from './plan-options.js';
import {
  type LiveSource,
  NO_SOURCE,
  type Sink,
  type Source,
  type SourceFlags,
  sinkOf,
  sourceOf,
} from './source.js';
import { misverified, type VerifyFlags } from './verify.js';
import { cannotWait, type WaitFlags, type Waiting, waitingOf } from './wait.js';

/** Where the plan is from: a file, or a source that is planned now. */
export type PlanFrom =
  | { readonly _tag: 'File'; readonly file: string }
  | {
      readonly _tag: 'Source';
      readonly source: Source;
      readonly options: PlanOptions;
      readonly waiting: Waiting | null;
    };

export type ApplyRequest =
  | { readonly _tag: 'WrongUse'; readonly message: string }
  | { readonly _tag: 'DryRun'; readonly from: PlanFrom }
  | {
      readonly _tag: 'Apply';
      readonly planFile: string | null;
      readonly source: LiveSource;
      readonly sink: Sink;
      readonly options: PlanOptions;
      readonly waiting: Waiting | null;
      /** a namespace of ip netns or a path; null: no probe */
      readonly probeFrom: string | null;
    };

export interface ApplyFlags extends SourceFlags, PlanFlags, WaitFlags, VerifyFlags {
  readonly 'dry-run'?: boolean;
}

const wrongUse = (message: string): ApplyRequest => ({ _tag: 'WrongUse', message });

/** What is wrong with flags that are about planning, or null. */
const misplanned = (
  planFile: string | null,
  source: Source | null,
  options: PlanOptions,
  waiting: Waiting | null,
): string | null => {
  if (planFile === null) {
    return source === null ? `${NO_SOURCE}, or give a plan file` : cannotWait(source, waiting);
  }
  if (Object.keys(options).length > 0)
    return 'a plan file has its options already: make it again with netplan plan';
  return waiting === null
    ? null
    : 'a plan file is of a state that was there: give --wait-for to the netplan plan that makes it';
};

/** A dry run needs neither a sandbox nor a live namespace. */
export const applyRequest = (planFile: string | null, flags: ApplyFlags): ApplyRequest => {
  const [source, options, waiting] = [sourceOf(flags), planOptions(flags), waitingOf(flags)];
  const wrong = misplanned(planFile, source, options, waiting) ?? misverified(flags);
  if (wrong !== null) return wrongUse(wrong);
  if (flags['dry-run'] === true && planFile !== null)
    return { _tag: 'DryRun', from: { _tag: 'File', file: planFile } };
  if (source === null) return wrongUse(NO_SOURCE);
  if (flags['dry-run'] === true)
    return { _tag: 'DryRun', from: { _tag: 'Source', source, options, waiting } };
  if (source._tag === 'StateFile')
    return wrongUse('a captured state can be planned, not applied: name a live namespace');
  const sink = sinkOf(flags);
  const probeFrom = flags['probe-from'] ?? null;
  return sink === null
    ? wrongUse('name the sandbox: --socket PATH, --socket @NAME or --container ID')
    : { _tag: 'Apply', planFile, source, sink, options, waiting, probeFrom };
};
