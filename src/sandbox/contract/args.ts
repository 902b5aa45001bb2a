/** A received network set-up call, of any dialect, as one neutral record. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import {
  decodeGo,
  GoType,
  goBool,
  goBytes,
  goInteger,
  goIp,
  goSlice,
  goString,
  goStruct,
} from './go-decode.js';

const int = goInteger('int', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const uint32 = goInteger('uint32', 0, 0xffff_ffff);

const GoIpNet = goStruct('net.IPNet', { IP: goIp, Mask: goBytes('net.IPMask') });

/** net.IPNet since 2019-10, net.IP with the mask beside it before. */
const GoDestination = new GoType<t.TypeOf<typeof GoIpNet>>(
  GoIpNet.name,
  GoIpNet.zero,
  GoIpNet.is,
  (u, context) =>
    typeof u === 'string'
      ? pipe(
          goIp.validate(u, context),
          E.map((IP) => ({ IP, Mask: null })),
        )
      : GoIpNet.validate(u, context),
);

const GoIpWithPrefix = goStruct('boot.IPWithPrefix', { Address: goIp, PrefixLen: int });

/** An address and its prefix length in bits; null where the dialect (before 2020-11) sends none. */
export interface AddressArg {
  readonly address: string | null;
  readonly prefixLen: number | null;
}

const GoAddress = new GoType<AddressArg>(
  GoIpWithPrefix.name,
  { address: null, prefixLen: 0 },
  (u): u is AddressArg => t.UnknownRecord.is(u) && 'address' in u && 'prefixLen' in u,
  (u, context) =>
    typeof u === 'string'
      ? pipe(
          goIp.validate(u, context),
          E.map((address) => ({ address, prefixLen: null })),
        )
      : pipe(
          GoIpWithPrefix.validate(u, context),
          E.map(({ Address: address, PrefixLen: prefixLen }) => ({ address, prefixLen })),
        ),
);

const GoRoute = goStruct('boot.Route', {
  Destination: GoDestination,
  Mask: goBytes('net.IPMask'),
  Gateway: goIp,
  MTU: uint32,
});
const GoDefaultRoute = goStruct('boot.DefaultRoute', { Route: GoRoute, Name: goString });
const GoNeighbor = goStruct('boot.Neighbor', {
  IP: goIp,
  HardwareAddr: goBytes('net.HardwareAddr'),
});

const GoLoopbackLink = goStruct('boot.LoopbackLink', {
  Name: goString,
  Addresses: goSlice(GoAddress),
  Routes: goSlice(GoRoute),
  GVisorGRO: goBool,
});

