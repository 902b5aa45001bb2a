/** What the kernel calls the flags and makers of an interface address. */
import type { FlagNames, Names } from './names.js';

/** IFA_F_*, linux/if_addr.h; 0x01 is IFA_F_SECONDARY of an IPv4 and IFA_F_TEMPORARY of an IPv6 address. */
const IFA_F = [
  [0x02, 'nodad'],
  [0x04, 'optimistic'],
  [0x08, 'dadfailed'],
  [0x10, 'homeaddress'],
  [0x20, 'deprecated'],
  [0x40, 'tentative'],
  [0x80, 'permanent'],
  [0x100, 'mngtmpaddr'],
  [0x200, 'noprefixroute'],
  [0x400, 'autojoin'],
  [0x800, 'stable-privacy'],
] as const satisfies FlagNames;
export const ADDRESS_FLAGS = {
  inet: [[0x01, 'secondary'], ...IFA_F],
  inet6: [[0x01, 'temporary'], ...IFA_F],
} as const satisfies Readonly<Record<'inet' | 'inet6', FlagNames>>;
export type AddressFlag = (typeof ADDRESS_FLAGS)['inet' | 'inet6'][number][1];

/**
 * Flags that RTM_NEWADDR takes; the others the kernel sets by itself, from order, lifetimes and duplicate
 * address detection. Source: inet6_rtm_newaddr (net/ipv6/addrconf.c), rtm_to_ifaddr (net/ipv4/devinet.c).
 */
export const SETTABLE_ADDRESS_FLAGS: ReadonlyArray<AddressFlag> = [
  'nodad',
  'optimistic',
  'homeaddress',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
];
const settable: ReadonlySet<string> = new Set(SETTABLE_ADDRESS_FLAGS);

/** Whether a request for an address may have `flag`; one that has no name here may. */
export const isSettable = (flag: string): boolean => settable.has(flag) || flag.startsWith('0x');

/** A lifetime in seconds that does not end. Source: net/addrconf.h. */
export const INFINITY_LIFE_TIME = 0xffff_ffff;

/** IFA_PROTO, linux/if_addr.h, by iproute2's names (since 6.3). */
export const ADDRESS_PROTOCOL: Names = new Map([
  [0, 'unspec'],
  [1, 'kernel_lo'],
  [2, 'kernel_ra'],
  [3, 'kernel_ll'],
]);
