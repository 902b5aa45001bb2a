/**
 * A network namespace in memory that keeps the kernel's promises and its surprises: what comes and goes
 * with an address, in which order, and what is refused. It prints itself in `ip`-like lines.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Netns } from '../../src/executor/effects/capabilities.js';
import type { ExecError } from '../../src/executor/failures/failure.js';
import type { Fd } from '../../src/executor/linux/fd.js';
import { maskBytes, networkOf, parseAddress } from '../../src/plan/model/address.js';
import {
  isLastingNeighbor,
  lastingAddress,
  lastingNeighbor,
  lastingRoute,
  lastingRule,
} from '../../src/plan/model/lasting.js';
import { NO_NAMES } from '../../src/plan/model/link-names.js';
import type { NetlinkChange } from '../../src/plan/model/netlink-change.js';
import { addressKey, routeKey } from '../../src/plan/model/object-key.js';
import { trusted } from '../../src/plan/model/scalars.js';
import type {
  Address,
  Link,
  NamespaceState,
  Neighbor,
  NetnsIdentity,
  Route,
  Rule,
} from '../../src/plan/model/state.js';
import { objectText } from '../../src/plan/views/object-text.js';

const EEXIST = 17;
const ENODEV = 19;
const EINVAL = 22;
const ENETUNREACH = 101;

type ChangeOf<Tag extends NetlinkChange['_tag']> = Extract<NetlinkChange, { _tag: Tag }>;

type Done = E.Either<ExecError, 'done' | 'alreadyDone'>;
const done: Done = E.right('done');
const alreadyDone: Done = E.right('alreadyDone');
const refused = (request: string, errno: number, change: NetlinkChange): Done =>
  E.left({ _tag: 'NetlinkError', request, errno, message: '', change });

const contains = (prefix: string, address: string): boolean => {
  const bits = Number(prefix.split('/')[1]);
  const bytes = parseAddress(address);
  const net = parseAddress(prefix.split('/')[0] ?? '');
  if (bytes === null || net === null || bytes.length !== net.length) return false;
  return maskBytes(bytes, bits).every((b, i) => b === net[i]);
};

const words = objectText(NO_NAMES);
/** Link names change; what a route goes through is the ifindex. */
const byIndex = (r: Route): string => words({ route: lastingRoute(r) });

const subnet = (a: Address): string => networkOf(a.peer ?? a.local, a.prefixLen);

export interface FakeKernelOptions {
  readonly identity?: NetnsIdentity;
  readonly promoteSecondaries?: boolean;
}

export class FakeKernel {
  readonly identity: NetnsIdentity;
  readonly links: Link[];
  addresses: Address[] = [];
  routes: Route[] = [];
  neighbors: Neighbor[] = [];
  rules: Rule[] = [];
  readonly openFds = new Set<Fd>();
  readonly #promote: boolean;
  #nextFd = 100;

  constructor(links: ReadonlyArray<Link>, options: FakeKernelOptions = {}) {
    this.links = [...links];
    this.identity = options.identity ?? { inode: '4026532300', cookie: '41', root: false };
    this.#promote = options.promoteSecondaries ?? false;
  }

  state(): NamespaceState {
    return structuredClone({
      kind: 'NamespaceState',
      formatVersion: 1,
      links: this.links,
      addresses: [...this.addresses].sort((a, b) => a.ifindex - b.ifindex),
      routes: this.routes,
      rules: this.rules,
      neighbors: this.neighbors,
      nexthops: [],
      netns: this.identity,
    });
  }

  /** Everything, one object per line, in an order that says only what order means to the kernel. */
  text(): string {
    const { addresses, routes, neighbors, rules } = this.state();
    const grouped = [...routes].map((r, i) => [routeKey(r), i, byIndex(r)] as const);
    grouped.sort((a, b) => a[0].localeCompare(b[0]) || a[1] - b[1]);
    return [
      ...this.links.map(({ name, flags }) => `link ${name} ${flags.join(',')}`),
      ...addresses.map(
        (a) => `${words({ address: lastingAddress(a) })} ${a.validLft} ${a.preferredLft}`,
      ),
      ...grouped.map(([, , text]) => text),
      ...rules.map((r) => words({ rule: lastingRule(r) })),
      ...neighbors
        .filter(isLastingNeighbor)
        .map((n) => words({ neighbor: lastingNeighbor(n) }))
        .sort(),
    ].join('\n');
  }

  change(change: NetlinkChange): Done {
    switch (change._tag) {
      case 'PutAddress':
        return this.#putAddress(change);
      case 'RemoveAddress':
        return this.#removeAddress({ ...change.address, ifindex: change.ifindex });
      case 'PutRoute':
        return this.#putRoute(change);
      case 'RemoveRoute':
        return this.#removeRoute(change.route);
      case 'PutNeighbor':
        return this.#putNeighbor(change);
    }
  }