const GoFdBasedLink = goStruct('boot.FDBasedLink', {
  Name: goString,
  InterfaceIndex: int,
  MTU: int,
  Addresses: goSlice(GoAddress),
  Routes: goSlice(GoRoute),
  GSOMaxSize: uint32,
  SoftwareGSOEnabled: goBool,
  GVisorGSOEnabled: goBool, // 2022-07's GvisorGSOEnabled is the same key to Go
  GVisorGRO: goBool,
  TXChecksumOffload: goBool,
  RXChecksumOffload: goBool,
  LinkAddress: goBytes('net.HardwareAddr'),
  QDisc: goInteger('config.QueueingDiscipline', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  TBFRate: goInteger('uint64', 0, Number.MAX_SAFE_INTEGER),
  TBFBurst: uint32,
  Neighbors: goSlice(GoNeighbor),
  NumChannels: int,
  ProcessorsPerChannel: int,
  IsPacket: goSlice(goBool),
  PreConfigured: goBool,
});

/** The link of the AF_XDP modes: looked at no further, the reference sandbox serves none. */
const GoXdpLink = goStruct('boot.XDPLink', { Name: goString });

/** Every field of the newest dialect, so that probing finds it out, and the old names of those that matter. */
const GoArgs = goStruct('boot.CreateLinksAndRoutesArgs', {
  LoopbackLinks: goSlice(GoLoopbackLink),
  FDBasedLinks: goSlice(GoFdBasedLink),
  XDPLinks: goSlice(GoXdpLink),
  DefaultGateway: GoDefaultRoute,
  Defaultv4Gateway: GoDefaultRoute,
  Defaultv6Gateway: GoDefaultRoute,
  PCAP: goBool,
  LogPackets: goBool,
  NATBlob: goBool,
  PauseExternalNetworking: goBool,
  AllowConnectedOnSave: goBool,
  IsRestore: goBool,
});

/** net.IPNet, gateway and MTU as they came: null is Go's nil, an empty mask is not nil. */
export interface RouteArg {
  readonly ip: string | null;
  readonly mask: Uint8Array | null;
  readonly gateway: string | null;
  /** bytes; 0 means the link's own */
  readonly mtu: number;
}

export interface LoopbackArg {
  readonly name: string;
  readonly addresses: ReadonlyArray<AddressArg>;
  readonly routes: ReadonlyArray<RouteArg>;
}

export interface FdLinkArg extends LoopbackArg {
  readonly mtu: number;
  readonly linkAddress: Uint8Array | null;
  readonly neighbors: ReadonlyArray<{
    readonly address: string | null;
    readonly linkAddress: Uint8Array | null;
  }>;
  readonly channels: number;
  readonly gsoMaxSize: number;
  readonly gvisorGso: boolean;
}

/** What a sandbox is asked to be. */
export interface NetworkArgs {
  readonly loopbackLinks: ReadonlyArray<LoopbackArg>;
  readonly fdLinks: ReadonlyArray<FdLinkArg>;
  /** how many links of the AF_XDP modes */
  readonly xdpLinks: number;
  /** the single gateway of before 2019-12, then v4, then v6, as they came: empty ones included */
  readonly gateways: ReadonlyArray<{ readonly link: string; readonly route: RouteArg }>;
  /** one more descriptor each, after those of the links */
  readonly pcap: boolean;
  readonly natBlob: boolean;
}

const routeArg = (route: t.TypeOf<typeof GoRoute>): RouteArg => ({
  ip: route.Destination.IP,
  mask: route.Destination.Mask ?? route.Mask,
  gateway: route.Gateway,
  mtu: route.MTU,
});

const fdLinkArg = (link: t.TypeOf<typeof GoFdBasedLink>): FdLinkArg => ({
  name: link.Name,
  addresses: link.Addresses,
  routes: link.Routes.map(routeArg),
  mtu: link.MTU,
  linkAddress: link.LinkAddress,
  neighbors: link.Neighbors.map(({ IP, HardwareAddr }) => ({
    address: IP,
    linkAddress: HardwareAddr,
  })),
  channels: link.NumChannels,
  gsoMaxSize: link.GSOMaxSize,
  gvisorGso: link.SoftwareGSOEnabled || link.GVisorGSOEnabled,
});

const networkArgs = (args: t.TypeOf<typeof GoArgs>): NetworkArgs => ({
  loopbackLinks: args.LoopbackLinks.map((link) => ({
    name: link.Name,
    addresses: link.Addresses,
    routes: link.Routes.map(routeArg),
  })),
  fdLinks: args.FDBasedLinks.map(fdLinkArg),
  xdpLinks: args.XDPLinks.length,
  gateways: [args.DefaultGateway, args.Defaultv4Gateway, args.Defaultv6Gateway].map((gateway) => ({
    link: gateway.Name,
    route: routeArg(gateway.Route),
  })),
  pcap: args.PCAP,
  natBlob: args.NATBlob,
});

/**
 * The `arg` of a call, parsed from JSON. Tolerant as a sentry, and of all three families at once, which
 * no sentry is; Left is the text that Go's decoder would answer with. null is the zero value, as in Go.
 * Dialects of before 2019-06 have no NumChannels and one socket per link; only those lack the key.
 */
export const decodeArgs = (arg: unknown): E.Either<string, NetworkArgs> =>
  pipe(decodeGo(GoArgs, arg), E.map(networkArgs));
