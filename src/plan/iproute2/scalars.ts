/** Scalars as `ip -j` prints them, decoded to those of a NamespaceState. */

import { isIP } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { formatPrefix, parseAddress, parsePrefix, widthOf } from '../model/address.js';
import { EVERYTHING } from '../model/default-route.js';
import { ADDRESS_PROTOCOL, INFINITY_LIFE_TIME } from '../model/kernel-names/address.js';
import { type Names, numberOf } from '../model/kernel-names/names.js';
import { PROTOCOL, SCOPE, TABLE } from '../model/kernel-names/route.js';
import { nameInFile } from '../model/kernel-text.js';
import { formatLinkAddress } from '../model/link-address.js';
import {
  type Family,
  type IfIndex,
  IfName,
  IpAddress,
  LinkAddress,
  type Prefix,
  trusted,
  U8,
  U16,
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

const NO_NAMES: Names = new Map();

/** A whole number, or its digits or name as text: iproute2 prints some fields by name where the host has one for it. */
const wholeNumber = (u: unknown, names = NO_NAMES): unknown => {
  if (typeof u !== 'string') return u;
  return numberOf(names, u) ?? (/^0x[0-9a-f]{1,8}$/i.test(u) ? Number(u) : u);
};

const decoded = <A>(codec: t.Type<A, unknown, unknown>, u: unknown): A | null => {
  const result = codec.decode(u);
  return E.isRight(result) ? result.right : null;
};

export const Decimal = reading('a number', (u) => decoded(U32, wholeNumber(u)));
/** iproute2's own rt_dsfield, with the names that it had before 5.0. Source: etc/iproute2/rt_dsfield. */
const DSFIELD: Names = new Map([
  [0x00, 'default'],
  [0x04, 'reliability'],
  [0x08, 'throughput'],
  [0x10, 'lowdelay'],
  [0x28, 'AF11'],
  [0x30, 'AF12'],
  [0x38, 'AF13'],
  [0x48, 'AF21'],
  [0x50, 'AF22'],
  [0x58, 'AF23'],
  [0x68, 'AF31'],
  [0x70, 'AF32'],
  [0x78, 'AF33'],
  [0x88, 'AF41'],
  [0x90, 'AF42'],
  [0x98, 'AF43'],
  [0x20, 'CS1'],
  [0x40, 'CS2'],
  [0x60, 'CS3'],
  [0x80, 'CS4'],
  [0xa0, 'CS5'],
  [0xc0, 'CS6'],
  [0xe0, 'CS7'],
  [0xb8, 'EF'],
]);

/** The same for the six bits that a rule may select by: FRA_DSCP. */
export const DSCP: Readonly<Record<string, number>> = Object.fromEntries(
  [...DSFIELD].filter(([field]) => field % 4 === 0).map(([field, name]) => [name, field / 4]),
);

/** `0x10`; other names of the host's rt_dsfield are refused, `ip -N` prints none. */
export const Tos = reading('a number, as `ip -N` prints it', (u) =>
  decoded(U8, wholeNumber(u, DSFIELD)),
);

/** `0xffff` */
export const Mask16 = reading('a mask of 16 bits', (u) => decoded(U16, wholeNumber(u)));

/** A routing table; other names than the kernel's three are in the host's rt_tables only. */
export const Table = reading('main, local, default or the number, as `ip -N` prints it', (u) =>
  decoded(U32, wholeNumber(u, TABLE)),
);

/** Names that iproute2 has built in, by the numbers that `ip -N` prints instead. Source: lib/rt_names.c. */
const named = (name: string, names: Names) => {
  const byDigits = new Map([...names].map(([value, known]) => [`${value}`, known]));
  return reading(name, (u) =>
    typeof u === 'string' || typeof u === 'number' ? (byDigits.get(`${u}`) ?? `${u}`) : null,
  );
};
export const Protocol = named('a protocol', PROTOCOL);
export const Scope = named('a scope', SCOPE);

export const AddressProtocol = reading('an address protocol', (u) =>
  decoded(U8, wholeNumber(u, ADDRESS_PROTOCOL)),
);

/** Seconds that something has left; past its time they are negative, and 0 in the state. */
export const SecondsLeft = reading('seconds', (u) =>
  Number.isSafeInteger(u) && (u as number) < 0 ? 0 : decoded(U32, u),
);

/** null is forever. */
export const Seconds = reading<{ readonly seconds: number | null }>('seconds', (u) => {
  const seconds = decoded(SecondsLeft, u);
  if (seconds === null) return null;
  return { seconds: seconds === INFINITY_LIFE_TIME ? null : seconds };
});

/** A link-layer address; that of a tunnel is an IP address and printed as one. Source: lib/ll_addr.c. */
export const LlAddress = reading('a link-layer address', (u) => {
  const bytes = typeof u === 'string' && isIP(u) !== 0 ? parseAddress(u) : null;
  if (bytes === null) return decoded(LinkAddress, u);
  return formatLinkAddress(bytes);
});

const prefixOf = (family: Family, text: string): Prefix | null => {
  const parsed = parsePrefix(text.includes('/') ? text : `${text}/${widthOf(family)}`);
  if (parsed === null || parsed.family !== family) return null;
  return trusted.prefix(formatPrefix(parsed));
};

/** `default`, an address alone, or a prefix. */
export const Destination = (family: Family): t.Type<Prefix, unknown, unknown> =>
  reading(`a destination of ${family}`, (u) => {
    if (typeof u !== 'string') return null;
    return u === 'default' ? EVERYTHING[family] : prefixOf(family, u);
  });

/** A gateway of another family: `{ "family": "inet6", "host": "fe80::1" }`. */
export const Via = reading('a gateway with its family', (u) =>
  typeof u === 'object' && u !== null && 'host' in u ? decoded(IpAddress, u.host) : null,
);

/** Text, also where iproute2 has no name for a number and prints that. */
export const Text = reading('text', (u) =>
  typeof u === 'string' || typeof u === 'number' ? String(u) : null,
);

/** A name of the kernel's as a state has it: bytes that are not UTF-8 are written out (kernel-text.ts). */
export const Name = reading('a name', (u) => (typeof u === 'string' ? nameInFile(u) : null));
export const OwnName = reading('an interface name', (u) =>
  typeof u === 'string' ? decoded(IfName, nameInFile(u)) : null,
);

/** Indices of links by the names that `addr` shows. */
export type Indices = ReadonlyMap<unknown, IfIndex>;

/** The name of a link that `addr` shows, as its index. */
export const Device = (names: Indices): t.Type<IfIndex, unknown, unknown> =>
  reading('the name of a link in addr', (u) => names.get(u) ?? null);
