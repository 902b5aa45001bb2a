/** Destinations that are decided elsewhere than in the main table: by the local table, or by the link the sender names. */
import { widthOf } from '../model/address.js';
import { RT_TABLE } from '../model/kernel-names/route.js';
import { type Family, type Prefix, trusted } from '../model/scalars.js';
import type { NamespaceState } from '../model/state.js';
import { type PrefixRange, rangeOf } from './prefix-range.js';

const prefixes = (...texts: ReadonlyArray<string>): ReadonlyArray<Prefix> =>
  texts.map(trusted.prefix);

/**
 * The same in every namespace and in every sandbox: the unspecified address and loopback are the stack
 * itself; a link-local or multicast destination goes out on the link its socket names.
 * Source: RFC 6890, RFC 4291 section 2.5.6; Stack.FindRoute in gVisor's pkg/tcpip/stack/stack.go.
 */
const EVERYWHERE: Readonly<Record<Family, ReadonlyArray<Prefix>>> = {
  inet: prefixes('0.0.0.0/32', '127.0.0.0/8', '224.0.0.0/4', '255.255.255.255/32'),
  inet6: prefixes('::/128', '::1/128', 'fe80::/10', 'ff00::/8'),
};

/** Ranges of `family` that no main table decides in any namespace. */
export const alwaysElsewhere = (family: Family): ReadonlyArray<PrefixRange> =>
  EVERYWHERE[family].map(rangeOf);

/**
 * Ranges of `family` that the main table of `state` does not decide: the above, every route of the local
 * table but throw, and the namespace's own and broadcast addresses where the state has no local table.
 */
export const elsewhere = (state: NamespaceState, family: Family): ReadonlyArray<PrefixRange> => {
  const own = state.addresses.flatMap((address) => {
    if (address.family !== family) return [];
    const { local, broadcast } = address;
    const texts = broadcast === undefined ? [local] : [local, broadcast];
    return texts.map((text) => trusted.prefix(`${text}/${widthOf(family)}`));
  });
  const local = state.routes.flatMap((route) =>
    route.family === family && route.table === RT_TABLE.local && route.type !== 'throw'
      ? [route.dst]
      : [],
  );
  return [...alwaysElsewhere(family), ...[...own, ...local].map(rangeOf)];
};
