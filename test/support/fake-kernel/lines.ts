/**
 * A namespace as sorted lines in the manner of `ip`: what the witness says it holds, in words that nothing in src makes.
 *
 * A line has every field of its object by its own name, so that one which nobody thought of is in it, too. Left out is
 * what the kernel makes again by itself or forgets: the neighbor cache, and marks of carrier and of drivers on routes.
 */
import type { Address, NamespaceState, Neighbor, Route } from '../../../src/plan/model/state.js';

type Names = ReadonlyMap<number, string>;

const MARKS = ['linkdown', 'offload', 'trap', 'rt_offload', 'rt_trap', 'rt_offload_failed'];

/** Somebody's decision, unlike an entry of the cache. */
const isLasting = ({ state, flags }: Neighbor): boolean =>
  flags.includes('proxy') || (state.length === 1 && state[0] === 'permanent');

const valueText = (names: Names, value: unknown): string => {
  if (Array.isArray(value)) {
    const parts = value.map((one) => valueText(names, one));
    return value.some((one) => typeof one === 'object')
      ? `[${parts.join('; ')}]`
      : parts
          .filter((word) => !MARKS.includes(word))
          .sort()
          .join(',');
  }
  return typeof value === 'object' && value !== null ? fields(names, value) : String(value);
};

const fields = (names: Names, object: object): string =>
  Object.entries(object)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]): string => {
      if (name === 'ifindex' || name === 'oif') return `dev ${names.get(value) ?? `#${value}`}`;
      const text = valueText(names, value);
      return text === '' ? '' : `${name} ${text}`;
    })
    .filter((field) => field !== '')
    .sort()
    .join(' ');

/** What comes first in a line, and so sorts it, then the rest by name. */
const line = (names: Names, kind: string, head: string, rest: object): string =>
  `${kind} ${head} ${fields(names, rest)}`;

const addressLine =
  (names: Names) =>
  ({ local, prefixLen, family: _, ...rest }: Address): string =>
    line(names, 'address', `${local}/${prefixLen}`, rest);

const routeLine =
  (names: Names) =>
  ({ table, dst, type, family: _, ...rest }: Route): string =>
    line(names, 'route', `${table} ${type} ${dst}`, rest);

const neighborLine =
  (names: Names) =>
  ({ dst, family: _, ...rest }: Neighbor): string =>
    line(names, 'neighbor', dst, rest);

/** What the order of a list says nothing about is sorted; `group` names what it says something about. */
const sortedBy = <A>(
  objects: ReadonlyArray<A>,
  group: (a: A) => string,
  text: (a: A) => string,
): ReadonlyArray<string> =>
  objects
    .map((object, i) => ({ group: group(object), i, text: text(object) }))
    .sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : a.i - b.i))
    .map((one) => one.text);

/** Where an address that is none yet, or will be none, stands among the others says nothing. */
const addressPlace = ({ ifindex, family, local, flags }: Address): string =>
  flags.includes('dadfailed') || flags.includes('tentative')
    ? `${ifindex} ${family} ${local}`
    : `${ifindex} ${family}`;

/** The order of what IPv6 makes for its addresses is that in which duplicate detection happened to end. */
const routePlace = (r: Route): string =>
  r.family === 'inet6' && r.protocol === 'kernel' && r.type !== 'unicast'
    ? `${slotOf(r)} ${r.oif}`
    : slotOf(r);

/** Routes among which the first is taken. */
export const slotOf = (r: Route): string =>
  [r.family, r.table, r.dst, r.src ?? '', r.tos ?? 0, r.metric ?? 0].join(' ');

/** Lists that only ever stay as they are. */
const otherLines = (names: Names, state: NamespaceState): ReadonlyArray<string> => {
  const { netfilter = [], ipsec = [], linkFilters = [], sysctls = [] } = state;
  return Object.entries({ netfilter, ipsec, linkFilters, sysctls }).flatMap(([kind, list]) =>
    list.map((one: object) => line(names, kind, '', one)).sort(),
  );
};

export const linesOf = (state: NamespaceState): ReadonlyArray<string> => {
  const names: Names = new Map(state.links.map(({ ifindex, name }) => [ifindex, name]));
  return [
    ...state.links.map(({ name, ...rest }) => line(new Map(), 'link', name, rest)).sort(),
    ...sortedBy(state.addresses, addressPlace, addressLine(names)),
    ...sortedBy(state.routes, routePlace, routeLine(names)),
    ...state.rules.map((rule) => line(names, 'rule', String(rule.priority), rule)).sort(),
    ...state.neighbors.filter(isLasting).map(neighborLine(names)).sort(),
    ...state.nexthops.map(({ id, ...rest }) => line(names, 'nexthop', String(id), rest)).sort(),
    ...otherLines(names, state),
  ];
};
