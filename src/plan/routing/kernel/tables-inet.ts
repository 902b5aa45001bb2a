/** The IPv4 tables: fib_table_lookup over a tree of prefixes. */
import { groupBy } from '../../model/group-by.js';
import type { NamespaceState, ObjectPath, Route } from '../../model/state.js';
import { type PrefixRange, rangeOf } from '../prefix-range.js';
import { type KernelHop, kernelHops, rejectionOf } from './hops.js';
import type { KernelNamespace } from './namespace.js';
import { type Flow, TOS_BITS } from './packet.js';
import { finder, type PrefixNode, prefixTree } from './prefix-tree.js';
import type { Found } from './rule-walk.js';

/** One route to a prefix. Source: struct fib_alias. */
export interface Alias {
  readonly route: Route;
  readonly path: ObjectPath;
}

/** A route that was found, with the others to its prefix and those of its nexthops that can be used. */
export interface Hit {
  readonly alias: Alias;
  readonly siblings: ReadonlyArray<Alias>;
  readonly hops: ReadonlyArray<KernelHop>;
  /** the usable ones; of a packet that is bound to a link, those on that link */
  readonly usable: ReadonlyArray<KernelHop>;
}

export type Lookup = (flow: Flow) => Found<Hit> | null;

type Node = PrefixNode<ReadonlyArray<Alias>>;

/** The table that is looked at first, then the narrower tos, then the lower metric, then the dump's order. */
const inLookupOrder = ({ route: a }: Alias, { route: b }: Alias): number =>
  b.table - a.table || (b.tos ?? 0) - (a.tos ?? 0) || (a.metric ?? 0) - (b.metric ?? 0);

/** The routes of the tables that `isOf` holds of, by prefix. */
const aliasesOf = (
  { routes }: NamespaceState,
  isOf: (route: Route) => boolean,
): ReadonlyArray<{ readonly range: PrefixRange; readonly value: ReadonlyArray<Alias> }> => {
  const aliases = routes.flatMap(
    (route, i): ReadonlyArray<Alias> => (isOf(route) ? [{ route, path: `routes[${i}]` }] : []),
  );
  const groups = groupBy(aliases, ({ route }) => route.dst);
  return [...groups].map(([prefix, group]) => ({
    range: rangeOf(prefix),
    value: group.toSorted(inLookupOrder),
  }));
};

const isForFlow = ({ tos = 0 }: Route, flow: Flow): boolean =>
  tos === 0 || (flow.tos & TOS_BITS) === tos;

/** `end`: the search of the whole table ends without a result. */
type Answer = Found<Hit> | 'next' | 'end' | 'skip-leaf';

const ask = (ns: KernelNamespace, node: Node, alias: Alias, flow: Flow): Answer => {
  const { route, path } = alias;
  if (!isForFlow(route, flow)) return 'next';
  if (route.type === 'throw') return 'end';
  const why = rejectionOf(ns, route);
  if (why !== null) return { _tag: 'Reject', why, route: path };
  const hops = kernelHops(ns, route);
  const usable = hops.filter((hop) => hop.usable && (flow.oif === 0 || flow.oif === hop.ifindex));
  if (usable.length > 0) {
    const hit = { alias, siblings: node.value, hops, usable };
    const { prefixLen } = node.range;
    return { _tag: 'Hit', hit, route: path, prefixLen, ifindex: hops[0]?.ifindex };
  }
  return route.nhid === undefined ? 'next' : 'skip-leaf';
};

const askNode = (ns: KernelNamespace, node: Node, flow: Flow): Answer => {
  for (const alias of node.value) {
    const answer = ask(ns, node, alias, flow);
    if (answer !== 'next') return answer;
  }
  return 'next';
};

/** The nearest prefix around `node` that begins elsewhere: prefixes that begin together share a leaf of the trie. */
const pastLeaf = (node: Node): Node | null => {
  let around = node.around;
  while (around !== null && around.range.first === node.range.first) around = around.around;
  return around;
};

/**
 * The lookup of one table, or of several that are one trie. A route through a nexthop object of which nothing
 * can be used hides the rest of its leaf, other prefixes with the same first address included.
 * Source: fib_table_lookup in net/ipv4/fib_trie.c.
 */
export const inetTable = (
  state: NamespaceState,
  ns: KernelNamespace,
  isOf: (route: Route) => boolean,
): Lookup => {
  const find = finder(prefixTree(aliasesOf(state, isOf)));
  return (flow) => {
    let node = find(flow.destination);
    while (node !== null) {
      const answer = askNode(ns, node, flow);
      if (answer === 'end') return null;
      if (typeof answer !== 'string') return answer;
      node = answer === 'skip-leaf' ? pastLeaf(node) : node.around;
    }
    return null;
  };
};
