/** Permanent neighbors become static neighbors of the sandbox; everything else in the table is a cache. */

import { isMapped } from '../model/address.js';
import { groupBy } from '../model/group-by.js';
import { isLastingNeighbor } from '../model/lasting.js';
import type { PlannedNeighbor } from '../model/network-plan.js';
import type { Neighbor } from '../model/state.js';
import type { Code } from './codes.js';
import { type Context, familyLeftOut } from './context.js';
import type { Placement } from './links.js';
import { at, type Verdict } from './verdict.js';

const neighborCode = (context: Context, placement: Placement, neighbor: Neighbor): Code => {
  if (!isLastingNeighbor(neighbor)) return 'dropped/neighbor-dynamic';
  if (placement.byIndex.get(neighbor.ifindex)?.role !== 'fd')
    return 'dropped/neighbor-on-excluded-link';
  const leftOut = familyLeftOut(context, neighbor.family);
  if (leftOut !== null) return leftOut;
  if (neighbor.flags.includes('proxy')) return 'dropped/neighbor-proxy';
  if (isMapped(neighbor.dst)) return 'dropped/neighbor-mapped';
  if (neighbor.lladdr === undefined) return 'dropped/neighbor-without-address';
  return context.target.neighbors ? 'kept/neighbor' : 'dropped/neighbor-unsupported';
};

interface JudgedNeighbor {
  readonly neighbor: Neighbor;
  readonly verdict: Verdict;
}

const plannedNeighbor = ({ neighbor, verdict }: JudgedNeighbor): ReadonlyArray<PlannedNeighbor> => {
  const { dst: address, lladdr: linkAddress } = neighbor;
  return linkAddress === undefined ? [] : [{ address, linkAddress, from: [verdict.object] }];
};

export interface Neighbors {
  readonly byIndex: ReadonlyMap<number, ReadonlyArray<PlannedNeighbor>>;
  readonly verdicts: ReadonlyArray<Verdict>;
}

export const planNeighbors = (context: Context, placement: Placement): Neighbors => {
  const judged = context.state.neighbors.map((neighbor, i) => ({
    neighbor,
    verdict: { object: at('neighbors', i), code: neighborCode(context, placement, neighbor) },
  }));
  const kept = judged.filter(({ verdict }) => verdict.code === 'kept/neighbor');
  const groups = groupBy(kept, ({ neighbor }) => neighbor.ifindex);
  return {
    byIndex: new Map(
      [...groups].map(([ifindex, group]) => [ifindex, group.flatMap(plannedNeighbor)]),
    ),
    verdicts: judged.map(({ verdict }) => verdict),
  };
};
