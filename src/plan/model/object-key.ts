/** Object keys: what the kernel knows an object of each kind by. The same key with other content is a changed object. */
import type { FilterChain, LinkFilter, Sysctl } from './filters.js';
import type { LastingFilter, LastingObject } from './lasting-object.js';
import type { Address, Link, Neighbor, NexthopObject, Route, Rule } from './state.js';

const linkKey = ({ ifindex }: Pick<Link, 'ifindex'>): string => `link ${ifindex}`;

/** As RTM_DELADDR finds an address: by index, IFA_LOCAL, prefix length and IFA_ADDRESS, the peer. */
export const addressKey = ({
  ifindex,
  family,
  local,
  prefixLen,
  peer,
}: Pick<Address, 'ifindex' | 'family' | 'local' | 'prefixLen' | 'peer'>): string =>
  `address ${ifindex} ${family} ${local}/${prefixLen} ${peer ?? local}`;

/**
 * Routes of one key are told apart by their content, and by their order, as the kernel takes the first:
 * IPv4 has several where one was appended to another, IPv6 wherever their nexthops differ.
 * Source: fib_table_insert in net/ipv4/fib_trie.c, fib6_add_rt2node in net/ipv6/ip6_fib.c.
 */
export const routeKey = ({
  family,
  table,
  dst,
  src,
  tos,
  metric,
}: Pick<Route, 'family' | 'table' | 'dst' | 'src' | 'tos' | 'metric'>): string =>
  `route ${family} ${table} ${dst} ${src ?? ''} ${tos ?? 0} ${metric ?? 0}`;

/** Priority and selectors. Names of interfaces in a rule are free text, hence JSON. */
const ruleKey = (
  rule: Pick<
    Rule,
    'family' | 'priority' | 'src' | 'dst' | 'iif' | 'oif' | 'tos' | 'fwmark' | 'fwmask' | 'invert'
  >,
): string => {
  const { family, priority, src, dst, iif, oif, tos, fwmark, fwmask, invert } = rule;
  return `rule ${JSON.stringify([family, priority, src, dst, iif, oif, tos, fwmark, fwmask, invert])}`;
};

/** Proxy entries are a table of their own. */
const neighborKey = ({
  ifindex,
  family,
  dst,
  flags,
}: Pick<Neighbor, 'ifindex' | 'family' | 'dst' | 'flags'>): string =>
  `neighbor ${ifindex} ${family} ${dst}${flags.includes('proxy') ? ' proxy' : ''}`;

const nexthopKey = ({ id }: Pick<NexthopObject, 'id'>): string => `nexthop ${id}`;

/** Both frameworks may have a table of one name; names of tables and chains are free text, hence JSON. */
const chainKey = ({ framework, family, table, chain }: FilterChain): string =>
  `chain ${JSON.stringify([framework, family, table, chain])}`;

const linkFilterKey = ({ ifindex, hook }: LinkFilter): string => `linkFilter ${ifindex} ${hook}`;

const sysctlKey = ({ key, ifindex }: Sysctl): string => `sysctl ${key} ${ifindex ?? ''}`;

const filterKey = (object: LastingFilter): string => {
  if ('chain' in object) return chainKey(object.chain);
  if ('ipsec' in object) return `ipsec ${object.ipsec.direction}`;
  return 'linkFilter' in object ? linkFilterKey(object.linkFilter) : sysctlKey(object.sysctl);
};

/** Kind and key of an object. Only routes and rules may share one with another of the same state. */
export const keyOf = (object: LastingObject): string => {
  if ('link' in object) return linkKey(object.link);
  if ('address' in object) return addressKey(object.address);
  if ('route' in object) return routeKey(object.route);
  if ('rule' in object) return ruleKey(object.rule);
  if ('neighbor' in object) return neighborKey(object.neighbor);
  return 'nexthop' in object ? nexthopKey(object.nexthop) : filterKey(object);
};
