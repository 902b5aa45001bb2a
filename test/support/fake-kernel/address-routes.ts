/** The routes that come with an address and go with it. Source: fib_add_ifaddr, addrconf_prefix_route. */
import type { Address, Link, Route } from '../../../src/plan/model/state.js';
import { isInSubnetOf, isSecondary, isTentative, subnetOf } from './addresses.js';
import { lastOf } from './numbers.js';

export interface Where {
  readonly link: Link | undefined;
  /** those of the link's VRF, else 254 and 255 */
  readonly tables: { readonly main: number; readonly local: number };
  /** with the address itself */
  readonly addresses: ReadonlyArray<Address>;
}

type Parts = Pick<Route, 'table' | 'type' | 'scope'> & { readonly to: string } & Partial<Route>;

const route = (a: Address, { to, ...parts }: Parts): Route => ({
  family: a.family,
  dst: to as Route['dst'],
  protocol: 'kernel',
  flags: [],
  oif: a.ifindex,
  ...parts,
});

const wantsPrefix = ({ flags }: Address): boolean => !flags.includes('noprefixroute');

const sixRoutes = (a: Address, { tables }: Where): ReadonlyArray<Route> => {
  const pref = 'medium';
  const ends = a.validLft === null ? {} : { expires: a.validLft };
  const prefix = (to: string) =>
    route(a, {
      ...{ table: tables.main, type: 'unicast', scope: 'global', to },
      ...{ metric: a.metric ?? 256, pref, ...ends },
    });
  const own = subnetOf({ local: a.local, prefixLen: a.prefixLen });
  return [
    ...(isTentative(a)
      ? []
      : [
          route(a, {
            ...{ table: tables.local, type: 'local', scope: 'global', to: `${a.local}/128` },
            ...{ metric: 0, pref },
          }),
        ]),
    ...(wantsPrefix(a) ? [prefix(own)] : []),
    ...(a.peer === undefined ? [] : [prefix(`${a.peer}/128`)]),
  ];
};

/** A route to one network: to all of it, and to its last address. */
const subnetRoutes = (a: Address, { link, tables }: Where): ReadonlyArray<Route> => {
  const src = { prefsrc: a.local };
  const metric = a.metric === undefined ? {} : { metric: a.metric };
  const to = subnetOf(a);
  const whole = link?.flags.includes('LOOPBACK')
    ? route(a, { table: tables.local, type: 'local', scope: 'host', to, ...src, ...metric })
    : route(a, { table: tables.main, type: 'unicast', scope: 'link', to, ...src, ...metric });
  return [
    ...(wantsPrefix(a) ? [whole] : []),
    ...(a.prefixLen < 31 ? [broadcast(a, lastOf(a.peer ?? a.local, a.prefixLen), a, tables)] : []),
  ];
};

const broadcast = (
  a: Address,
  to: string,
  { local: prefsrc }: Address,
  { local: table }: Where['tables'],
): Route => route(a, { table, type: 'broadcast', scope: 'link', to: `${to}/32`, prefsrc });

const fourRoutes = (a: Address, where: Where): ReadonlyArray<Route> => {
  const { link, tables, addresses } = where;
  const primary =
    (isSecondary(a) && addresses.find((b) => isInSubnetOf(a)(b) && !isSecondary(b))) || a;
  const itself = route(a, {
    ...{ table: tables.local, type: 'local', scope: 'host', to: `${a.local}/32` },
    prefsrc: primary.local,
  });
  if (!link?.flags.includes('UP')) return [itself];
  const hasSubnet = !isSecondary(a) && (a.prefixLen < 32 || a.peer !== undefined);
  return [
    itself,
    ...(a.broadcast === undefined || a.broadcast === '255.255.255.255'
      ? []
      : [broadcast(a, a.broadcast, primary, tables)]),
    ...(hasSubnet ? subnetRoutes(a, where) : []),
  ];
};

export const addressRoutes = (a: Address, where: Where): ReadonlyArray<Route> =>
  a.family === 'inet6' ? sixRoutes(a, where) : fourRoutes(a, where);
