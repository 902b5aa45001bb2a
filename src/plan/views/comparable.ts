/** A plan as elements with names: what diffPlans compares, without the places in a state that it came from. */
import type { FdLink, LoopbackLink, NetworkPlan, PlannedRoute } from '../model/network-plan.js';

/** An element of a list: what it is known by, and the rest of it. */
export interface Element {
  readonly key: string;
  readonly text: string;
}

const spaced = (...parts: ReadonlyArray<string | null>): string =>
  parts.filter((part) => part !== null).join(' ');

const routeElement =
  (onLink: string) =>
  (route: PlannedRoute): Element => ({
    key: route.destination,
    text: spaced(
      route.gateway === null ? onLink : `via ${route.gateway}`,
      route.mtu === undefined ? null : `mtu ${route.mtu}`,
    ),
  });

const addressElements = (link: LoopbackLink | FdLink): ReadonlyArray<Element> =>
  link.addresses.map(({ address, prefixLen }) => ({ key: address, text: `/${prefixLen}` }));

/** A link as its single values, by name, and its lists, by name. */
export interface ComparableLink {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, ReadonlyArray<Element>>;
}

const loopbackLink = (name: string, link: LoopbackLink): ComparableLink => ({
  name,
  values: new Map(),
  lists: new Map([
    ['addresses', addressElements(link)],
    ['routes', link.routes.map(routeElement('on loopback'))],
  ]),
});

/**
 * Loopback links by name. Targets with one loopback link per address repeat a name: those are told apart
 * by their first address, `lo(127.0.0.1)`.
 */
export const loopbackLinks = (
  links: ReadonlyArray<LoopbackLink>,
): ReadonlyArray<ComparableLink> => {
  const times = new Map<string, number>();
  for (const { name } of links) times.set(name, (times.get(name) ?? 0) + 1);
  return links.map((link) => {
    const first = link.addresses[0]?.address ?? 'no address';
    return loopbackLink(times.get(link.name) === 1 ? link.name : `${link.name}(${first})`, link);
  });
};

/** An FD link with everything that the sandbox or apply does with it. */
export const fdLink = (link: FdLink): ComparableLink => ({
  name: link.name,
  values: new Map([
    ['ifindex', `${link.ifindex}`],
    ['mtu', `${link.mtu}`],
    ['layer', link.layer],
    ['linkAddress', link.linkAddress ?? 'none'],
    ['channels', `${link.channels}`],
    ['gso', spaced(link.gso.mode, `${link.gso.maxSize}`)],
    ['gro', `${link.gro}`],
    ['txChecksumOffload', `${link.txChecksumOffload}`],
    ['rxChecksumOffload', `${link.rxChecksumOffload}`],
    ['qdisc', link.qdisc],
  ]),
  lists: new Map([
    ['addresses', addressElements(link)],
    ['routes', link.routes.map(routeElement('on-link'))],
    [
      'neighbors',
      link.neighbors.map(({ address, linkAddress }) => ({ key: address, text: linkAddress })),
    ],
    ['memberships', link.memberships.map((key) => ({ key, text: '' }))],
    [
      'hostAddresses',
      link.hostAddresses.map(({ family, local, prefixLen, peer }) => ({
        key: local,
        text: spaced(family, peer === undefined ? null : `peer ${peer}`, `/${prefixLen}`),
      })),
    ],
  ]),
});

/** Default gateways, one per family at most. */
export const gatewayElements = (plan: NetworkPlan): ReadonlyArray<Element> =>
  plan.defaultGateways.map(({ family, gateway, link, mtu }) => ({
    key: family,
    text: spaced(`via ${gateway} dev ${link}`, mtu === undefined ? null : `mtu ${mtu}`),
  }));

/** What a plan says once. */
export const planValues = ({ target, network }: NetworkPlan): ReadonlyMap<string, string> =>
  new Map([
    ['target', target],
    ['network', network],
  ]);
