/** LastingObject: an object of any kind with its lasting content, as plans, differences and errors hold it. */
import {
  isKernelManaged,
  isLastingNeighbor,
  type LastingAddress,
  type LastingLink,
  type LastingNeighbor,
  type LastingNexthopObject,
  type LastingRoute,
  type LastingRule,
  lastingAddress,
  lastingLink,
  lastingNeighbor,
  lastingNexthopObject,
  lastingRoute,
  lastingRule,
} from './lasting.js';
import {
  type LastingFilterChain,
  type LastingIpsecPolicies,
  type LastingLinkFilter,
  type LastingSysctl,
  lastingFilterChain,
  lastingIpsecPolicies,
  lastingLinkFilter,
  lastingSysctl,
} from './lasting-filters.js';
import type { NamespaceState, ObjectList, ObjectPath } from './state.js';

/** The key says the kind. */
export type LastingObject =
  | { readonly link: LastingLink }
  | { readonly address: LastingAddress }
  | { readonly route: LastingRoute }
  | { readonly rule: LastingRule }
  | { readonly neighbor: LastingNeighbor }
  | { readonly nexthop: LastingNexthopObject }
  | LastingFilter;

/** What steers packets besides. */
export type LastingFilter =
  | { readonly chain: LastingFilterChain }
  | { readonly ipsec: LastingIpsecPolicies }
  | { readonly linkFilter: LastingLinkFilter }
  | { readonly sysctl: LastingSysctl };

/** An object with its place in a state. */
export interface ObjectAt {
  readonly path: ObjectPath;
  readonly object: LastingObject;
}

/** Every object of `state` in document order. */
export const objectsOf = (state: NamespaceState): ReadonlyArray<ObjectAt> => {
  const out: ObjectAt[] = [];
  const list = <A>(name: ObjectList, objects: ReadonlyArray<A>, of: (one: A) => LastingObject) => {
    for (const [i, one] of objects.entries()) out.push({ path: `${name}[${i}]`, object: of(one) });
  };
  list('links', state.links, (one) => ({ link: lastingLink(one) }));
  list('addresses', state.addresses, (one) => ({ address: lastingAddress(one) }));
  list('routes', state.routes, (one) => ({ route: lastingRoute(one) }));
  list('rules', state.rules, (one) => ({ rule: lastingRule(one) }));
  list('neighbors', state.neighbors, (one) => ({ neighbor: lastingNeighbor(one) }));
  list('nexthops', state.nexthops, (one) => ({ nexthop: lastingNexthopObject(one) }));
  list('netfilter', state.netfilter ?? [], (one) => ({ chain: lastingFilterChain(one) }));
  list('ipsec', state.ipsec ?? [], (one) => ({ ipsec: lastingIpsecPolicies(one) }));
  list('linkFilters', state.linkFilters ?? [], (one) => ({ linkFilter: lastingLinkFilter(one) }));
  list('sysctls', state.sysctls ?? [], (one) => ({ sysctl: lastingSysctl(one) }));
  return out;
};

/**
 * Whether an object stays until somebody changes it. The neighbor cache comes and goes by itself, and so
 * do the IPv6 routes that follow an address, which is compared itself.
 */
export const lasts = (object: LastingObject): boolean => {
  if ('neighbor' in object) return isLastingNeighbor(object.neighbor);
  return !('route' in object && isKernelManaged(object.route));
};

/** The object alone, of something that holds more beside it, such as an entry of a plan's account. */
const objectIn = (one: LastingObject): LastingObject => {
  if ('link' in one) return { link: one.link };
  if ('address' in one) return { address: one.address };
  if ('route' in one) return { route: one.route };
  if ('rule' in one) return { rule: one.rule };
  if ('neighbor' in one) return { neighbor: one.neighbor };
  return 'nexthop' in one ? { nexthop: one.nexthop } : filterIn(one);
};

const filterIn = (one: LastingFilter): LastingFilter => {
  if ('chain' in one) return { chain: one.chain };
  if ('ipsec' in one) return { ipsec: one.ipsec };
  return 'linkFilter' in one ? { linkFilter: one.linkFilter } : { sysctl: one.sysctl };
};

/** Kind and content as one text: equal texts are equal objects. */
export const identityOf = (one: LastingObject): string => JSON.stringify(objectIn(one));
