/** The network set-up call: a plan as the exact request text of its target's dialect. */
import { parsePrefix } from '../../plan/model/address.js';
import {
  type Dialect,
  type FieldName,
  fieldsOf,
  type StructName,
} from '../../plan/model/dialects.js';
import { linkAddressBytes } from '../../plan/model/link-address.js';
import type {
  DefaultGateway,
  FdLink,
  LoopbackLink,
  NetworkPlan,
  PlannedAddress,
  PlannedNeighbor,
  PlannedRoute,
} from '../../plan/model/network-plan.js';
import { type Target, targetOf } from '../../plan/model/target.js';
import * as go from './go-json.js';

/**
 * `GvisorGROTimeout` when GRO is on, in nanoseconds: the example that runsc's own --gvisor-gro flag gives.
 * Later dialects have only on and off. Source: runsc/config/flags.go, 2022-11 to 2024-03.
 */
const GRO_TIMEOUT_NS = 20_000;

/** `FDBasedLink.QDisc`. Source: QueueingDiscipline in runsc/config/config.go. */
const QDISC = { none: 0, fifo: 1 } as const;

/** A route as gVisor has it: what is nil in Go is null. */
interface WireRoute {
  readonly ip: string | null;
  readonly mask: Uint8Array | null;
  readonly gateway: string | null;
  /** bytes; 0 means the link's own */
  readonly mtu: number;
}

const ZERO_ROUTE: WireRoute = { ip: null, mask: null, gateway: null, mtu: 0 };

/** `net.IPMask(net.IPv4zero)`: an IPv4 mask as IPv6 would hold it, which is what runsc builds for the default route. */
const V4_DEFAULT_MASK = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0]);

/** Writes the fields that the dialect's `struct` has, in its order. Every name of every dialect must have a value. */
const structWriter = <S extends StructName>(dialect: Dialect, struct: S) => {
  const names = [...fieldsOf(dialect, struct).keys()];
  return (values: Readonly<Record<FieldName<S>, go.GoJson>>): go.GoJson =>
    go.object(names.map((name) => [name, values[name]]));
};

const targetWriters = ({ dialect, prefixLengths, gvisorGso }: Target) => ({
  args: structWriter(dialect, 'CreateLinksAndRoutesArgs'),
  loopback: structWriter(dialect, 'LoopbackLink'),
  fdLink: structWriter(dialect, 'FDBasedLink'),
  route: structWriter(dialect, 'Route'),
  defaultRoute: structWriter(dialect, 'DefaultRoute'),
  address: structWriter(dialect, 'IPWithPrefix'),
  neighbor: structWriter(dialect, 'Neighbor'),
  /** an address is a struct, since 2020-11; text before */
  prefixLengths,
  /** a destination holds its mask, since 2019-10; they stand side by side before */
  ipNets: fieldsOf(dialect, 'Route').get('Destination') === 'net.IPNet',
  /** a server without the flag would take GSOMaxSize for host GSO */
  gvisorGso,
});
type Writers = ReturnType<typeof targetWriters>;

const addressJson = (w: Writers, { address, prefixLen }: PlannedAddress): go.GoJson =>
  w.prefixLengths
    ? w.address({ Address: go.ip(address), PrefixLen: go.integer(prefixLen) })
    : go.ip(address);

const routeJson = (w: Writers, { ip, mask, gateway, mtu }: WireRoute): go.GoJson =>
  w.route({
    Destination: w.ipNets
      ? go.object([
          ['IP', go.ip(ip)],
          ['Mask', go.bytes(mask)],
        ])
      : go.ip(ip),
    Mask: go.bytes(mask),
    Gateway: go.ip(gateway),
    MTU: go.integer(mtu),
  });

/** Masks have the length of their address: 4 bytes, also for an on-link 0.0.0.0/0, or 16. */
const wireRoute = ({ destination, gateway, mtu = 0 }: PlannedRoute): WireRoute => {
  const prefix = parsePrefix(destination);
  if (prefix === null) throw new TypeError(`not a prefix: ${destination}`);
  const [ip = ''] = destination.split('/');
  return { ip, mask: maskOf(prefix.bytes.length, prefix.prefixLen), gateway, mtu };
};

/** `bits` ones, then zeros. */
const maskOf = (length: number, bits: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - 8 * i))));

const gatewayRoute = ({ family, gateway, mtu = 0 }: DefaultGateway): WireRoute =>
  family === 'inet'
    ? { ip: '0.0.0.0', mask: V4_DEFAULT_MASK, gateway, mtu }
    : { ip: '::', mask: new Uint8Array(16), gateway, mtu };

