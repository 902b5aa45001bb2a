/** Permanent neighbors become static neighbors of the sandbox; everything else in the table is a cache. */

import type { PlannedNeighbor } from '../model/network-plan.js';
import type { Neighbor } from '../model/state.js';
import { isLastingNeighbor } from '../views/object-text.js';
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
  if (neighbor.lladdr === undefined) return 'dropped/neighbor-without-address';
  return context.target.neighbors ? 'kept/neighbor' : 'dropped/neighbor-unsupported';
};

export interface Neighbors {
  readonly byIndex: ReadonlyMap<number, ReadonlyArray<PlannedNeighbor>>;
  readonly verdicts: ReadonlyArray<Verdict>;
}

export const planNeighbors = (context: Context, placement: Placement): Neighbors => {
  const byIndex = new Map<number, PlannedNeighbor[]>();
  const verdicts = context.state.neighbors.map((neighbor, i): Verdict => {
    const object = at('neighbors', i);
    const code = neighborCode(context, placement, neighbor);
    const { dst: address, lladdr: linkAddress, ifindex } = neighbor;
    if (code === 'kept/neighbor' && linkAddress !== undefined) {
      const planned = { address, linkAddress, from: [object] };
      const list = byIndex.get(ifindex);
      if (list === undefined) byIndex.set(ifindex, [planned]);
      else list.push(planned);
    }
    return { object, code };
  });
  return { byIndex, verdicts };
};
