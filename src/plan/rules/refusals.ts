/** The error that a default route makes when the sandbox cannot have it. */

import { linkName } from '../model/link-names.js';
import type { ObjectPath, Route } from '../model/state.js';
import type { Hop } from '../routing/hops.js';
import type { Context } from './context.js';
import type { DefaultRouteAt, PlanError } from './failures.js';
import type { Placement } from './links.js';
import { unusableLinks } from './notes.js';
import type { Judgement } from './routes.js';

/** A judgement that is an error unless a policy leaves the route out. */
export type Refused = Extract<Judgement, { readonly _tag: 'Refused' }>;

const legAt = ({ names }: Context, { ifindex, gateway, weight }: Hop) => ({
  link: ifindex === undefined ? '?' : linkName(names, ifindex),
  gateway: gateway ?? null,
  weight,
});

/** Turns a refused default route into its error, with both sides of the conflict. */
export const refusedDefault = (
  context: Context,
  placement: Placement,
  route: Route,
  path: ObjectPath,
  { why, legs, detail }: Refused,
): PlanError => {
  const nexthops = legs.map((leg) => legAt(context, leg));
  const at: DefaultRouteAt = {
    path,
    family: route.family,
    link: nexthops[0]?.link ?? '?',
    gateway: nexthops[0]?.gateway ?? null,
    metric: route.metric ?? 0,
    protocol: route.protocol,
    pref: route.pref ?? null,
  };
  if (why === 'multipath')
    return { _tag: 'MultipathDefault', family: route.family, objects: [path], nexthops };
  if (why === 'other-family') return { _tag: 'DefaultViaOtherFamily', route: at, objects: [path] };
  if (placement.links.some(({ role }) => role === 'fd')) {
    const link = placement.byIndex.get(legs[0]?.ifindex ?? 0)?.path;
    const objects = link === undefined ? [path] : [path, link];
    return { _tag: 'DefaultOnExcludedLink', route: at, reason: detail, objects };
  }
  const { links, objects } = unusableLinks(placement);
  return { _tag: 'NoUsableLink', links, objects: [path, ...objects] };
};
