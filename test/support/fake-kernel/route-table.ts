/** The routes of all tables: which the kernel takes in, in which order it has them, and which it drops by itself. */
import type { NetlinkChange } from '../../../src/plan/model/netlink-change.js';
import type { Route } from '../../../src/plan/model/state.js';
import { slotOf } from './lines.js';
import { covers, lengthOf, numberOf } from './numbers.js';

export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
export const ENETUNREACH = 101;
export const EHOSTUNREACH = 113;

const MAIN = 254;
const LOCAL = 255;

/** Flags and seconds that the kernel keeps by itself; a route is the same whatever they are. */
const COMPUTED = ['dead', 'linkdown', 'offload', 'trap', 'rt_offload', 'rt_trap'];

/** Every other field by name, whatever the order in which they were written. */
const contentOf = (value: unknown): string =>
  JSON.stringify(value, (key, field: unknown) => {
    if (key === 'expires') return undefined;
    if (key === 'flags' && Array.isArray(field))
      return field.filter((flag) => !COMPUTED.includes(flag)).sort();
    return typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field;
  });

export const isSameRoute = (a: Route, b: Route): boolean =>
  slotOf(a) === slotOf(b) && contentOf(a) === contentOf(b);

export const linksOf = ({ oif, nexthops = [] }: Route): ReadonlyArray<number | undefined> => [
  oif,
  ...nexthops.map(({ ifindex }) => ifindex),
];

const isDead = ({ flags = [] }: { readonly flags?: ReadonlyArray<string> }): boolean =>
  flags.includes('dead');

/** A gateway as a route or one of its legs has it. */
interface Hop {
  readonly gateway?: string | undefined;
  readonly ifindex?: number | undefined;
  readonly flags?: ReadonlyArray<string>;
}

/** By dump: each table of a family by prefix. The order of routes that only their place tells apart stays. */
const rank = (r: Route): ReadonlyArray<number | bigint | string> => [
  r.family,
  r.table,
  numberOf(r.dst.split('/')[0] ?? ''),
  lengthOf(r.dst),
  r.metric ?? 0,
];

const byRank = (a: Route, b: Route): number => {
  const [left, right] = [rank(a), rank(b)];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at === -1 ? 0 : (left[at] ?? 0) < (right[at] ?? 0) ? -1 : 1;
};

export class RouteTable {
  routes: ReadonlyArray<Route> = [];

  dumped(): ReadonlyArray<Route> {
    return [...this.routes].sort(byRank);
  }

  has(route: Route): boolean {
    return this.routes.some((r) => isSameRoute(r, route));
  }

  /** After those of its slot. */
  append(route: Route): void {
    const last = this.routes.findLastIndex((r) => slotOf(r) === slotOf(route));
    const at = last === -1 ? this.routes.length : last + 1;
    this.routes = this.routes.toSpliced(at, 0, route);
  }

  /** One of several that are the same: the first. */
  remove(route: Route): boolean {
    const at = this.routes.findIndex((r) => isSameRoute(r, route));
    if (at >= 0) this.routes = this.routes.toSpliced(at, 1);
    return at >= 0;
  }

  /** The errno of a refusal; EEXIST also where the route is there as it is wanted. */
  put(route: Route, mode: Extract<NetlinkChange, { _tag: 'PutRoute' }>['mode']): number | null {
    const errno = this.#whyNot(route);
    if (errno !== null) return errno;
    const first = this.routes.findIndex((r) => slotOf(r) === slotOf(route));
    const same = this.routes.findIndex((r) => isSameRoute(r, route));
    if (mode === 'replace' && first >= 0) {
      if (same > first) return EEXIST;
      this.routes = this.routes.with(first, route);
      return null;
    }
    if (same >= 0 || (mode === 'add' && first >= 0)) return EEXIST;
    this.append(route);
    return null;
  }

  /** Whether packets to `address` come in. */
  delivers(address: string): boolean {
    return this.routes.some((r) => r.type === 'local' && covers(r.dst, address));
  }

  #whyNot(route: Route): number | null {
    const hops: ReadonlyArray<Hop> = [
      { gateway: route.gateway, ifindex: route.oif, flags: route.flags },
      ...(route.nexthops ?? []),
    ];
    if (route.nhid !== undefined || hops.every((hop) => this.#reaches(hop, route.table)))
      return null;
    return route.family === 'inet' ? ENETUNREACH : EHOSTUNREACH;
  }

  /**
   * A gateway is asked for where a packet to it would go, on the link that is named: in the route's own table
   * first, then in those that the standard rules consult. Source: fib_check_nh_v4_gw, ip6_validate_gw.
   */
  #reaches({ gateway, ifindex, flags = [] }: Hop, table: number): boolean {
    if (gateway === undefined || flags.includes('onlink')) return true;
    if (gateway.startsWith('fe80:')) return ifindex !== undefined;
    return [table, LOCAL, MAIN].some((from) => {
      const found = this.routes
        .filter((r) => r.table === from && covers(r.dst, gateway))
        .filter((r) => ifindex === undefined || r.type === 'local' || linksOf(r).includes(ifindex))
        .sort((a, b) => lengthOf(b.dst) - lengthOf(a.dst))[0];
      if (found === undefined) return false;
      const { gateway: next, nexthops, nhid, type } = found;
      return (
        (type === 'unicast' || type === 'local') &&
        next === undefined &&
        nexthops === undefined &&
        nhid === undefined
      );
    });
  }

  /**
   * An address that is nowhere any more: IPv4 drops what main has with it as source, IPv6 keeps the route
   * without it. Source: fib_sync_down_addr, fib6_remove_prefsrc.
   */
  loseSource(address: string, main: number): void {
    this.routes = this.routes.flatMap((r) => {
      if (r.prefsrc !== address) return [r];
      if (r.family === 'inet') return r.table === main ? [] : [r];
      const { prefsrc: _, ...without } = r;
      return [without];
    });
  }

  /**
   * The last IPv4 address of a link is gone: so are the routes through it, in all tables. A leg of several is
   * dead, and the route when all are; what has a nexthop object stays. Source: fib_disable_ip, fib_sync_down_dev.
   */
  loseIpv4Of(ifindex: number): void {
    this.routes = this.routes.flatMap((r) => {
      if (r.family === 'inet6' || r.nhid !== undefined) return [r];
      if (r.oif === ifindex) return [];
      if (r.nexthops === undefined) return [r];
      const nexthops = r.nexthops.map((hop) =>
        hop.ifindex === ifindex ? { ...hop, flags: ['dead', 'linkdown'] } : hop,
      );
      return nexthops.every(isDead) ? [] : [{ ...r, nexthops }];
    });
  }

  /** An IPv4 address came to a link: its dead legs live. Source: fib_sync_up. */
  reviveIpv4Of(ifindex: number): void {
    this.routes = this.routes.map((r) => {
      if (r.family === 'inet6' || !r.nexthops?.some((hop) => hop.ifindex === ifindex)) return r;
      const nexthops = r.nexthops.map((hop) =>
        hop.ifindex === ifindex && isDead(hop) ? { ...hop, flags: withoutMarks(hop.flags) } : hop,
      );
      return { ...r, nexthops };
    });
  }

  loseLink(ifindex: number): void {
    this.routes = this.routes.filter((r) => !linksOf(r).includes(ifindex));
  }
}

const withoutMarks = (flags: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  flags.filter((flag) => !COMPUTED.includes(flag));
