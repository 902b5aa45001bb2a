/** The order in which a target looks routes up, and routes cut so that its first match is the longest prefix. */

import type { FdLink, LoopbackLink, NetworkPlan } from '../model/network-plan.js';
import type { ObjectPath } from '../model/state.js';
import { orderForFirstMatch } from '../routing/first-match.js';
import type { Context } from './context.js';
import { splitNote, unsplitNote } from './forwarding-losses.js';

export interface LookupOrder {
  readonly links: Pick<NetworkPlan, 'loopbackLinks' | 'fdLinks'>;
  readonly notes: NetworkPlan['notes'];
  /** routes that are not there any more, as more specific ones decide all they cover */
  readonly covered: ReadonlySet<ObjectPath>;
}

/** The routes as the target looks them up: as they are, or so that the first match is the longest prefix. */
export const inLookupOrder = (
  { target }: Context,
  loopbackLinks: ReadonlyArray<LoopbackLink>,
  fdLinks: ReadonlyArray<FdLink>,
): LookupOrder => {
  if (target.lookup === 'longest-prefix')
    return { links: { loopbackLinks, fdLinks }, notes: [], covered: new Set() };
  const { split, unsplit, ...links } = orderForFirstMatch(loopbackLinks, fdLinks);
  const gone = split.filter(({ pieces }) => pieces === 0);
  return {
    links,
    notes: [
      ...split.filter(({ pieces }) => pieces > 0).map(splitNote),
      ...unsplit.map(unsplitNote),
    ],
    covered: new Set(gone.flatMap(({ route }) => route.from)),
  };
};