  /** For tests that build a namespace: a change that must succeed. */
  must(change: NetlinkChange): this {
    const result = this.change(change);
    if (E.isLeft(result)) throw new Error(JSON.stringify([change, result.left]));
    return this;
  }

  bind(): Fd {
    const fd = this.#nextFd++ as Fd;
    this.openFds.add(fd);
    return fd;
  }

  #hasLink(ifindex: number | undefined): boolean {
    return ifindex === undefined || this.links.some((link) => link.ifindex === ifindex);
  }

  #putAddress(change: ChangeOf<'PutAddress'>): Done {
    const { address: wanted, replace } = change;
    if (!this.#hasLink(wanted.ifindex)) return refused('RTM_NEWADDR', ENODEV, change);
    const at = this.addresses.findIndex((a) => addressKey(a) === addressKey(wanted));
    const found = this.addresses[at];
    if (found === undefined) return this.#addAddress(wanted);
    if (!replace) return alreadyDone;
    this.addresses[at] =
      wanted.family === 'inet6'
        ? { ...found, flags: wanted.flags, ...lifetimes(wanted) }
        : { ...found, ...lifetimes(wanted) };
    return done;
  }

  #addAddress(wanted: Address): Done {
    const { addresses } = this;
    const sameSubnet = addresses.some(
      (a) =>
        a.family === 'inet' &&
        a.ifindex === wanted.ifindex &&
        a.prefixLen === wanted.prefixLen &&
        subnet(a) === subnet(wanted),
    );
    const others = wanted.flags.filter((flag) => flag !== 'secondary');
    const secondary = wanted.family === 'inet' && sameSubnet;
    const a: Address = { ...wanted, flags: secondary ? [...others, 'secondary'] : others };
    const own = (x: Address) => x.ifindex === a.ifindex && rankOf(x) === rankOf(a);
    const after = addresses.findLastIndex((x) => x.ifindex === a.ifindex && rankOf(x) < rankOf(a));
    const last = addresses.findLastIndex(own);
    // IPv4: newest last of its kind; IPv6: newest first.
    const at = a.family === 'inet' && last >= 0 ? last + 1 : after + 1;
    addresses.splice(at, 0, a);
    for (const r of kernelRoutes(a)) this.#append(r);
    return done;
  }

  #removeAddress(gone: Pick<Address, 'ifindex' | 'local' | 'peer' | 'prefixLen'>): Done {
    const key = addressKey(gone as Address);
    const found = this.addresses.find((a) => addressKey(a) === key);
    if (found === undefined) return alreadyDone;
    this.#drop(found);
    if (found.family === 'inet' && !found.flags.includes('secondary')) this.#losePrimary(found);
    if (found.family === 'inet' && !this.#has('inet', found.ifindex)) this.#loseLink(found.ifindex);
    return done;
  }

  #has(family: string, ifindex: number): boolean {
    return this.addresses.some((a) => a.family === family && a.ifindex === ifindex);
  }

  #drop(gone: Address): void {
    this.addresses = this.addresses.filter((a) => a !== gone);
    const stillThere = new Set(this.addresses.flatMap(kernelRoutes).map(byIndex));
    const going = new Set(kernelRoutes(gone).map(byIndex));
    this.routes = this.routes.filter((r) => !going.has(byIndex(r)) || stillThere.has(byIndex(r)));
    if (this.addresses.some((a) => a.local === gone.local)) return;
    this.routes = this.routes.flatMap((r) => {
      if (r.prefsrc !== gone.local) return [r];
      if (r.family === 'inet') return r.table === 254 ? [] : [r];
      const { prefsrc: _, ...without } = r;
      return [without];
    });
  }

  #losePrimary(primary: Address): void {
    const secondaries = this.addresses.filter(
      (a) =>
        a.family === 'inet' &&
        a.ifindex === primary.ifindex &&
        a.flags.includes('secondary') &&
        a.prefixLen === primary.prefixLen &&
        subnet(a) === subnet(primary),
    );
    for (const secondary of secondaries) this.#drop(secondary);
    if (!this.#promote) return;
    for (const secondary of secondaries) this.#addAddress(secondary);
  }

  #loseLink(ifindex: number): void {
    this.routes = this.routes.flatMap((r) => {
      if (r.family === 'inet6') return [r];
      if (r.oif === ifindex) return [];
      if (r.nexthops === undefined) return [r];
      const nexthops = r.nexthops.map((hop) =>
        hop.ifindex === ifindex ? { ...hop, flags: ['dead', 'linkdown'] } : hop,
      );
      return nexthops.every((hop) => hop.flags?.includes('dead')) ? [] : [{ ...r, nexthops }];
    });
    this.neighbors = this.neighbors.filter((n) => n.family === 'inet6' || n.ifindex !== ifindex);
  }

  #append(route: Route): void {
    const last = this.routes.findLastIndex((r) => routeKey(r) === routeKey(route));
    this.routes.splice(last === -1 ? this.routes.length : last + 1, 0, route);
  }

  #whyNot(route: Route): number | null {
    const links = [route.oif, ...(route.nexthops ?? []).map((hop) => hop.ifindex)];
    if (!links.every((ifindex) => this.#hasLink(ifindex))) return ENODEV;
    if (route.prefsrc !== undefined && !this.addresses.some((a) => a.local === route.prefsrc))
      return EINVAL;
    const gateways = [route.gateway, ...(route.nexthops ?? []).map((hop) => hop.gateway)];
    return gateways.every((gateway) => this.#reaches(gateway, route)) ? null : ENETUNREACH;
  }

  #reaches(gateway: string | undefined, route: Route): boolean {
    if (gateway === undefined || route.flags.includes('onlink') || gateway.startsWith('fe80'))
      return true;
    return this.routes.some(
      (r) => r.gateway === undefined && r.type === 'unicast' && contains(r.dst, gateway),
    );
  }

  #putRoute(change: ChangeOf<'PutRoute'>): Done {
    const { route, mode } = change;
    const errno = this.#whyNot(route);
    if (errno !== null) return refused('RTM_NEWROUTE', errno, change);
    if (this.routes.some((r) => byIndex(r) === byIndex(route))) return alreadyDone;
    const at = this.routes.findIndex((r) => routeKey(r) === routeKey(route));
    if (mode === 'add' && at >= 0) return refused('RTM_NEWROUTE', EEXIST, change);
    if (mode === 'replace' && at >= 0) this.routes[at] = route;
    else this.#append(route);
    return done;
  }

  #removeRoute(route: Route): Done {
    const at = this.routes.findIndex((r) => byIndex(r) === byIndex(route));
    if (at === -1) return alreadyDone;
    this.routes.splice(at, 1);
    return done;
  }

  #putNeighbor(change: ChangeOf<'PutNeighbor'>): Done {
    const { neighbor } = change;
    if (!this.#hasLink(neighbor.ifindex)) return refused('RTM_NEWNEIGH', ENODEV, change);
    const same = (n: Neighbor) => n.ifindex === neighbor.ifindex && n.dst === neighbor.dst;
    this.neighbors = [...this.neighbors.filter((n) => !same(n)), neighbor];
    return done;
  }

  /** The namespace as the executor sees it. */
  netns(path: string): Netns {
    const lift =
      <A>(run: () => E.Either<ExecError, A>): TE.TaskEither<ExecError, A> =>
      async () =>
        run();
    return {
      path,
      identity: this.identity,
      observe: lift(() => E.right(this.state())),
      notified: () => lift(() => E.right('timeout')),
      change: (change) => lift(() => this.change(structuredClone(change))),
      bindPacketSocket: () => lift(() => E.right({ fd: this.bind(), warnings: [] })),
      close: () => {},
    };
  }
}

