/** What a namespace holds, and what the kernel does with it at each change. */
import * as E from 'fp-ts/lib/Either.js';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import type { NetlinkChange } from '../../../src/plan/model/netlink-change.js';
import type {
  Address,
  Link,
  NamespaceState,
  Neighbor,
  Route,
} from '../../../src/plan/model/state.js';
import { addressRoutes, type Where } from './address-routes.js';
import {
  type AddressKey,
  flagsOf,
  inserted,
  isInSubnetOf,
  isMeant,
  isSame,
  isSecondary,
  isTentative,
} from './addresses.js';
import { checksDuplicates, vrfTablesOf } from './links.js';
import { EEXIST, EINVAL, ENODEV, linksOf, RouteTable } from './route-table.js';

type ChangeOf<Tag extends NetlinkChange['_tag']> = Extract<NetlinkChange, { _tag: Tag }>;

export type Done = E.Either<ExecError, 'done' | 'alreadyDone'>;
const done: Done = E.right('done');
const alreadyDone: Done = E.right('alreadyDone');
const refused = (request: string, errno: number, change: NetlinkChange): Done =>
  E.left({ _tag: 'NetlinkError', request, errno, message: '', change });

export class FakeNamespace {
  links: ReadonlyArray<Link>;
  addresses: ReadonlyArray<Address> = [];
  neighbors: ReadonlyArray<Neighbor> = [];
  readonly #table = new RouteTable();
  readonly #promote: boolean;
  /** IPv6 addresses whose own route is not there yet */
  #coming: ReadonlyArray<AddressKey> = [];
  #vrfTables: ReadonlyMap<number, number> = new Map();

  constructor(links: ReadonlyArray<Link>, promoteSecondaries: boolean) {
    this.links = links;
    this.#promote = promoteSecondaries;
  }

  get routes(): ReadonlyArray<Route> {
    return this.#table.dumped();
  }

  set routes(routes: ReadonlyArray<Route>) {
    this.#table.routes = routes;
  }

  /** The namespace becomes another one, with what `state` holds and nothing else. */
  load(state: NamespaceState): void {
    this.links = state.links;
    this.addresses = state.addresses;
    this.routes = state.routes;
    this.neighbors = state.neighbors;
    this.#coming = [];
    this.#vrfTables = vrfTablesOf(state);
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

  /** A moment passes: duplicate address detection has found nobody, and IPv6 has made its own routes. False: neither. */
  settle(): boolean {
    const coming = [...this.#coming, ...this.addresses.filter(isTentative)];
    this.#coming = [];
    this.addresses = this.addresses.map((a) => ({
      ...a,
      flags: a.flags.filter((flag) => flag !== 'tentative'),
    }));
    const come = this.addresses.filter((a) => coming.some((key) => isMeant(key)(a)));
    this.#bring(come.flatMap((a) => this.#routesOf(a)).filter(({ type }) => type === 'local'));
    return come.length > 0;
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

  #linkOf(ifindex: number | undefined): Link | undefined {
    return this.links.find((link) => link.ifindex === ifindex);
  }

  #putAddress(change: ChangeOf<'PutAddress'>): Done {
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
    else this.#coming = [...this.#coming, a];
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

  #putRoute(change: ChangeOf<'PutRoute'>): Done {
    const { route, mode } = change;
    if (linksOf(route).some((of) => of !== undefined && this.#linkOf(of) === undefined))
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

  #putNeighbor(change: ChangeOf<'PutNeighbor'>): Done {
    const { neighbor } = change;
    if (this.#linkOf(neighbor.ifindex) === undefined)
      return refused('RTM_NEWNEIGH', ENODEV, change);
    const isProxy = ({ flags }: Neighbor) => flags.includes('proxy');
    const same = (n: Neighbor) =>
      n.ifindex === neighbor.ifindex && n.dst === neighbor.dst && isProxy(n) === isProxy(neighbor);
    this.neighbors = [...this.neighbors.filter((n) => !same(n)), neighbor];
    return done;
  }
}
