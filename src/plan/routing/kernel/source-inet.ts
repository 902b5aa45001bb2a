/** The IPv4 address that the kernel sends from where neither the sender nor the route names one. */
import { numberOf } from '../../model/kernel-names/names.js';
import { SCOPE } from '../../model/kernel-names/route.js';
import type { IpAddress } from '../../model/scalars.js';
import type { Address } from '../../model/state.js';
import { addressNumber } from '../prefix-range.js';
import type { KernelNamespace } from './namespace.js';

/** RT_SCOPE_*: the smaller the number, the wider the scope. Source: linux/rtnetlink.h. */
export const SCOPE_GLOBAL = 0;
export const SCOPE_LINK = 253;
export const SCOPE_HOST = 254;

/** Of a scope that no kernel has, the narrowest. */
export const scopeNumber = (scope: string): number => numberOf(SCOPE, scope) ?? 255;

/** inet_ifa_match: the subnet of an address is that of its peer, where it has one. */
const isInSubnet = ({ local, peer, prefixLen }: Address, address: bigint): boolean =>
  (addressNumber(peer ?? local) ^ address) >> BigInt(32 - prefixLen) === 0n;

const primaries = (ns: KernelNamespace, ifindex: number): ReadonlyArray<Address> =>
  ns.addressesOf('inet', ifindex).filter(({ flags }) => !flags.includes('secondary'));

/** The address of any link of the domain, lo's first: for links without one of their own. */
const fromAnyLink = (ns: KernelNamespace, ifindex: number, scope: number): IpAddress | null => {
  const domain = ns.domainOf(ifindex);
  for (const index of ns.links.keys()) {
    if (ns.domainOf(index) !== domain) continue;
    const found = primaries(ns, index).find((address) => {
      const own = scopeNumber(address.scope);
      return own !== SCOPE_LINK && own <= scope;
    });
    if (found !== undefined) return found.local;
  }
  return null;
};

/**
 * The first primary address of the link in whose subnet `near` lies, else its first; only addresses that are
 * valid as widely as `scope`. `near` null: any. The links' order is that of the dump, by ifindex; the kernel's
 * own is that in which they were made, which differs for a link that was moved here with a lower index.
 * Source: inet_select_addr in net/ipv4/devinet.c.
 */
export const selectInetSource = (
  ns: KernelNamespace,
  ifindex: number,
  near: bigint | null,
  scope: number,
): IpAddress | null => {
  const widest = ns.routesLocalnet(ifindex) ? SCOPE_LINK : SCOPE_HOST;
  const candidates = primaries(ns, ifindex).filter(
    (address) => Math.min(scopeNumber(address.scope), widest) <= scope,
  );
  const inSubnet = near === null ? undefined : candidates.find((a) => isInSubnet(a, near));
  const found = inSubnet ?? candidates[0];
  return found?.local ?? fromAnyLink(ns, ifindex, scope);
};
