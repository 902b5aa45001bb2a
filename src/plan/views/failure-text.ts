/** A PlanError in words: what is wrong, with both sides of it, and what to do. */

import type { Diagnostic } from '../model/network-plan.js';
import {
  type DefaultRouteAt,
  type LinkVerdict,
  PLAN_ERRORS,
  type PlanError,
} from '../rules/failures.js';
import { lossOf } from './loss-text.js';

const route = (r: DefaultRouteAt): string =>
  [
    `default${r.gateway === null ? '' : ` via ${r.gateway}`} dev ${r.link}`,
    `metric ${r.metric} proto ${r.protocol}`,
    r.pref === null ? '' : `pref ${r.pref}`,
    `(${r.path})`,
  ]
    .filter(Boolean)
    .join(' ');

const isForeign = ({ family, gateway }: DefaultRouteAt): boolean =>
  family === 'inet' && gateway?.includes(':') === true;

/** ip(8) takes the family of the route from the gateway unless it is told. */
const deletion = (r: DefaultRouteAt): string =>
  [
    `ip ${isForeign(r) ? '-4 ' : r.family === 'inet6' ? '-6 ' : ''}route del default`,
    r.gateway === null ? '' : `via ${isForeign(r) ? 'inet6 ' : ''}${r.gateway}`,
    `dev ${r.link}`,
    r.metric === 0 ? '' : `metric ${r.metric}`,
  ]
    .filter(Boolean)
    .join(' ');

const reasons = (links: ReadonlyArray<LinkVerdict>): string =>
  links.map(({ link, reason }) => `${link} ${reason}`).join('; ');

