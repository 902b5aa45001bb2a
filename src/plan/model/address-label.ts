/** AddressLabel: the policy by which the kernel chooses among IPv6 addresses (RFC 6724). */
import type * as t from 'io-ts';
import { closed } from './closed.js';
import { IfIndex, Prefix, trusted, U32 } from './scalars.js';

/**
 * A line of the policy table of RFC 6724: the label of the IPv6 addresses of a prefix, on one link where it
 * names one. Source: RTM_NEWADDRLABEL, linux/if_addrlabel.h.
 */
export const AddressLabel = closed(
  'AddressLabel',
  { prefix: Prefix, label: U32 },
  { ifindex: IfIndex },
);
export type AddressLabel = t.TypeOf<typeof AddressLabel>;

/** The policy table of a new namespace. Source: ip6addrlbl_init_table in net/ipv6/addrlabel.c. */
export const ADDRESS_LABELS: ReadonlyArray<AddressLabel> = (
  [
    ['::1/128', 0],
    ['::/96', 3],
    ['::ffff:0.0.0.0/96', 4],
    ['2001::/32', 6],
    ['2001:10::/28', 7],
    ['3ffe::/16', 12],
    ['2002::/16', 2],
    ['fec0::/10', 11],
    ['fc00::/7', 5],
    ['::/0', 1],
  ] as const
).map(([prefix, label]) => ({ prefix: trusted.prefix(prefix), label }));
