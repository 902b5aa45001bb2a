/** The addresses of a link as the kernel keeps them: which two are one, where a new one goes, what it makes of flags. */
import type { Address } from '../../../src/plan/model/state.js';
import { networkOf } from './numbers.js';

export type AddressKey = Pick<Address, 'family' | 'ifindex' | 'local' | 'peer' | 'prefixLen'>;

/** The network that an address is in: its peer's where it has one. */
export const subnetOf = (a: Pick<Address, 'local' | 'peer' | 'prefixLen'>): string =>
  networkOf(a.peer ?? a.local, a.prefixLen);

/** IPv6 has an address once per link; IPv4 once per subnet. Source: ipv6_chk_same_addr, find_matching_ifa. */
export const isSame =
  (a: AddressKey) =>
  (b: AddressKey): boolean =>
    a.ifindex === b.ifindex &&
    a.local === b.local &&
    (a.family === 'inet6' || subnetOf(a) === subnetOf(b));

/** What RTM_DELADDR takes away: IPv6 goes by address and length, IPv4 by the peer, too. */
export const isMeant =
  (asked: AddressKey) =>
  (b: AddressKey): boolean =>
    asked.ifindex === b.ifindex &&
    asked.local === b.local &&
    asked.prefixLen === b.prefixLen &&
    (asked.family === 'inet6' || (asked.peer ?? asked.local) === (b.peer ?? b.local));

export const isSecondary = ({ flags }: Address): boolean => flags.includes('secondary');

/** Those that IPv4 ranks together: one primary, the others its secondaries. */
export const isInSubnetOf =
  (a: Address) =>
  (b: Address): boolean =>
    b.family === 'inet' && b.ifindex === a.ifindex && subnetOf(a) === subnetOf(b);

/** RT_SCOPE_*: the wider the smaller. Source: linux/rtnetlink.h. */
const SCOPES: Readonly<Record<string, number>> = { global: 0, site: 200, link: 253, host: 254 };
const scopeOf = ({ scope }: Address): number => SCOPES[scope] ?? Number(scope);

/**
 * Where `a` comes in among the addresses of its link and family. IPv4: primaries after those of a scope that is
 * no wider, secondaries last (inet_insert_ifa). IPv6: before those of a scope that is no wider (ipv6_link_dev_addr).
 */
const placeOf = (a: Address, own: ReadonlyArray<Address>): number => {
  if (a.family === 'inet6') {
    const at = own.findIndex((b) => scopeOf(b) >= scopeOf(a));
    return at === -1 ? own.length : at;
  }
  if (isSecondary(a)) return own.length;
  return own.findLastIndex((b) => !isSecondary(b) && scopeOf(b) >= scopeOf(a)) + 1;
};

export const inserted = (a: Address, all: ReadonlyArray<Address>): ReadonlyArray<Address> => {
  const isOwn = (b: Address) => b.ifindex === a.ifindex && b.family === a.family;
  const own = all.filter(isOwn);
  return [...all.filter((b) => !isOwn(b)), ...own.toSpliced(placeOf(a, own), 0, a)];
};

/** One dump per family, each link by link. */
export const dumped = (all: ReadonlyArray<Address>): ReadonlyArray<Address> =>
  [...all].sort((a, b) =>
    a.family === b.family ? a.ifindex - b.ifindex : a.family === 'inet' ? -1 : 1,
  );

/** What one may ask of an IPv6 address. Source: inet6_rtm_newaddr. */
const SETTABLE = ['nodad', 'homeaddress', 'mngtmpaddr', 'noprefixroute', 'autojoin', 'optimistic'];
/** What the kernel decides by itself. Source: set_ifa_lifetime, inet_insert_ifa. */
const DECIDED = ['permanent', 'deprecated', 'secondary', 'tentative'];

/** The flags that come of a request: what may be asked for, and what its lifetimes say. */
export const flagsOf = ({
  family,
  flags,
  validLft,
  preferredLft,
}: Address): ReadonlyArray<string> => [
  ...flags.filter((flag) =>
    family === 'inet6' ? SETTABLE.includes(flag) : !DECIDED.includes(flag),
  ),
  ...(validLft === null ? ['permanent'] : []),
  ...(preferredLft === 0 ? ['deprecated'] : []),
];

export const isTentative = ({ flags }: Address): boolean => flags.includes('tentative');
