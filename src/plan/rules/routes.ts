/** Which routes of the state the sandbox can have, each judged alone; gateway.ts and selection.ts choose among them. */

import { familyOf, isMapped } from '../model/address.js';
import { isEverything } from '../model/default-route.js';
import { RT_TABLE } from '../model/kernel-names/route.js';
import type { IpAddress } from '../model/scalars.js';
import type { ObjectPath, Route } from '../model/state.js';
import { type Hop, hopsOf } from '../routing/hops.js';
import { type Code, meaningOf } from './codes.js';
import { type Context, familyLeftOut } from './context.js';
import type { PlacedLink, Placement } from './links.js';
import { at } from './verdict.js';

/** A difference that a route keeps even when it is chosen. */
export interface Loss {
  readonly code: Code;
  readonly detail?: string;
}

/** A route the sandbox could have, before routes to the same prefix compete. */
export interface Candidate {
  readonly path: ObjectPath;
  readonly route: Route;
  /** what the sandbox's route lacks against the kernel's, if it wins */
  readonly losses: ReadonlyArray<Loss>;
  /** null: packets are dropped */
  readonly via: { readonly placed: PlacedLink; readonly gateway: IpAddress | null } | null;
}

export type Judgement =
  | { readonly _tag: 'Candidate'; readonly candidate: Candidate }
  | { readonly _tag: 'Verdict'; readonly code: Code; readonly detail?: string }
  /** a default route that makes the plan impossible unless a policy says otherwise */
  | {
      readonly _tag: 'Refused';
      readonly why: 'multipath' | 'other-family' | 'excluded-link';
      readonly legs: ReadonlyArray<Hop>;
      readonly detail: string;
    };

const verdict = (code: Code, detail?: string): Judgement => ({
  _tag: 'Verdict',
  code,
  ...(detail === undefined ? {} : { detail }),
});

/** What drops packets, and how close the sandbox's silent drop on loopback comes to it. */
const DROPPING: Readonly<Record<string, ReadonlyArray<Loss>>> = {
  blackhole: [],
  unreachable: [{ code: 'approximated/unreachable' }],
  prohibit: [{ code: 'approximated/prohibit' }],
  throw: [{ code: 'approximated/throw' }],
};

const localTableCode = (route: Route): Code => {
  if (route.protocol === 'kernel') return 'dropped/route-implied';
  return route.type === 'local' ? 'dropped/route-local' : 'dropped/route-type';
};

/** What can be said of a route without looking at its nexthops; null to go on. */
const byKind = (context: Context, route: Route): Code | null => {
  if (!context.options.families.includes(route.family)) return 'dropped/family-not-chosen';
  if (route.table === RT_TABLE.local) return localTableCode(route);
  if (route.table !== RT_TABLE.main) return 'dropped/route-other-table';
  if ((route.tos ?? 0) !== 0) return 'dropped/route-tos';
  if (route.src !== undefined) return 'dropped/route-source-prefix';
  if (isMapped(route.dst)) return 'dropped/route-mapped';
  if (route.expires === 0) return 'dropped/route-expired';
  if (route.type !== 'unicast' && DROPPING[route.type] === undefined) return 'dropped/route-type';
  return route.other === undefined ? null : 'dropped/route-encapsulated';
};

/** The nexthops of a route that the kernel can use. */
const liveHops = ({ hops }: Context, route: Route): ReadonlyArray<Hop> =>
  hopsOf(hops, route).filter(({ flags }) => !(flags ?? []).includes('dead'));

const excludedCode = (placed: PlacedLink): Code => {
  if (placed.code === 'dropped/link-down') return 'dropped/route-link-down';
  if (placed.code === 'dropped/link-not-chosen') return 'dropped/route-link-not-chosen';
  return 'dropped/route-on-excluded-link';
};

/**
 * The source that the sandbox gives packets of a route: its link's first IPv4 address, or the only IPv6 one
 * of more than link scope; undefined where it depends on the destination (RFC 6724).
 */
const sourceAddressOf = ({ family }: Route, { addresses }: PlacedLink): IpAddress | undefined => {
  const own = addresses.map(({ address }) => address).filter((a) => a.family === family);
  const [first, second] = family === 'inet' ? own : own.filter(({ scope }) => scope !== 'link');
  return family === 'inet6' && second !== undefined ? undefined : first?.local;
};