const words = (e: PlanError): Diagnostic => {
  switch (e._tag) {
    case 'UnknownTarget':
      return {
        code: PLAN_ERRORS.UnknownTarget.code,
        path: 'target',
        summary: `"${e.name}" is not a gVisor release, a dialect, head or latest`,
        remedy: 'run netplan targets for the list, or give a release as runsc --version prints it',
      };
    case 'UnknownLinkOption':
      return {
        code: PLAN_ERRORS.UnknownLinkOption.code,
        path: 'links',
        summary: `no link "${e.link}" in the namespace, which has ${e.links.join(', ') || 'none'}`,
        remedy: 'name one of them with --link',
      };
    case 'OptionUnsupported':
      return {
        code: PLAN_ERRORS.OptionUnsupported.code,
        path: e.option,
        summary: `target ${e.target} cannot have ${e.option} ${e.value}: ${e.why}`,
        remedy: `leave out ${e.option}, or use a newer target`,
      };
    case 'InconsistentState':
      return {
        code: PLAN_ERRORS.InconsistentState.code,
        path: e.path,
        summary: e.problem,
        remedy: 'capture the state again; no kernel reports this',
      };
    case 'DuplicateLink':
      return {
        code: PLAN_ERRORS.DuplicateLink.code,
        path: e.objects[1],
        summary: `link ${e.what} "${e.value}" is already at ${e.objects[0]}`,
        remedy: 'rename or remove one of them',
      };
    case 'DuplicateAddress':
      return {
        code: PLAN_ERRORS.DuplicateAddress.code,
        path: e.objects[1],
        summary: `${e.address} is on ${e.links[0]} (${e.objects[0]}) and on ${e.links[1]} (${e.objects[1]})`,
        remedy: `ip addr del ${e.address}/${e.prefixLen} dev ${e.links[1]}, or leave one link out with --link`,
      };
    case 'DuplicateDefaultGateway': {
      const extra = e.routes[1];
      const scope = e.family ?? 'single (the target has one for both families)';
      return {
        code: PLAN_ERRORS.DuplicateDefaultGateway.code,
        path: extra.path,
        summary: `more than one ${scope} default route: ${e.routes.map(route).join('; ')}`,
        remedy: `${deletion(extra)}, or plan with --default-route=metric or --default-route=${e.routes[0].link}`,
      };
    }
    case 'NoChosenDefault':
      return {
        code: PLAN_ERRORS.NoChosenDefault.code,
        path: 'defaultRoute',
        summary: `--default-route=${e.link} chooses none of ${e.routes.map(route).join('; ')}`,
        remedy: `name one of ${[...new Set(e.routes.map(({ link }) => link))].join(', ')}`,
      };
    case 'MultipathDefault': {
      const legs = e.nexthops.map(
        ({ link, gateway, weight }) => `${gateway ?? 'on-link'} dev ${link} weight ${weight}`,
      );
      return {
        code: PLAN_ERRORS.MultipathDefault.code,
        path: e.objects[0],
        summary: `multipath default: the ${e.family} default route has ${e.nexthops.length} nexthops: ${legs.join('; ')}`,
        remedy: 'plan with --multipath=first, or replace it by a route with one nexthop',
      };
    }
    case 'DefaultWithoutGateway':
      return {
        code: PLAN_ERRORS.DefaultWithoutGateway.code,
        path: e.route.path,
        summary: `default route with no gateway: ${route(e.route)}`,
        remedy: `${deletion(e.route)} and add one with via, or plan without --strict-gateway`,
      };
    case 'DefaultViaOtherFamily':
      return {
        code: PLAN_ERRORS.DefaultViaOtherFamily.code,
        path: e.route.path,
        summary: `the sandbox cannot use a gateway of another family: ${route(e.route)}`,
        remedy: `${deletion(e.route)} and use a gateway of the route's own family`,
      };
    case 'DefaultOnExcludedLink':
      return {
        code: PLAN_ERRORS.DefaultOnExcludedLink.code,
        path: e.route.path,
        summary: `${route(e.route)}, but ${e.route.link} ${e.reason}`,
        remedy: `make ${e.route.link} usable, or ${deletion(e.route)}`,
      };
    case 'NoUsableLink':
      return {
        code: PLAN_ERRORS.NoUsableLink.code,
        path: e.objects[0],
        summary: `0 usable links of ${e.links.length}, yet there is a default route: ${reasons(e.links)}`,
        remedy: 'give a link an address and set it up, or plan with --network=none',
      };
    case 'KindRefused':
      return {
        code: PLAN_ERRORS.KindRefused.code,
        path: e.objects[0],
        summary: `${e.link} is ${e.kind}, which delivers by the very addresses that would be taken from it`,
        remedy: 'use macvlan or veth, or --network=host',
      };
    case 'LinkLayerRefused':
      return {
        code: PLAN_ERRORS.LinkLayerRefused.code,
        path: e.objects[0],
        summary: `${e.link} (${e.type}) has no link-layer header, and target ${e.target} always writes one`,
        remedy: 'use gVisor 20210921.0 or newer, or leave the link out with --link',
      };
    case 'LinkAddressMissing':
      return {
        code: PLAN_ERRORS.LinkAddressMissing.code,
        path: e.objects[0],
        summary: `${e.link}${e.kind === '' ? '' : ` (${e.kind})`} is an Ethernet link without a MAC, so target ${e.target} would leave the Ethernet header out`,
        remedy: `${e.kind === 'netkit' ? 'make it with mode l2' : `ip link set ${e.link} address MAC`}, or leave it out with --link`,
      };
    case 'TooManyLinks':
      return {
        code: PLAN_ERRORS.TooManyLinks.code,
        path: 'links',
        summary: `target ${e.target} can open one link only, as all its sockets join one packet fanout group; there are ${e.links.join(', ')}`,
        remedy: 'choose one with --link, or use gVisor 20191104.0 or newer',
      };
    case 'TooManyFiles':
      return {
        code: PLAN_ERRORS.TooManyFiles.code,
        path: 'links',
        summary: `${e.links} links with ${e.channels} channels each need ${e.files} sockets; target ${e.target} takes ${e.limit} in one call`,
        remedy: 'choose fewer links with --link, or fewer --channels',
      };
    case 'LossRefused':
      return {
        ...e.loss,
        summary: `refused by --on-loss=error: ${lossOf(e.plan)(e.loss).summary}`,
      };
  }
};

/** Total: a PlanError without a summary and a remedy does not compile. */
export const describe = (e: PlanError): Diagnostic => ({ ...words(e), objects: e.objects });
