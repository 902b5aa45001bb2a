/** The one table of the planner's failures: by tag, the code, the meaning and the words of each. */

import type { Diagnostic } from '../model/network-plan.js';
import type { DefaultRouteAt, LinkVerdict, PlanError } from '../rules/failures.js';
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

const leg = ({ link, gateway, weight }: MultipathDefault['nexthops'][number]): string =>
  `${gateway ?? 'on-link'} dev ${link} weight ${weight}`;

type MultipathDefault = Extract<PlanError, { readonly _tag: 'MultipathDefault' }>;

type Said<E> = string | ((e: E) => string);

/** What is said of the failures of one tag. */
interface Row<E> {
  /** stable: it never changes its meaning */
  readonly code: string;
  /** for docs/codes.md */
  readonly means: string;
  readonly path: Said<E>;
  /** what is wrong, with both sides of it */
  readonly summary: Said<E>;
  readonly remedy: Said<E>;
}

/** A loss that was refused keeps the code and the words of the loss. */
type Named = Exclude<PlanError, { readonly _tag: 'LossRefused' }>;

/** Total: a PlanError without a row does not compile. */
export const PLAN_FAILURES: {
  readonly [Tag in Named['_tag']]: Row<Extract<Named, { readonly _tag: Tag }>>;
} = {
  UnknownTarget: {
    code: 'plan/unknown-target',
    means: 'the target is no gVisor release, dialect, head or latest',
    path: 'target',
    summary: (e) => `"${e.name}" is not a gVisor release, a dialect, head or latest`,
    remedy: 'run netplan targets for the list, or give a release as runsc --version prints it',
  },
  UnknownLinkOption: {
    code: 'plan/unknown-link',
    means: 'an option names a link that the namespace does not have',
    path: 'links',
    summary: (e) =>
      `no link "${e.link}" in the namespace, which has ${e.links.join(', ') || 'none'}`,
    remedy: 'name one of them with --link',
  },
  OptionUnsupported: {
    code: 'plan/option-unsupported',
    means: 'the target or a link cannot do what an option asks',
    path: (e) => e.option,
    summary: (e) => `target ${e.target} cannot have ${e.option} ${e.value}: ${e.why}`,
    remedy: (e) => `leave out ${e.option}, or use a newer target`,
  },
  InconsistentState: {
    code: 'plan/inconsistent-state',
    means: 'the state contradicts itself, as no kernel would',
    path: (e) => e.path,
    summary: (e) => e.problem,
    remedy: 'capture the state again; no kernel reports this',
  },
  DuplicateLink: {
    code: 'plan/duplicate-link',
    means: 'two links of the state have one name or ifindex',
    path: (e) => e.objects[1],
    summary: (e) => `link ${e.what} "${e.value}" is already at ${e.objects[0]}`,
    remedy: 'rename or remove one of them',
  },
  DuplicateAddress: {
    code: 'plan/duplicate-address',
    means: 'two links have the same address',
    path: (e) => e.objects[1],
    summary: (e) =>
      `${e.address} is on ${e.links[0]} (${e.objects[0]}) and on ${e.links[1]} (${e.objects[1]})`,
    remedy: (e) =>
      `ip addr del ${e.address}/${e.prefixLen} dev ${e.links[1]}, or leave one link out with --link`,
  },
  DuplicateDefaultGateway: {
    code: 'plan/duplicate-default-gateway',
    means: 'more than one default route, and no policy that chooses',
    path: ({ routes: [, extra] }) => extra.path,
    summary: ({ family, routes }) =>
      `more than one ${family ?? 'single (the target has one for both families)'} default route: ${routes.map(route).join('; ')}`,
    remedy: ({ routes: [kept, extra] }) =>
      `${deletion(extra)}, or plan with --default-route=metric or --default-route=${kept.link}`,
  },
  NoChosenDefault: {
    code: 'plan/no-chosen-default',
    means: '--default-route names a link that has none of the default routes',
    path: 'defaultRoute',
    summary: (e) => `--default-route=${e.link} chooses none of ${e.routes.map(route).join('; ')}`,
    remedy: (e) => `name one of ${[...new Set(e.routes.map(({ link }) => link))].join(', ')}`,
  },
  MultipathDefault: {
    code: 'plan/multipath-default',
    means: 'a default route with several nexthops',
    path: (e) => e.objects[0],
    summary: (e) =>
      `multipath default: the ${e.family} default route has ${e.nexthops.length} nexthops: ${e.nexthops.map(leg).join('; ')}`,
    remedy: 'plan with --multipath=first, or replace it by a route with one nexthop',
  },
  DefaultWithoutGateway: {
    code: 'plan/default-without-gateway',
    means: 'a default route without a gateway under --strict-gateway',
    path: (e) => e.route.path,
    summary: (e) => `default route with no gateway: ${route(e.route)}`,
    remedy: (e) => `${deletion(e.route)} and add one with via, or plan without --strict-gateway`,
  },
  DefaultViaOtherFamily: {
    code: 'plan/default-via-other-family',
    means: 'a default route with a nexthop of the other family, or one that gVisor takes for it',
    path: (e) => e.route.path,
    summary: (e) => `the sandbox cannot use a gateway of another family: ${route(e.route)}`,
    remedy: (e) => `${deletion(e.route)} and use a gateway of the route's own family`,
  },
  DefaultOnExcludedLink: {
    code: 'plan/default-on-excluded-link',
    means: 'a default route through a link that is not handed over',
    path: (e) => e.route.path,
    summary: (e) => `${route(e.route)}, but ${e.route.link} ${e.reason}`,
    remedy: (e) => `make ${e.route.link} usable, or ${deletion(e.route)}`,
  },
  NoUsableLink: {
    code: 'plan/no-usable-link',
    means: 'a default route and no link that could be handed over',
    path: (e) => e.objects[0],
    summary: (e) =>
      `0 usable links of ${e.links.length}, yet there is a default route: ${reasons(e.links)}`,
    remedy: 'give a link an address and set it up, or plan with --network=none',
  },
  KindRefused: {
    code: 'plan/kind-refused',
    means: 'a link kind that dies when its addresses are taken',
    path: (e) => e.objects[0],
    summary: (e) =>
      `${e.link} is ${e.kind}, which delivers by the very addresses that would be taken from it`,
    remedy: 'use macvlan or veth, or --network=host',
  },
  LinkLayerRefused: {
    code: 'plan/link-layer-refused',
    means: 'a link without a link-layer header, for a target that always writes one',
    path: (e) => e.objects[0],
    summary: (e) =>
      `${e.link} (${e.type}) has no link-layer header, and target ${e.target} always writes one`,
    remedy: 'use gVisor 20210921.0 or newer, or leave the link out with --link',
  },
  LinkAddressMissing: {
    code: 'plan/link-address-missing',
    means: 'an Ethernet link without a MAC, for a target that then leaves the header out',
    path: (e) => e.objects[0],
    summary: (e) =>
      `${e.link}${e.kind === '' ? '' : ` (${e.kind})`} is an Ethernet link without a MAC, so target ${e.target} would leave the Ethernet header out`,
    remedy: (e) =>
      `${e.kind === 'netkit' ? 'make it with mode l2' : `ip link set ${e.link} address MAC`}, or leave it out with --link`,
  },
  TooManyLinks: {
    code: 'plan/too-many-links',
    means: 'several links, for a target that can open one',
    path: 'links',
    summary: (e) =>
      `target ${e.target} can open one link only, as all its sockets join one packet fanout group; there are ${e.links.join(', ')}`,
    remedy: 'choose one with --link, or use gVisor 20191104.0 or newer',
  },
  TooManyFiles: {
    code: 'plan/too-many-files',
    means: 'more sockets than one call to the target can carry',
    path: 'links',
    summary: (e) =>
      `${e.links} links with ${e.channels} channels each need ${e.files} sockets; target ${e.target} takes ${e.limit} in one call`,
    remedy: 'choose fewer links with --link, or fewer --channels',
  },
};

const said = <E>(e: E, words: Said<E>): string => (typeof words === 'string' ? words : words(e));

/** A failure of the planner as a person is told of it. */
export const describe = (e: PlanError): Diagnostic => {
  const { objects } = e;
  if (e._tag === 'LossRefused') {
    const { summary } = lossOf(e.plan)(e.loss);
    return { ...e.loss, summary: `refused by --on-loss=error: ${summary}`, objects };
  }
  // A row is for the failures of its own tag alone, which is what it is looked up by.
  const { code, path, summary, remedy } = PLAN_FAILURES[e._tag] as Row<Named>;
  return { code, path: said(e, path), summary: said(e, summary), remedy: said(e, remedy), objects };
};
