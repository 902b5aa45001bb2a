/** Checks that a state says nothing that no kernel could: families that disagree, links that do not exist. */
import { familyOf, widthOf } from '../model/address.js';
import type { Family } from '../model/scalars.js';
import type { Address, NamespaceState, ObjectPath, Route } from '../model/state.js';
import type { PlanError } from './failures.js';
import { at } from './verdict.js';

/** `field` of the object at `object`, or all of it. */
const bad = (object: ObjectPath, field: string, problem: string): PlanError => ({
  _tag: 'InconsistentState',
  path: `${object}${field}`,
  problem,
  objects: [object],
});

const noObject = (object: ObjectPath, field: string, id: number): PlanError =>
  bad(object, field, `no nexthop object of the state has id ${id}`);

const otherFamily = (
  object: ObjectPath,
  field: string,
  family: Family,
  address: string | undefined,
): PlanError[] =>
  address === undefined || familyOf(address) === family
    ? []
    : [bad(object, field, `${address} is not an ${family} address`)];

const addressErrors = (a: Address, object: ObjectPath): PlanError[] => [
  ...otherFamily(object, '.local', a.family, a.local),
  ...otherFamily(object, '.peer', a.family, a.peer),
  ...(a.prefixLen > widthOf(a.family)
    ? [bad(object, '.prefixLen', `prefix length ${a.prefixLen} is over ${widthOf(a.family)} bits`)]
    : []),
];

const routeErrors = (r: Route, object: ObjectPath): PlanError[] => [
  ...otherFamily(object, '.dst', r.family, r.dst),
  ...otherFamily(object, '.prefsrc', r.family, r.prefsrc),
];

const duplicates = <A>(
  list: ReadonlyArray<A>,
  key: (element: A) => string,
  what: 'name' | 'ifindex',
): PlanError[] => {
  const first = new Map<string, number>();
  return list.flatMap((element, i): PlanError[] => {
    const value = key(element);
    const before = first.get(value);
    if (before !== undefined)
      return [
        { _tag: 'DuplicateLink', what, value, objects: [at('links', before), at('links', i)] },
      ];
    first.set(value, i);
    return [];
  });
};

/** Everything in `state` that contradicts itself; empty for what a kernel reports. */
export const inconsistencies = (state: NamespaceState): ReadonlyArray<PlanError> => {
  const known = new Set<number>(state.links.map(({ ifindex }) => ifindex));
  const unknown = (object: ObjectPath, field: string, ifindex: number | undefined): PlanError[] =>
    ifindex === undefined || known.has(ifindex)
      ? []
      : [bad(object, field, `no link of the state has ifindex ${ifindex}`)];
  const objects = new Set<number>(state.nexthops.map(({ id }) => id));
  const unresolved = (object: ObjectPath, { nhid, oif, nexthops }: Route): PlanError[] =>
    nhid === undefined || oif !== undefined || nexthops !== undefined || objects.has(nhid)
      ? []
      : [noObject(object, '.nhid', nhid)];
  return [
    ...duplicates(state.links, ({ name }) => name, 'name'),
    ...duplicates(state.links, ({ ifindex }) => String(ifindex), 'ifindex'),
    ...state.addresses.flatMap((a, i) => [
      ...unknown(at('addresses', i), '.ifindex', a.ifindex),
      ...addressErrors(a, at('addresses', i)),
    ]),
    ...state.routes.flatMap((r, i) => [
      ...unknown(at('routes', i), '.oif', r.oif),
      ...(r.nexthops ?? []).flatMap((hop, j) =>
        unknown(at('routes', i), `.nexthops[${j}].ifindex`, hop.ifindex),
      ),
      ...unresolved(at('routes', i), r),
      ...routeErrors(r, at('routes', i)),
    ]),
    ...state.nexthops.flatMap((n, i) => [
      ...unknown(at('nexthops', i), '.oif', n.oif),
      ...(n.group ?? []).flatMap(({ id }, j) =>
        objects.has(id) ? [] : [noObject(at('nexthops', i), `.group[${j}].id`, id)],
      ),
    ]),
    ...state.neighbors.flatMap((n, i) => [
      ...unknown(at('neighbors', i), '.ifindex', n.ifindex),
      ...otherFamily(at('neighbors', i), '.dst', n.family, n.dst),
    ]),
    ...(['linkFilters', 'sysctls'] as const).flatMap((list) =>
      (state[list] ?? []).flatMap(({ ifindex }, i) => unknown(at(list, i), '.ifindex', ifindex)),
    ),
  ];
};
