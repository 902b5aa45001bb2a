/** One NIC as the stack uses it: addresses, routes and neighbors of the accepted network as bytes and sets. */
import {
  covers,
  formatAddress,
  type ParsedPrefix,
  parseAddress,
  parsePrefix,
} from '../plan/model/address.js';
import { linkAddressBytes } from '../plan/model/link-address.js';
import type { AcceptedNetwork, AcceptedNic } from './contract/accepted.js';
import { type NeighborTable, neighborTable } from './neighbor-table.js';

interface InterfaceRoute {
  readonly destination: ParsedPrefix;
  /** null: on-link */
  readonly gateway: Uint8Array | null;
}

export interface Interface {
  readonly mtu: number;
  /** 6 bytes; null: frames without a MAC header */
  readonly mac: Uint8Array | null;
  /** texts of the addresses it answers for */
  readonly addresses: ReadonlySet<string>;
  /** of this NIC alone, in lookup order */
  readonly routes: ReadonlyArray<InterfaceRoute>;
  readonly neighbors: NeighborTable;
}

/** The first 6 bytes of a link address in hex with colons: what an Ethernet header has room for. */
const macBytes = (text: string): Uint8Array => {
  const out = new Uint8Array(6);
  out.set(linkAddressBytes(text).subarray(0, 6));
  return out;
};

/** The one text that formatAddress has for an address, whatever spelling the call used. */
const canonical = (address: string): string => {
  const bytes = parseAddress(address);
  return bytes === null ? address : formatAddress(bytes);
};

/** The NICs in the order of the accepted network, so that a NIC's index there is its index here. */
export const interfacesOf = (network: AcceptedNetwork): ReadonlyArray<Interface> =>
  network.nics.map((nic) => interfaceOf(nic, network));

const interfaceOf = (nic: AcceptedNic, { routeTable }: AcceptedNetwork): Interface => ({
  mtu: nic.mtu,
  mac: nic.mac === null ? null : macBytes(nic.mac),
  addresses: new Set(nic.addresses.map(({ address }) => canonical(address))),
  routes: routeTable.flatMap(({ destination, gateway, nic: name }) => {
    const prefix = name === nic.name ? parsePrefix(destination) : null;
    const hop = gateway === null ? null : parseAddress(gateway);
    return prefix === null ? [] : [{ destination: prefix, gateway: hop }];
  }),
  neighbors: neighborTable(
    nic.neighbors.map(({ address, linkAddress }) => [canonical(address), macBytes(linkAddress)]),
  ),
});

/** fe80::/10 */
const isLinkLocal6 = (address: Uint8Array): boolean =>
  address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;

/**
 * Where a reply to `address` goes next on this NIC, or null without a route.
 *
 * Only the routes of the NIC that the request came in by: gVisor looks up an echo reply's route with that
 * NIC's id (FindRoute in pkg/tcpip/stack), and reaches fe80::/10 without any.
 */
export const nextHop = (nic: Interface, address: Uint8Array): Uint8Array | null => {
  if (isLinkLocal6(address)) return address;
  const route = nic.routes.find(({ destination }) => covers(destination, address));
  return route === undefined ? null : (route.gateway ?? address);
};
