/** The addresses that are missing, changed or out of order on their link, as changes that bring them back. */
import { groupBy } from 'fp-ts/lib/NonEmptyArray.js';
import { SETTABLE_ADDRESS_FLAGS } from '../model/kernel-names/address.js';
import type { NetlinkChange } from '../model/netlink-change.js';
import { addressKey } from '../model/object-key.js';
import type { Address, NamespaceState } from '../model/state.js';

/** Those that last: duplicate address detection takes `optimistic` off when it ends. */
const LASTING = SETTABLE_ADDRESS_FLAGS.filter((flag) => flag !== 'optimistic');

const settableFlags = (a: Address): ReadonlyArray<string> =>
  LASTING.filter((flag) => a.flags.includes(flag));

/** What NLM_F_REPLACE on an IPv4 address leaves as it is. Source: inet_rtm_newaddr. */
const fixedOnceMade = (a: Address): string =>
  JSON.stringify(
    a.family === 'inet6'
      ? []
      : [a.scope, a.label, a.broadcast, a.anycast, a.flags.includes('secondary'), settableFlags(a)],
  );

/** What NLM_F_REPLACE changes. */
const changeable = (a: Address): string =>
  JSON.stringify([
    a.metric ?? 0,
    a.protocol ?? 0,
    a.family === 'inet6' ? settableFlags(a) : [],
    a.validLft === null,
    a.preferredLft === null,
  ]);

/** Lifetimes count down in whole seconds, and a second observation comes later. */
export const LIFETIME_TOLERANCE_SECONDS = 2;

const near = (a: number | null, b: number | null): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= LIFETIME_TOLERANCE_SECONDS);

/** Whether an address is as it was, in all that the kernel lets one set. */
export const sameAddress = (a: Address, b: Address): boolean =>
  addressKey(a) === addressKey(b) &&
  fixedOnceMade(a) === fixedOnceMade(b) &&
  changeable(a) === changeable(b) &&
  near(a.validLft, b.validLft) &&
  near(a.preferredLft, b.preferredLft);

/**
 * Entries of one link that the kernel keeps in the order they were added: IPv4 primaries of a scope and
 * IPv4 secondaries oldest first (inet_insert_ifa), IPv6 of a scope newest first (ipv6_link_dev_addr).
 */
export const orderGroup = (a: Address): string => {
  if (a.family === 'inet6') return `${a.ifindex} inet6 ${a.scope}`;
  return `${a.ifindex} inet ${a.flags.includes('secondary') ? 'secondary' : a.scope}`;
};

/** An address that failed or awaits duplicate detection is no source address: its place means nothing. */
export const hasPlace = (a: Address): boolean =>
  !a.flags.includes('dadfailed') && !a.flags.includes('tentative');

const remove = ({ ifindex, ...address }: Address): NetlinkChange => ({
  _tag: 'RemoveAddress',
  ifindex,
  address,
});

/**
 * An IPv6 address that had passed duplicate detection is added without a new one (nodad), and the flag
 * is taken off again: it is usable at once, as it was.
 */
const put = (address: Address): ReadonlyArray<NetlinkChange> => {
  const plain: NetlinkChange = { _tag: 'PutAddress', address, replace: false };
  if (address.family === 'inet' || !hasPlace(address) || address.flags.includes('nodad'))
    return [plain];
  const unchecked = { ...address, flags: [...address.flags, 'nodad'] };
  return [
    { _tag: 'PutAddress', address: unchecked, replace: false },
    { _tag: 'PutAddress', address, replace: true },
  ];
};

const groupsOf = (
  addresses: ReadonlyArray<Address>,
): Readonly<Record<string, ReadonlyArray<Address>>> => groupBy(orderGroup)([...addresses]);

/** How many leading elements are the same in both. */
export const commonPrefix = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number => {
  const differs = a.findIndex((text, i) => text !== b[i]);
  return differs === -1 ? a.length : differs;
};

/** The addresses of one group that stand where they were when the rest is added after them. */
const inPlace = (
  want: ReadonlyArray<Address>,
  have: ReadonlyArray<Address>,
): ReadonlySet<string> => {
  const oldestFirst = (list: ReadonlyArray<Address>): ReadonlyArray<string> => {
    const keys = list.filter(hasPlace).map(addressKey);
    return list[0]?.family === 'inet6' ? keys.toReversed() : keys;
  };
  const there = new Set(have.map(addressKey));
  const wanted = new Set(want.map(addressKey));
  const haveKeys = oldestFirst(have).filter((key) => wanted.has(key));
  const kept = haveKeys.slice(0, commonPrefix(haveKeys, oldestFirst(want)));
  const placeless = want.filter((a) => !hasPlace(a) && there.has(addressKey(a))).map(addressKey);
  return new Set([...kept, ...placeless]);
};

/** IPv4 primaries before their secondaries, IPv6 oldest first. */
const inAddingOrder = (addresses: ReadonlyArray<Address>): ReadonlyArray<Address> => [
  ...addresses.filter((a) => a.family === 'inet' && !a.flags.includes('secondary')),
  ...addresses.filter((a) => a.family === 'inet' && a.flags.includes('secondary')),
  ...addresses.filter((a) => a.family === 'inet6').toReversed(),
];

export const addressRestoration = (
  before: NamespaceState,
  now: NamespaceState,
): ReadonlyArray<NetlinkChange> => {
  const current = new Map(now.addresses.map((a) => [addressKey(a), a]));
  const haveGroups = groupsOf(now.addresses);
  const stays = new Set(
    Object.entries(groupsOf(before.addresses)).flatMap(([group, want]) => [
      ...inPlace(want, haveGroups[group] ?? []),
    ]),
  );
  const removed: Address[] = [];
  const missing: Address[] = [];
  const changed: Address[] = [];
  for (const wanted of before.addresses) {
    const found = current.get(addressKey(wanted));
    if (found === undefined) missing.push(wanted);
    else if (!stays.has(addressKey(wanted)) || fixedOnceMade(found) !== fixedOnceMade(wanted)) {
      removed.push(found);
      missing.push(wanted);
    } else if (!sameAddress(found, wanted)) changed.push(wanted);
  }
  return [
    ...inAddingOrder(removed).toReversed().map(remove),
    ...inAddingOrder(missing).flatMap(put),
    ...changed.map((address): NetlinkChange => ({ _tag: 'PutAddress', address, replace: true })),
  ];
};
