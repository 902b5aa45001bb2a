/** Scalars as `ip -j` prints them, decoded to those of a NamespaceState. */
import { isIP } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { formatAddress, parseAddress, parsePrefix, widthOf } from '../model/address.js';
import {
  type Family,
  type IfIndex,
  IpAddress,
  LinkAddress,
  type Prefix,
  trusted,
  U8,
  U32,
} from '../model/scalars.js';

/** A codec that only decodes, by `read`; null is a refusal. */
const reading = <A>(name: string, read: (u: unknown) => A | null): t.Type<A, unknown, unknown> =>
  new t.Type<A, unknown, unknown>(
    name,
    (_u): _u is A => false,
    (u, context) => {
      const value = read(u);
      return value === null ? t.failure(u, context) : t.success(value);
    },
    t.identity,
  );

/** A whole number, or its digits as text: iproute2 prints some fields by name where the host has one for it. */
const numberOf = (u: unknown): unknown =>
  typeof u === 'string' && /^(\d{1,10}|0x[0-9a-f]{1,8})$/i.test(u) ? Number(u) : u;

const decoded = <A>(codec: t.Type<A, unknown, unknown>, u: unknown): A | null => {
  const result = codec.decode(u);
  return E.isRight(result) ? result.right : null;
};

export const Decimal = reading('a number', (u) => decoded(U32, numberOf(u)));
/** `0x10`; a name of the host's rt_dsfield is refused, `ip -N` prints none. */
export const Tos = reading('a number, as `ip -N` prints it', (u) => decoded(U8, numberOf(u)));

const TABLES: ReadonlyMap<unknown, number> = new Map([
  ['default', 253],
  ['main', 254],
  ['local', 255],
]);
/** A routing table; other names than the kernel's three are in the host's rt_tables only. */
export const Table = reading(
  'main, local, default or the number, as `ip -N` prints it',
  (u) => TABLES.get(u) ?? decoded(U32, numberOf(u)),
);

/** Names that iproute2 has built in, by the numbers that `ip -N` prints instead. Source: lib/rt_names.c. */
const named = (name: string, names: Readonly<Record<string, string>>) =>
  reading(name, (u) =>
    typeof u === 'string' || typeof u === 'number' ? (names[u] ?? `${u}`) : null,
  );
export const Protocol = named('a protocol', {
  0: 'unspec',
  1: 'redirect',
  2: 'kernel',
  3: 'boot',
  4: 'static',
  8: 'gated',
  9: 'ra',
  10: 'mrt',
  11: 'zebra',
  12: 'bird',
  13: 'dnrouted',
  14: 'xorp',
  15: 'ntk',
  16: 'dhcp',
  17: 'mrouted',
  18: 'keepalived',
  42: 'babel',
  99: 'openr',
  186: 'bgp',
  187: 'isis',
  188: 'ospf',
  189: 'rip',
  192: 'eigrp',
});
export const Scope = named('a scope', {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
});

/** IFA_PROTO by iproute2's names (since 6.3). Source: linux/if_addr.h. */
const ADDRESS_PROTOCOLS: ReadonlyMap<unknown, number> = new Map([
  ['unspec', 0],
  ['kernel_lo', 1],
  ['kernel_ra', 2],
  ['kernel_ll', 3],
]);
export const AddressProtocol = reading(
  'an address protocol',
  (u) => ADDRESS_PROTOCOLS.get(u) ?? decoded(U8, numberOf(u)),
);

/** 4294967295 is forever. */
export const Seconds = reading<{ readonly seconds: number | null }>('seconds', (u) => {
  const seconds = decoded(U32, u);
  if (seconds === null) return null;
  return { seconds: seconds === 0xffff_ffff ? null : seconds };
});

/** A link-layer address; that of a tunnel is an IP address and printed as one. Source: lib/ll_addr.c. */
export const LlAddress = reading('a link-layer address', (u) => {
  const bytes = typeof u === 'string' && isIP(u) !== 0 ? parseAddress(u) : null;
  if (bytes === null) return decoded(LinkAddress, u);
  return trusted.linkAddress([...bytes].map((b) => b.toString(16).padStart(2, '0')).join(':'));
});

const ANY = { inet: trusted.prefix('0.0.0.0/0'), inet6: trusted.prefix('::/0') };

const prefixOf = (family: Family, text: string): Prefix | null => {
  const parsed = parsePrefix(text.includes('/') ? text : `${text}/${widthOf(family)}`);
  if (parsed === null || parsed.family !== family) return null;
  return trusted.prefix(`${formatAddress(parsed)}/${parsed.prefixLen}`);
};

/** `default`, an address alone, or a prefix. */
export const Destination = (family: Family): t.Type<Prefix, unknown, unknown> =>
  reading(`a destination of ${family}`, (u) => {
    if (typeof u !== 'string') return null;
    return u === 'default' ? ANY[family] : prefixOf(family, u);
  });

/** A gateway of another family: `{ "family": "inet6", "host": "fe80::1" }`. */
export const Via = reading('a gateway with its family', (u) =>
  typeof u === 'object' && u !== null && 'host' in u ? decoded(IpAddress, u.host) : null,
);

/** The name of a link that `addr` shows, as its index. */
export const Device = (names: ReadonlyMap<unknown, IfIndex>): t.Type<IfIndex, unknown, unknown> =>
  reading('the name of a link in addr', (u) => names.get(u) ?? null);
