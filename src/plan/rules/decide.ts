/** decide: every rule of the planner in its order, with the verdict on every object and all errors together. */

import * as E from 'fp-ts/lib/Either.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import { groupBy, inFamilyOrder } from '../model/group-by.js';
import { objectsOf } from '../model/lasting-object.js';
import { linkCalled, linkNames } from '../model/link-names.js';
import type { DefaultGateway, FdLink, LoopbackLink, NetworkPlan } from '../model/network-plan.js';
import { type PlanOptions, type ResolvedOptions, resolveOptions } from '../model/options.js';
import type { NamespaceState } from '../model/state.js';
import { stateHash } from '../model/state-hash.js';
import { findTarget } from '../model/target.js';
import { hopContext } from '../routing/hops.js';
import { inconsistencies } from './consistency.js';
import type { Context } from './context.js';
import type { PlanError, PlanErrors } from './failures.js';
import { planFdLink } from './fd-links.js';
import { judgeFilters } from './filters.js';
import { forwardingLosses } from './forwarding-losses.js';
import { linkLimits, unsupportedOptions } from './limits.js';
import { placeLinks } from './links.js';
import { inLookupOrder } from './lookup-order.js';
import { defaultLoopback, planLoopback } from './loopback.js';
import { planNeighbors } from './neighbors.js';
import { notesOf } from './notes.js';
import { judgeNexthops, judgeRules } from './policy-objects.js';
import { planRoutes } from './route-plan.js';
import type { Candidate } from './routes.js';
import { judgeSysctls } from './sysctls.js';
import { account, byObject, lossesOf, type Verdict } from './verdict.js';

/** A plan with what speaks against it: `plan` is complete, but only to be used when `errors` is empty. */
export interface Decision {
  readonly plan: NetworkPlan;
  readonly verdicts: ReadonlyArray<Verdict>;
  readonly errors: ReadonlyArray<PlanError>;
}

const isGateway = ({ via }: Candidate): boolean =>
  via !== null && via.gateway !== null && via.placed.role === 'fd';

const defaultGateway = (context: Context, { route, via, path }: Candidate): DefaultGateway[] => {
  if (via === null || via.gateway === null) return [];
  const mtu = context.target.routeMtu ? route.metrics?.['mtu'] : undefined;
  return [
    {
      family: route.family,
      link: via.placed.link.name,
      gateway: via.gateway,
      ...(mtu === undefined ? {} : { mtu }),
      from: [path],
    },
  ];
};

interface Planned {
  readonly loopbackLinks: ReadonlyArray<LoopbackLink>;
  readonly fdLinks: ReadonlyArray<FdLink>;
  readonly defaultGateways: ReadonlyArray<DefaultGateway>;
}

const planDocument = (
  context: Context,
  planned: Planned,
  verdicts: ReadonlyArray<Verdict>,
  notes: NetworkPlan['notes'],
): NetworkPlan => {
  const { state, target, options, chosen } = context;
  const found = byObject(verdicts);
  const objects = account(objectsOf(state), found);
  return {
    kind: 'NetworkPlan',
    formatVersion: 2,
    target: target.name,
    network: options.network,
    options: structuredClone(chosen),
    basis: {
      stateHash: stateHash(objects),
      scanned: objects.length,
      ...(state.netns === undefined ? {} : { netns: { ...state.netns } }),
    },
    ...planned,
    losses: lossesOf(objects, found),
    notes,
    objects,
  };
};

const forwardingDifferences = (
  { state, target, options }: Context,
  plan: NetworkPlan,
): NetworkPlan['losses'] => forwardingLosses(state, plan, target, options.families);