/** Absent gateways are sent as zero values, which the sentry recognises by their nil address, mask and gateway. */
const defaultRouteJson = (w: Writers, gateway: DefaultGateway | undefined): go.GoJson =>
  w.defaultRoute({
    Route: routeJson(w, gateway === undefined ? ZERO_ROUTE : gatewayRoute(gateway)),
    Name: go.string(gateway?.link ?? ''),
  });

const routesJson = (w: Writers, routes: ReadonlyArray<PlannedRoute>): go.GoJson =>
  go.slice(routes.map((route) => routeJson(w, wireRoute(route))));

const loopbackJson = (w: Writers, link: LoopbackLink): go.GoJson =>
  w.loopback({
    Name: go.string(link.name),
    Addresses: go.slice(link.addresses.map((address) => addressJson(w, address))),
    Routes: routesJson(w, link.routes),
    GvisorGROTimeout: go.integer(0),
    GVisorGRO: go.bool(false),
  });

const neighborJson = (w: Writers, { address, linkAddress }: PlannedNeighbor): go.GoJson =>
  w.neighbor({ IP: go.ip(address), HardwareAddr: go.bytes(linkAddressBytes(linkAddress)) });

const fdLinkJson = (w: Writers, link: FdLink): go.GoJson => {
  // a link address makes the sentry put a MAC header before every packet
  const mac = link.layer === 'ethernet' ? link.linkAddress : null;
  const gvisorGso = go.bool(link.gso.mode === 'gvisor');
  const segments = link.gso.mode === 'host' || (link.gso.mode === 'gvisor' && w.gvisorGso);
  return w.fdLink({
    Name: go.string(link.name),
    InterfaceIndex: go.integer(0), // the sentry reads it for XDP alone; runsc sends 0
    MTU: go.integer(link.mtu),
    Addresses: go.slice(link.addresses.map((address) => addressJson(w, address))),
    Routes: routesJson(w, link.routes),
    GSOMaxSize: go.integer(segments ? link.gso.maxSize : 0),
    SoftwareGSOEnabled: gvisorGso,
    GvisorGSOEnabled: gvisorGso,
    GVisorGSOEnabled: gvisorGso,
    GvisorGROTimeout: go.integer(link.gro ? GRO_TIMEOUT_NS : 0),
    GVisorGRO: go.bool(link.gro),
    TXChecksumOffload: go.bool(link.txChecksumOffload),
    RXChecksumOffload: go.bool(link.rxChecksumOffload),
    LinkAddress: go.bytes(mac === null ? null : linkAddressBytes(mac)),
    QDisc: go.integer(QDISC[link.qdisc]),
    TBFRate: go.integer(0),
    TBFBurst: go.integer(0),
    Neighbors: go.slice(link.neighbors.map((neighbor) => neighborJson(w, neighbor))),
    NumChannels: go.integer(link.channels),
    ProcessorsPerChannel: go.integer(0), // the sentry divides GOMAXPROCS among the channels
    IsPacket: go.NULL, // these two are the sentry's own: it finds out what it was handed
    PreConfigured: go.bool(false),
  });
};

const argsJson = (w: Writers, plan: NetworkPlan): go.GoJson => {
  const gateway = (family: 'inet' | 'inet6') =>
    defaultRouteJson(
      w,
      plan.defaultGateways.find((g) => g.family === family),
    );
  const off = go.bool(false);
  return w.args({
    LoopbackLinks: go.slice(plan.loopbackLinks.map((link) => loopbackJson(w, link))),
    FDBasedLinks: go.slice(plan.fdLinks.map((link) => fdLinkJson(w, link))),
    XDPLinks: go.NULL,
    DefaultGateway: defaultRouteJson(w, plan.defaultGateways[0]),
    Defaultv4Gateway: gateway('inet'),
    Defaultv6Gateway: gateway('inet6'),
    AFXDP: off,
    PCAP: off,
    LogPackets: off,
    NATBlob: off,
    DisconnectOk: off,
    PauseExternalNetworking: off,
    AllowConnectedOnSave: off,
    IsRestore: off,
  });
};

/**
 * The request that hands `plan` over: `{"method":...,"arg":...}` without white space, to be sent with one
 * descriptor per channel of each FD link, in plan order.
 *
 * What the dialect has no field for is left out; the planner has made a loss of it. Throws on a plan whose
 * target is unknown: targets are resolved when a plan is made.
 * Source: CreateLinksAndRoutesArgs in runsc/boot/network.go; client in runsc/sandbox/network.go.
 */
export const encodeCall = (
  plan: NetworkPlan,
): { readonly method: string; readonly json: string } => {
  const target = targetOf(plan.target);
  const json = go.object([
    ['method', go.string(target.method)],
    ['arg', argsJson(targetWriters(target), plan)],
  ]);
  return { method: target.method, json };
};
