/** Where the planned sandbox would send packets elsewhere than the kernel does. */
import { formatAddress, fromBigInt } from '../model/address.js';
import type { NetworkPlan } from '../model/network-plan.js';
import { type Family, type IpAddress, trusted } from '../model/scalars.js';
import type { NamespaceState, ObjectPath } from '../model/state.js';
import type { Target } from '../model/target.js';
import { elsewhere } from '../routing/elsewhere.js';
import { endOf, type Fate, NO_ROUTE, sameEnd } from '../routing/fate.js';
import { type Steps, stepsOf } from '../routing/intervals.js';
import { highestAddress } from '../routing/prefix-range.js';
import { sandboxFates, speaks } from '../routing/sandbox-table.js';
import { type KernelFate, kernelFates } from './kernel-fates.js';

/** A run of addresses with one difference. Addresses in between that the main table does not decide do not end it. */
export interface ForwardingDifference {
  readonly family: Family;
  /** the smallest address that differs: the example */
  readonly first: IpAddress;
  /** the largest address of the run that differs */
  readonly last: IpAddress;
  /** what the kernel does with a packet to `first` */
  readonly kernel: Fate;
  /** the route that decides so; null where there is none */
  readonly kernelRoute: ObjectPath | null;
  /** the rule that led to it or decides by itself; null where the main table decides as in every namespace */
  readonly kernelRule: ObjectPath | null;
  /** what the sandbox does with a packet to `first` */
  readonly sandbox: Fate;
}

/** One function of the address, read from low to high. */
const reader = <A>({ starts, values }: Steps<A>) => {
  let step = 0;
  return {
    /** `address` never decreases from call to call. */
    at: (address: bigint): A | null => {
      while ((starts[step + 1] ?? address + 1n) <= address) step++;
      return values[step] ?? null;
    },
    /** The first address of the next step, or null. */
    next: (): bigint | null => starts[step + 1] ?? null,
  };
};

/** Whether no link of the plan but loopback can send a packet of `family`. */
const leavesOut = (plan: NetworkPlan, family: Family): boolean =>
  !plan.fdLinks.some((link) => speaks(family, link));

interface Run {
  readonly pair: string;
  readonly first: bigint;
  last: bigint;
  readonly kernel: KernelFate | null;
  readonly sandbox: Fate | null;
}

const lowest = (...boundaries: ReadonlyArray<bigint | null>): bigint | null =>
  boundaries.reduce((low, b) => (low === null || (b !== null && b < low) ? b : low), null);

const differingRuns = (
  kernel: Steps<KernelFate>,
  sandbox: Steps<Fate>,
  skipped: Steps<true>,
  highest: bigint,
  onePerRun: boolean,
): ReadonlyArray<Run> => {
  const [kernelAt, sandboxAt, skippedAt] = [reader(kernel), reader(sandbox), reader(skipped)];
  const runs: Run[] = [];
  let open: Run | null = null;
  let first: bigint | null = 0n;
  while (first !== null) {
    const found = kernelAt.at(first);
    const planned = sandboxAt.at(first);
    const skip = skippedAt.at(first) === true;
    const next = lowest(kernelAt.next(), sandboxAt.next(), skippedAt.next());
    if (!skip) {
      const last = next === null ? highest : next - 1n;
      open = extend(runs, open, { found, planned, first, last }, onePerRun);
    }
    first = next !== null && next <= highest ? next : null;
  }
  return runs;
};

interface Interval {
  readonly first: bigint;
  readonly last: bigint;
  readonly found: KernelFate | null;
  readonly planned: Fate | null;
}

/** The run that is open after `interval`: the same, a new one, or none where kernel and sandbox agree. */
const extend = (
  runs: Run[],
  open: Run | null,
  { first, last, found, planned }: Interval,
  onePerRun: boolean,
): Run | null => {
  const kernel = found?.fate ?? NO_ROUTE;
  const sandbox = planned ?? NO_ROUTE;
  if (sameEnd(kernel, sandbox)) return null;
  const pair = onePerRun ? '' : `${endOf(kernel)} / ${endOf(sandbox)}`;
  if (open?.pair === pair) {
    open.last = last;
    return open;
  }
  const run = { pair, first, last, kernel: found, sandbox: planned };
  runs.push(run);
  return run;
};

const compareFamily = (
  state: NamespaceState,
  plan: NetworkPlan,
  target: Pick<Target, 'lookup'>,
  family: Family,
): ReadonlyArray<ForwardingDifference> => {
  const skipped = elsewhere(state, family).map((range) => ({ range, value: true as const }));
  const text = (address: bigint): IpAddress =>
    trusted.ipAddress(formatAddress(fromBigInt(address, family)));
  return differingRuns(
    kernelFates(state, family),
    sandboxFates(plan, target, family),
    stepsOf(skipped, 'longest-prefix'),
    highestAddress(family),
    leavesOut(plan, family),
  ).map(({ first, last, kernel, sandbox }) => ({
    family,
    first: text(first),
    last: text(last),
    kernel: kernel?.fate ?? NO_ROUTE,
    kernelRoute: kernel?.route ?? null,
    kernelRule: kernel?.rule ?? null,
    sandbox: sandbox ?? NO_ROUTE,
  }));
};

/**
 * Every difference between what the kernel does in `state` with an ordinary application's packets and what the
 * sandbox that `plan` makes does, by family and then by address; empty where they forward alike. O(n log n) in the routes.
 *
 * Neighboring intervals with the same two fates are one difference. A family that the plan leaves out
 * gives one for each run of addresses the kernel forwards, whatever the fates in it. Destinations that
 * no route of a sandbox decides (elsewhere.ts) are not compared, and neither are route MTUs, metrics and
 * source addresses, which are of the routes. A plan for the host's own stack has no table to compare.
 */
export const compareForwarding = (
  state: NamespaceState,
  plan: NetworkPlan,
  target: Pick<Target, 'lookup'>,
): ReadonlyArray<ForwardingDifference> =>
  plan.network === 'host'
    ? []
    : (['inet', 'inet6'] as const).flatMap((family) => compareFamily(state, plan, target, family));