const decideSandbox = (context: Context): Decision => {
  const placement = placeLinks(context);
  const routed = planRoutes(context, placement);
  const neighbors = planNeighbors(context, placement);
  const linkRoutes = [...routed.routes, ...routed.defaults.chosen.filter((one) => !isGateway(one))];
  const onLoopback = linkRoutes.filter(({ via }) => via === null || via.placed.role === 'loopback');
  const byIndex = groupBy(
    inFamilyOrder(linkRoutes, ({ route }) => route.family),
    ({ via }) => via?.placed.link.ifindex,
  );
  const loopback = planLoopback(context, placement, onLoopback);
  const fdLinks = placement.links
    .filter(({ role }) => role === 'fd')
    .map((placed) => {
      const { ifindex } = placed.link;
      const routes = byIndex.get(ifindex) ?? [];
      return planFdLink(context, placed, routes, neighbors.byIndex.get(ifindex) ?? []);
    });
  const defaultGateways = routed.defaults.chosen
    .filter(isGateway)
    .flatMap((candidate) => defaultGateway(context, candidate));
  const ordered = inLookupOrder(context, loopback.links, fdLinks);
  const planned = { ...ordered.links, defaultGateways };
  const verdicts = [
    ...placement.verdicts,
    ...routed.verdicts.map(
      (one): Verdict =>
        ordered.covered.has(one.object)
          ? { object: one.object, code: 'dropped/route-covered' }
          : one,
    ),
    ...judgeRules(context.state),
    ...neighbors.verdicts,
    ...judgeNexthops(context.state),
    ...judgeFilters(context.state, placement),
    ...judgeSysctls(context.state, placement),
  ];
  const notes = notesOf(context, placement, {
    fdLinks,
    defaultGateways,
    loopbackSynthesised: loopback.synthesised,
  });
  const plan = planDocument(context, planned, verdicts, [
    ...notes,
    ...routed.notes,
    ...ordered.notes,
  ]);
  return {
    plan: { ...plan, losses: [...plan.losses, ...forwardingDifferences(context, plan)] },
    verdicts,
    errors: [...placement.errors, ...routed.errors, ...linkLimits(context, fdLinks)],
  };
};

/** Network none has the default loopback and host has nothing: the state is only counted. */
const decideWithoutState = (context: Context, network: 'none' | 'host'): Decision => {
  const verdicts = objectsOf(context.state).map(
    ({ path }): Verdict => ({ object: path, code: `dropped/network-${network}` }),
  );
  const planned = {
    loopbackLinks: network === 'none' ? [defaultLoopback(['inet', 'inet6'])] : [],
    fdLinks: [],
    defaultGateways: [],
  };
  return { plan: planDocument(context, planned, verdicts, []), verdicts, errors: [] };
};

const withPause = (options: ResolvedOptions, pauseAsNone: boolean): ResolvedOptions =>
  options.pause && pauseAsNone && options.network === 'sandbox'
    ? { ...options, network: 'none' }
    : options;

/** Links by their names, where options have alternative ones. */
const withLinkNames = (options: ResolvedOptions, { links }: NamespaceState): ResolvedOptions => {
  const nameOf = (called: string) => linkCalled(links, called)?.name ?? called;
  const policy = options.defaultRoute;
  return {
    ...options,
    links: options.links.map(nameOf),
    defaultRoute: typeof policy === 'string' ? policy : { link: nameOf(policy.link) },
  };
};

/** Left: the options or the state are no input at all, so that nothing could be decided. */
export const decide = (
  given: PlanOptions,
  state: NamespaceState,
): E.Either<PlanErrors, Decision> => {
  const chosen = withLinkNames(resolveOptions(given), state);
  const target = findTarget(chosen.target);
  if (target === null) return E.left([{ _tag: 'UnknownTarget', name: chosen.target, objects: [] }]);
  const options = withPause(chosen, target.pauseAsNone);
  const names = linkNames(state);
  const hops = hopContext(state);
  const context: Context = { state, chosen, options, target, names, hops };
  const errors = [...unsupportedOptions(context), ...inconsistencies(state)];
  if (RA.isNonEmpty(errors)) return E.left(errors);
  return E.right(
    options.network === 'sandbox'
      ? decideSandbox(context)
      : decideWithoutState(context, options.network),
  );
};
