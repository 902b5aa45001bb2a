/** What every rule of the planner reads: the state, the choices, the target. */

import type { LinkNames } from '../model/link-names.js';
import type { ResolvedOptions } from '../model/options.js';
import type { Family } from '../model/scalars.js';
import type { NamespaceState } from '../model/state.js';
import type { Target } from '../model/target.js';
import type { HopContext } from '../routing/hops.js';

export interface Context {
  readonly state: NamespaceState;
  /** as they were given, with the defaults, and links by their names */
  readonly chosen: ResolvedOptions;
  /** the same for this target: a pause container's network may be none */
  readonly options: ResolvedOptions;
  readonly target: Target;
  readonly names: LinkNames;
  readonly hops: HopContext;
}

/** Why objects of `family` are left out on FD links, or null where they are planned. */
export const familyLeftOut = (
  { options, target }: Context,
  family: Family,
): 'dropped/family-not-chosen' | 'dropped/family-unsupported' | null => {
  if (!options.families.includes(family)) return 'dropped/family-not-chosen';
  return family === 'inet6' && !target.ipv6Links ? 'dropped/family-unsupported' : null;
};
