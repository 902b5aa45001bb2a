/** Differences between the kernel's forwarding and the sandbox's as losses, each with its smallest example. */

import { compareForwarding, type ForwardingDifference } from '../forwarding/compare.js';
import type { Diagnostic, NetworkPlan } from '../model/network-plan.js';
import type { Family } from '../model/scalars.js';
import type { NamespaceState } from '../model/state.js';
import type { Target } from '../model/target.js';
import { fateText } from '../routing/fate.js';
import type { SplitRoute } from '../routing/first-match.js';
import { note } from './notes.js';

const loss = ({
  first,
  last,
  kernel,
  kernelRoute,
  kernelRule,
  sandbox,
}: ForwardingDifference): Diagnostic => ({
  code: 'loss/forwarding',
  path: kernelRoute ?? kernelRule ?? 'routes',
  summary: `a packet to ${first}${first === last ? '' : ` (up to ${last})`}: kernel ${fateText(kernel)}, sandbox ${fateText(sandbox)}`,
  remedy: 'see the losses of the routes to it, and netplan explain with this address',
  objects: [kernelRoute, kernelRule].filter((object) => object !== null),
});

/** More examples tell nobody more; a plan of 100,000 routes may have as many differences. */
const EXAMPLES = 64;

/** What is said of the differences beyond the first ones. */
const andMore = (count: number): Diagnostic => ({
  code: 'loss/forwarding',
  path: 'routes',
  summary: `${count} more ${count === 1 ? 'range of addresses is' : 'ranges of addresses are'} forwarded differently; the first ${EXAMPLES} are listed`,
  remedy: 'see the losses of the routes, and netplan explain with an address',
  objects: [],
});

/** What the sandbox will forward differently from the kernel, in the families that were chosen. */
export const forwardingLosses = (
  state: NamespaceState,
  plan: NetworkPlan,
  target: Target,
  families: ReadonlyArray<Family>,
): ReadonlyArray<Diagnostic> => {
  const differences = compareForwarding(state, plan, target).filter(({ family }) =>
    families.includes(family),
  );
  const listed = differences.slice(0, EXAMPLES).map(loss);
  const unlisted = differences.length - listed.length;
  return unlisted === 0 ? listed : [...listed, andMore(unlisted)];
};

/** A route that was cut up to let more specific routes of later links be found first. */
export const splitNote = ({ link, route, pieces }: SplitRoute): Diagnostic =>
  note(
    'route-split',
    route.from,
    `${route.destination} on ${link} becomes ${pieces} routes, as the target takes the first match`,
    'nothing to do',
  );

/** A route that was left whole and so takes packets of later links. */
export const unsplitNote = ({ link, route }: Omit<SplitRoute, 'pieces'>): Diagnostic =>
  note(
    'route-unsplit',
    route.from,
    `${route.destination} on ${link} stays whole, as leaving out what later links have in it would take too many routes, or ones that gVisor takes for IPv4; it takes their packets`,
    'use gVisor 20240715.0 or newer, or give the links prefixes that do not overlap',
  );