/** Losses of a route that stays: attributes that have no field on the wire. */
const attributeLosses = (
  { target }: Context,
  route: Route,
  placed: PlacedLink,
): ReadonlyArray<Loss> => {
  const { mtu, ...others } = route.metrics ?? {};
  const lost: Loss[] = [];
  if (mtu !== undefined && !target.routeMtu)
    lost.push({
      code: 'approximated/route-mtu',
      detail: `ip link set ${placed.link.name} mtu ${mtu}`,
    });
  const names = [
    ...Object.keys(others),
    ...(route.lock === undefined ? [] : ['lock']),
    ...(route.congctl === undefined ? [] : ['congctl']),
  ];
  if (names.length > 0) lost.push({ code: 'approximated/route-metrics', detail: names.join(', ') });
  const { prefsrc } = route;
  const chosen = prefsrc === undefined ? prefsrc : sourceAddressOf(route, placed);
  if (prefsrc !== undefined && route.protocol !== 'kernel' && prefsrc !== chosen)
    lost.push({
      code: 'approximated/route-source',
      detail: chosen === undefined ? `src ${prefsrc}` : `src ${prefsrc}, not ${chosen}`,
    });
  if (route.expires !== undefined) lost.push({ code: 'approximated/route-expires' });
  return [...lost, ...realmsLost(route)];
};

/** The tags of a route, or of the first of its legs that has any. */
const realmsLost = ({ realms, nexthops = [] }: Route): ReadonlyArray<Loss> => {
  const tags = realms ?? nexthops.find((leg) => leg.realms !== undefined)?.realms;
  return tags === undefined ? [] : [{ code: 'approximated/route-realms', detail: tags }];
};

const throughLeg = (
  context: Context,
  placed: PlacedLink,
  route: Route,
  path: ObjectPath,
  leg: Hop,
  several: boolean,
): Judgement => {
  const approximation: ReadonlyArray<Loss> = several
    ? [{ code: 'approximated/multipath-first' }]
    : [];
  const losses = [...approximation, ...attributeLosses(context, route, placed)];
  const via = { placed, gateway: leg.gateway ?? null };
  return { _tag: 'Candidate', candidate: { path, route, losses, via } };
};

/** A default route is refused where any other route is only lost. */
const refuseOr = (
  route: Route,
  why: 'multipath' | 'other-family' | 'excluded-link',
  otherwise: Code,
  legs: ReadonlyArray<Hop>,
  detail = '',
): Judgement =>
  isEverything(route.dst) ? { _tag: 'Refused', why, legs, detail } : verdict(otherwise);

/** Judges a route whose link is not handed over. */
const throughExcluded = (route: Route, placed: PlacedLink, legs: ReadonlyArray<Hop>): Judgement => {
  const code = excludedCode(placed);
  const { name } = placed.link;
  return code === 'dropped/route-on-excluded-link'
    ? refuseOr(route, 'excluded-link', code, legs, meaningOf(placed.code).means)
    : verdict(code, name);
};

/** Judges a unicast route by the nexthops that are alive. */
const byNexthop = (
  context: Context,
  placement: Placement,
  route: Route,
  path: ObjectPath,
): Judgement => {
  const legs = liveHops(context, route);
  const [first] = legs;
  const placed = placement.byIndex.get(first?.ifindex ?? 0);
  if (first === undefined || placed === undefined) return verdict('dropped/route-dead');
  const several = legs.length > 1;
  if (several && context.options.multipath === 'error')
    return refuseOr(route, 'multipath', 'dropped/route-multipath', legs);
  if (first.gateway !== undefined && familyOf(first.gateway) !== route.family)
    return refuseOr(route, 'other-family', 'dropped/route-other-family-gateway', legs);
  if (first.gateway !== undefined && isMapped(first.gateway))
    return refuseOr(route, 'other-family', 'dropped/route-mapped', legs);
  if (placed.role === 'excluded') return throughExcluded(route, placed, legs);
  const leftOut = placed.role === 'fd' ? familyLeftOut(context, route.family) : null;
  return leftOut === null
    ? throughLeg(context, placed, route, path, first, several)
    : verdict(leftOut);
};

/** What the sandbox can make of one route. */
export const judgeRoute = (
  context: Context,
  placement: Placement,
  route: Route,
  index: number,
): Judgement => {
  const path = at('routes', index);
  const code = byKind(context, route);
  if (code !== null) return verdict(code);
  const dropping = DROPPING[route.type];
  return dropping === undefined
    ? byNexthop(context, placement, route, path)
    : { _tag: 'Candidate', candidate: { path, route, losses: dropping, via: null } };
};