/** Primaries, secondaries, then IPv6 from wide to narrow. Source: inet_insert_ifa, ipv6_link_dev_addr. */
const rankOf = (a: Address): number => {
  if (a.family === 'inet') return a.flags.includes('secondary') ? 1 : 0;
  return { global: 2, site: 3, link: 4 }[a.scope] ?? 5;
};

const lifetimes = ({ validLft, preferredLft }: Address) => ({ validLft, preferredLft });

/** The routes that an address brings along. Source: fib_add_ifaddr (IPv4), addrconf_prefix_route (IPv6). */
const kernelRoutes = (a: Address): ReadonlyArray<Route> => {
  const route = (table: number, type: string, dst: string, scope: string, more: Partial<Route>) =>
    ({
      family: a.family,
      table,
      type,
      dst: trusted.prefix(dst),
      protocol: 'kernel',
      scope,
      flags: [],
      oif: a.ifindex,
      ...more,
    }) satisfies Route;
  const prefix = !a.flags.includes('noprefixroute');
  if (a.family === 'inet6')
    return [
      route(255, 'local', `${a.local}/128`, 'global', {}),
      ...(prefix ? [route(254, 'unicast', subnet(a), 'global', { metric: a.metric ?? 256 })] : []),
    ];
  const src = { prefsrc: a.local };
  const metric = a.metric === undefined ? {} : { metric: a.metric };
  const primary = !a.flags.includes('secondary');
  const wide = a.prefixLen < 32 || a.peer !== undefined;
  return [
    route(255, 'local', `${a.local}/32`, 'host', src),
    ...(primary && prefix && wide
      ? [route(254, 'unicast', subnet(a), 'link', { ...src, ...metric })]
      : []),
  ];
};
