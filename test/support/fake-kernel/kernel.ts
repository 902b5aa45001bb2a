/**
 * A network namespace in memory that keeps the kernel's promises and its surprises: what comes and goes with an address,
 * in which order, and what is refused. test/support/kernel-facts.ts says what of it is asked of the real kernel, too.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Netns } from '../../../src/executor/effects/capabilities.js';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import type { Fd } from '../../../src/executor/linux/fd.js';
import type { Filters } from '../../../src/plan/model/filters.js';
import type { NetlinkChange } from '../../../src/plan/model/netlink-change.js';
import type {
  Address,
  Link,
  NamespaceState,
  Neighbor,
  NetnsIdentity,
  NexthopObject,
  Route,
  Rule,
} from '../../../src/plan/model/state.js';
import { addressRoutes, type Where } from './address-routes.js';
import {
  type AddressKey,
  dumped,
  flagsOf,
  inserted,
  isInSubnetOf,
  isMeant,
  isSame,
  isSecondary,
  isTentative,
} from './addresses.js';
import { linesOf } from './lines.js';
import { EEXIST, EINVAL, ENODEV, RouteTable } from './route-table.js';

type Done = E.Either<ExecError, 'done' | 'alreadyDone'>;
const done: Done = E.right('done');
const alreadyDone: Done = E.right('alreadyDone');
const refused = (request: string, errno: number, change: NetlinkChange): Done =>
  E.left({ _tag: 'NetlinkError', request, errno, message: '', change });

export interface FakeKernelOptions {
  readonly identity?: NetnsIdentity;
  readonly promoteSecondaries?: boolean;
}

const IDENTITY: NetnsIdentity = { inode: '4026532300', cookie: '41', root: false };

export class FakeKernel {
  identity: NetnsIdentity;
  readonly openFds = new Set<Fd>();
  links: ReadonlyArray<Link>;
  addresses: ReadonlyArray<Address> = [];
  neighbors: ReadonlyArray<Neighbor> = [];
  rules: ReadonlyArray<Rule> = [];
  filters: Filters = {};
  nexthops: ReadonlyArray<NexthopObject> = [];
  readonly #table = new RouteTable();
  readonly #promote: boolean;
  #vrfTables: ReadonlyMap<number, number> = new Map();
  #nextFd = 100;

  constructor(links: ReadonlyArray<Link>, options: FakeKernelOptions = {}) {
    this.links = links;
    this.identity = options.identity ?? IDENTITY;
    this.#promote = options.promoteSecondaries ?? false;
  }

  get routes(): ReadonlyArray<Route> {
    return this.#table.routes;
  }

  set routes(routes: ReadonlyArray<Route>) {
    this.#table.routes = routes;
  }

  /** The namespace becomes another one, with all that `state` holds and nothing else. */
  load(state: NamespaceState): void {
    const { links, addresses, routes, rules, neighbors, nexthops, netns } = structuredClone(state);
    this.links = links;
    this.addresses = addresses;
    this.routes = routes;
    this.rules = rules;
    this.neighbors = neighbors;
    this.nexthops = nexthops;
    this.identity = { ...this.identity, root: netns?.root ?? false };
    this.#vrfTables = vrfTablesOf(state);
  }

  state(): NamespaceState {
    return structuredClone({
      kind: 'NamespaceState',
      formatVersion: 1,
      links: this.links,
      addresses: dumped(this.addresses),
      routes: this.#table.dumped(),
      rules: this.rules,
      neighbors: this.neighbors,
      nexthops: this.nexthops,
      netns: this.identity,
    });
  }

  text(): string {
    return linesOf(this.state()).join('\n');
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
        return this.#table.remove(change.route) ? done : alreadyDone;
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

  /** A moment passes: duplicate address detection has found nobody, and IPv6 has made its own routes. False: neither. */
  settle(): boolean {
    const before = this.#table.routes.length;
    const checked = this.addresses.some(isTentative);
    this.addresses = this.addresses.map((a) => ({
      ...a,
      flags: a.flags.filter((flag) => flag !== 'tentative'),
    }));
    for (const a of this.addresses) if (a.family === 'inet6') this.#bring(this.#routesOf(a));
    return checked || this.#table.routes.length > before;
  }

  addLink(link: Link): void {
    this.links = [...this.links, link];
  }

  /** A link goes away, and all that is on it. */
  removeLink(name: string): void {
    const gone = this.links.find((link) => link.name === name)?.ifindex ?? 0;
    this.links = this.links.filter(({ ifindex }) => ifindex !== gone);
    for (const a of this.addresses.filter(({ ifindex }) => ifindex === gone))
      this.#removeAddress(a);
    this.neighbors = this.neighbors.filter(({ ifindex }) => ifindex !== gone);
    this.#table.loseLink(gone);
  }

  bind(): Fd {
    const fd = this.#nextFd++ as Fd;
    this.openFds.add(fd);
    return fd;
  }

  #linkOf(ifindex: number | undefined): Link | undefined {
    return this.links.find((link) => link.ifindex === ifindex);
  }

  #putAddress(change: Extract<NetlinkChange, { _tag: 'PutAddress' }>): Done {
    const { address: wanted, replace } = change;
    const link = this.#linkOf(wanted.ifindex);
    if (link === undefined) return refused('RTM_NEWADDR', ENODEV, change);
    const found = this.addresses.find(isSame(wanted));
    if (found !== undefined) {
      if (!replace) return alreadyDone;
      this.#alter(found, wanted);
      return done;
    }
    const near = this.addresses.filter(isInSubnetOf(wanted));
    if (wanted.family === 'inet' && near.some(({ scope }) => scope !== wanted.scope))
      return refused('RTM_NEWADDR', EINVAL, change);
    const flags = flagsOf(wanted);
    const asked = wanted.family === 'inet6' && !flags.includes('nodad') && checksDuplicates(link);
    const secondary = wanted.family === 'inet' && near.length > 0;
    const a: Address = {
      ...wanted,
      flags: [...flags, ...(secondary ? ['secondary'] : []), ...(asked ? ['tentative'] : [])],
    };
    this.addresses = inserted(a, this.addresses);
    this.#bring(this.#atOnce(a));
    if (a.family === 'inet') this.#table.reviveIpv4Of(a.ifindex);
    return done;
  }

  /** NLM_F_REPLACE. Source: inet_rtm_newaddr, inet6_addr_modify. */
  #alter(found: Address, wanted: Address): void {
    const { validLft, preferredLft } = wanted;
    const kept = found.flags.filter((flag) => flag === 'secondary' || flag === 'tentative');
    const asked = flagsOf({
      ...(wanted.family === 'inet6' ? wanted : found),
      validLft,
      preferredLft,
    });
    const { metric: _, ...rest } = found;
    const metric = wanted.metric === undefined ? {} : { metric: wanted.metric };
    const altered = { ...rest, ...metric, validLft, preferredLft, flags: [...asked, ...kept] };
    this.#takeRoutesOf([found], () => {
      this.addresses = this.addresses.map((a) => (a === found ? altered : a));
    });
    this.#bring(this.#atOnce(altered));
  }

  #removeAddress(asked: AddressKey): Done {
    const found = this.addresses.find(isMeant(asked));
    if (found === undefined) return alreadyDone;
    const secondaries =
      found.family === 'inet' && !isSecondary(found)
        ? this.addresses.filter((a) => isSecondary(a) && isInSubnetOf(found)(a))
        : [];
    const going = this.#promote ? [found] : [...secondaries, found];
    this.#takeRoutesOf([found, ...secondaries], () => {
      this.addresses = this.addresses.filter((a) => !going.includes(a));
      if (this.#promote) this.#promoteFirst(secondaries);
    });
    for (const a of this.addresses.filter(isInSubnetOf(found))) this.#bring(this.#atOnce(a));
    for (const { local, ifindex } of going)
      if (!this.#isLocal(local)) this.#table.loseSource(local, this.#tables(ifindex).main);
    if (found.family === 'inet' && !this.#hasIpv4(found.ifindex)) this.#loseIpv4Of(found.ifindex);
    return done;
  }

  /** The first secondary moves to the end of the primaries; the others stay where they are. */
  #promoteFirst([first]: ReadonlyArray<Address>): void {
    if (first === undefined) return;
    const promoted = { ...first, flags: first.flags.filter((flag) => flag !== 'secondary') };
    this.addresses = inserted(
      promoted,
      this.addresses.filter((a) => a !== first),
    );
  }

  #hasIpv4(of: number): boolean {
    return this.addresses.some(({ family, ifindex }) => family === 'inet' && ifindex === of);
  }

  #loseIpv4Of(of: number): void {
    this.#table.loseIpv4Of(of);
    this.neighbors = this.neighbors.filter((n) => n.family === 'inet6' || n.ifindex !== of);
  }

  #tables(ifindex: number): Where['tables'] {
    const own = this.#vrfTables.get(this.#linkOf(ifindex)?.master ?? 0);
    return own === undefined ? { main: 254, local: 255 } : { main: own, local: own };
  }

  #routesOf(a: Address): ReadonlyArray<Route> {
    const { addresses } = this;
    const link = this.#linkOf(a.ifindex);
    return addressRoutes(a, { link, tables: this.#tables(a.ifindex), addresses });
  }

  /** IPv6 makes an address's own route some milliseconds later. */
  #atOnce(a: Address): ReadonlyArray<Route> {
    return this.#routesOf(a).filter((r) => r.family === 'inet' || r.type !== 'local');
  }

  #bring(routes: ReadonlyArray<Route>): void {
    for (const r of routes) if (!this.#table.has(r)) this.#table.append(r);
  }

  /** Whether it may be a source. IPv4 asks the routes, IPv6 the addresses. */
  #isLocal(address: string): boolean {
    return address.includes(':')
      ? this.addresses.some((a) => a.local === address && !isTentative(a))
      : this.#table.delivers(address);
  }

  /** Takes away what `taken` brought along, but what others bring along as well after `change`. */
  #takeRoutesOf(taken: ReadonlyArray<Address>, change: () => void): void {
    const going = taken.flatMap((a) => this.#routesOf(a));
    change();
    const staying = new RouteTable();
    staying.routes = this.addresses.flatMap((a) => this.#routesOf(a));
    for (const r of going) if (!staying.has(r)) this.#table.remove(r);
  }

  #putRoute(change: Extract<NetlinkChange, { _tag: 'PutRoute' }>): Done {
    const { route, mode } = change;
    const links = [route.oif, ...(route.nexthops ?? []).map(({ ifindex }) => ifindex)];
    if (links.some((of) => of !== undefined && this.#linkOf(of) === undefined))
      return refused('RTM_NEWROUTE', ENODEV, change);
    const { prefsrc, type, dst } = route;
    const itself = type === 'local' && dst === `${prefsrc}/32`;
    if (prefsrc !== undefined && !itself && !this.#isLocal(prefsrc))
      return refused('RTM_NEWROUTE', EINVAL, change);
    const errno = this.#table.put(route, mode);
    if (errno === null) return done;
    return errno === EEXIST && mode !== 'replace'
      ? alreadyDone
      : refused('RTM_NEWROUTE', errno, change);
  }

  #putNeighbor(change: Extract<NetlinkChange, { _tag: 'PutNeighbor' }>): Done {
    const { neighbor } = change;
    if (this.#linkOf(neighbor.ifindex) === undefined)
      return refused('RTM_NEWNEIGH', ENODEV, change);
    const isProxy = ({ flags }: Neighbor) => flags.includes('proxy');
    const same = (n: Neighbor) =>
      n.ifindex === neighbor.ifindex && n.dst === neighbor.dst && isProxy(n) === isProxy(neighbor);
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
      filters: lift(() => E.right(this.filters)),
      notified: () => lift(() => E.right(this.settle() ? 'ready' : 'timeout')),
      change: (change) => lift(() => this.change(structuredClone(change))),
      bindPacketSocket: () => lift(() => E.right({ fd: this.bind(), warnings: [] })),
      close: () => {},
    };
  }
}

const checksDuplicates = ({ flags }: Link): boolean =>
  !flags.includes('NOARP') && !flags.includes('LOOPBACK');

/** The table of each VRF, which no state tells: the one that its ports' own addresses are local in. */
const vrfTablesOf = ({ links, routes }: NamespaceState): ReadonlyMap<number, number> =>
  new Map(
    links.flatMap(({ ifindex, master, masterKind }) => {
      const local = routes.find((r) => r.type === 'local' && r.oif === ifindex);
      return master === undefined || masterKind !== 'vrf' || local === undefined
        ? []
        : [[master, local.table] as const];
    }),
  );
