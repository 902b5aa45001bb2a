/** NetworkPlan: all that apply does and all that it does not carry, decided, immutable and closed. */
import * as t from 'io-ts';
import { Accounted, ObjectPathCodec } from './account.js';
import { closed } from './closed.js';
import { NetworkMode, PlanOptions, Qdisc } from './options.js';
import {
  Count,
  Family,
  IfIndex,
  IfName,
  IpAddress,
  LinkAddress,
  Mtu,
  Prefix,
  PrefixLen,
  U32,
} from './scalars.js';
import { NetnsIdentity } from './state.js';

/** The objects of the state that an element of the plan was made from; empty for what netplan made itself. */
const from = t.readonlyArray(ObjectPathCodec);

export const PlannedAddress = closed('PlannedAddress', {
  address: IpAddress,
  prefixLen: PrefixLen,
  from,
});
export type PlannedAddress = t.TypeOf<typeof PlannedAddress>;

export const PlannedRoute = closed(
  'PlannedRoute',
  {
    destination: Prefix,
    /** null: on-link, or dropped where it stands on a loopback link */
    gateway: t.union([IpAddress, t.null]),
    from,
  },
  {
    /** route MTU in bytes, where the target can carry it */
    mtu: Mtu,
  },
);
export type PlannedRoute = t.TypeOf<typeof PlannedRoute>;

export const PlannedNeighbor = closed('PlannedNeighbor', {
  address: IpAddress,
  linkAddress: LinkAddress,
  from,
});
export type PlannedNeighbor = t.TypeOf<typeof PlannedNeighbor>;

/** Routes are in the order the sandbox tries them. */
export const LoopbackLink = closed('LoopbackLink', {
  name: IfName,
  addresses: t.readonlyArray(PlannedAddress),
  routes: t.readonlyArray(PlannedRoute),
  from,
});
export type LoopbackLink = t.TypeOf<typeof LoopbackLink>;

/** An address to take from the host, with what RTM_DELADDR needs: IFA_LOCAL, IFA_ADDRESS (the peer), prefix length. */
export const HostAddress = closed(
  'HostAddress',
  { family: Family, local: IpAddress, prefixLen: PrefixLen, from },
  { peer: IpAddress },
);
export type HostAddress = t.TypeOf<typeof HostAddress>;

export const Gso = closed('Gso', {
  /** host: the kernel segments, every frame carries a virtio_net_hdr; gvisor: the sandbox segments itself */
  mode: t.keyof({ host: null, gvisor: null, off: null }),
  /** bytes; 0 when off */
  maxSize: U32,
});
export type Gso = t.TypeOf<typeof Gso>;

export const FdLink = closed(
  'FdLink',
  {
    name: IfName,
    ifindex: IfIndex,
    mtu: Mtu,
    /** ethernet: frames with a MAC header; ip: bare packets (tun, wireguard) */
    layer: t.keyof({ ethernet: null, ip: null }),
    linkAddress: t.union([LinkAddress, t.null]),
    addresses: t.readonlyArray(PlannedAddress),
    routes: t.readonlyArray(PlannedRoute),
    neighbors: t.readonlyArray(PlannedNeighbor),
    /** packet sockets bound to the link, 1 or more */
    channels: U32,
    gso: Gso,
    gro: t.boolean,
    txChecksumOffload: t.boolean,
    rxChecksumOffload: t.boolean,
    qdisc: Qdisc,
    /** multicast link addresses the packet sockets join (PACKET_ADD_MEMBERSHIP): a macvlan drops the rest */
    memberships: t.readonlyArray(LinkAddress),
    /** in the order they are deleted, so that adding them back in reverse restores the kernel's order */
    hostAddresses: t.readonlyArray(HostAddress),
    from,
  },
  {
    /** what it is on the host: veth, macvlan, tun ... */
    kind: t.string,
  },
);
export type FdLink = t.TypeOf<typeof FdLink>;

export const DefaultGateway = closed(
  'DefaultGateway',
  { family: Family, link: IfName, gateway: IpAddress, from },
  { mtu: Mtu },
);
export type DefaultGateway = t.TypeOf<typeof DefaultGateway>;

/** A message for a person: what, where, and what to do about it. */
export const Diagnostic = closed(
  'Diagnostic',
  {
    code: t.string,
    /** `routes[3]`, `links[1].mtu`, or empty for the whole */
    path: t.string,
    /** a sentence; of a loss whose code is one of the account's, what is said of its object */
    summary: t.string,
    remedy: t.string,
  },
  {
    /** the objects of the state that it is about; absent where there is no state */
    objects: t.readonlyArray(ObjectPathCodec),
  },
);
export type Diagnostic = t.TypeOf<typeof Diagnostic>;

export const PlanBasis = closed(
  'PlanBasis',
  {
    /** 64-bit FNV-1a of every object that lasts, hex: names a state; the objects themselves are what is compared */
    stateHash: t.string,
    /** objects in the state; equals the sum over the classes */
    scanned: Count,
  },
  { netns: NetnsIdentity },
);
export type PlanBasis = t.TypeOf<typeof PlanBasis>;

export const NetworkPlan = closed('NetworkPlan', {
  kind: t.literal('NetworkPlan'),
  formatVersion: t.literal(2),
  /** canonical name of the target: a dialect, or a release where the release decides */
  target: t.string,
  network: NetworkMode,
  /** what it was made with, the defaults of then included */
  options: PlanOptions,
  basis: PlanBasis,
  loopbackLinks: t.readonlyArray(LoopbackLink),
  fdLinks: t.readonlyArray(FdLink),
  /** at most one per family, inet first */
  defaultGateways: t.readonlyArray(DefaultGateway),
  /** what the sandbox will do differently from the kernel */
  losses: t.readonlyArray(Diagnostic),
  /** what a person should know although nothing is lost */
  notes: t.readonlyArray(Diagnostic),
  /** every object of the state, in its order */
  objects: t.readonlyArray(Accounted),
});
/** The document of `netplan plan` and the only input of apply. */
export type NetworkPlan = t.TypeOf<typeof NetworkPlan>;
