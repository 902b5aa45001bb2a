/** A packet that a process of the namespace sends, as far as the kernel's routing looks at it. */
import type { Family, IfName, IpAddress } from '../../model/scalars.js';
import { addressNumber } from '../prefix-range.js';

/** What is left out is not set: unbound, unmarked, of user 0, without ports; a datagram. */
export interface Packet {
  readonly destination: IpAddress;
  /** the address that the socket is bound to; without one the kernel chooses */
  readonly source?: IpAddress;
  /** SO_MARK */
  readonly mark?: number;
  /** SO_BINDTODEVICE */
  readonly oif?: IfName;
  /** the user that the socket belongs to */
  readonly uid?: number;
  /** IPPROTO_*; 17 (UDP) unless it is said */
  readonly ipproto?: number;
  readonly sport?: number;
  readonly dport?: number;
  /** IP_TOS or IPV6_TCLASS, all eight bits */
  readonly tos?: number;
  /** of IPv6 */
  readonly flowlabel?: number;
}

/** A packet in numbers, as the lookup compares them. Source: struct flowi4 and flowi6 in net/flow.h. */
export interface Flow {
  readonly family: Family;
  readonly destination: bigint;
  /** null: the kernel chooses */
  readonly source: bigint | null;
  readonly mark: number;
  /** an ifindex, or 0 */
  readonly oif: number;
  readonly uid: number;
  readonly ipproto: number;
  readonly sport: number;
  readonly dport: number;
  readonly tos: number;
  readonly flowlabel: number;
}

/** IPPROTO_UDP, which the kernel itself takes where it is asked for a route and no protocol is named. */
const UDP = 17;

/**
 * What an ordinary application sends: local, unmarked, unbound, by user 0. It has no ports, so that rules of
 * some ports are passed by, and is a datagram.
 */
export const ordinaryFlow = (family: Family, destination: bigint): Flow => ({
  family,
  destination,
  source: null,
  mark: 0,
  oif: 0,
  uid: 0,
  ipproto: UDP,
  sport: 0,
  dport: 0,
  tos: 0,
  flowlabel: 0,
});

/** `indexOf`: the ifindex of a link by its name; -1, which no link has, where there is none. */
export const flowOf =
  (indexOf: (name: IfName) => number) =>
  ({ destination, source, oif, ...numbers }: Packet): Flow => ({
    ...ordinaryFlow(destination.includes(':') ? 'inet6' : 'inet', addressNumber(destination)),
    ...numbers,
    source: source === undefined ? null : addressNumber(source),
    oif: oif === undefined ? 0 : indexOf(oif),
  });

/** The bits of a packet's tos that an IPv4 rule's or route's is compared with. Source: RT_TOS, inet_dscp.h; fib_dscp_masked_match, net/ip_fib.h. */
export const TOS_BITS = 0x1c;
