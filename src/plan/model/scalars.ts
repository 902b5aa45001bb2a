/** The scalars of every document: names, indices, addresses and prefixes, each with its limit. */
import * as t from 'io-ts';
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from './address.js';
import { isKernelText, kernelBytes } from './kernel-text.js';

export interface IfNameBrand {
  readonly IfName: unique symbol;
}
/**
 * Linux interface name: 1 to 15 bytes, no '/', ':' or white space. The bytes need not be UTF-8: those that
 * are not are written `\xe9`, and a backslash `\\` (kernel-text.ts).
 * Source: IFNAMSIZ (16, NUL included) in linux/if.h; dev_valid_name() in net/core/dev.c.
 */
export const IfName = t.brand(
  t.string,
  (s): s is t.Branded<string, IfNameBrand> => isIfName(s),
  'IfName',
);
export type IfName = t.TypeOf<typeof IfName>;

/** NUL, the blanks of ASCII, '/' and ':'. */
const isRefusedByte = (byte: number): boolean =>
  byte === 0 || (byte >= 9 && byte <= 13) || [0x20, 0x2f, 0x3a].includes(byte);

const isIfName = (s: string): boolean => {
  if (s === '' || s === '.' || s === '..' || s.length > 60 || !isKernelText(s)) return false;
  const bytes = kernelBytes(s);
  return bytes.length <= 15 && !bytes.some(isRefusedByte);
};

const isLinkName = (s: string): boolean =>
  s !== '' && s.length <= 4 * 127 && isKernelText(s) && kernelBytes(s).length <= 127;

/**
 * What a link may be called by: its name, or an alternative one, of 1 to 127 bytes of any kind.
 * Source: ALTIFNAMSIZ (128, NUL included) in linux/if.h; ip-link(8), property add altname.
 */
export const LinkName = t.refinement(t.string, isLinkName, 'LinkName');

/** What a text that is no LinkName is told. */
export const NO_LINK_NAME =
  'no name of a link: 1 to 127 bytes, a backslash written \\\\ and a byte that is not UTF-8 \\xe9';

const integer = (name: string, min: number, max: number) =>
  new t.Type<number>(
    `${name} (${min}..${max})`,
    (u): u is number => typeof u === 'number' && Number.isInteger(u) && u >= min && u <= max,
    (u, context) =>
      typeof u === 'number' && Number.isInteger(u) && u >= min && u <= max
        ? t.success(u)
        : t.failure(u, context),
    t.identity,
  );

/** Unsigned 8, 16 and 32 bit integers, as rtnetlink's __u8, __u16 and __u32. */
export const U8 = integer('U8', 0, 0xff);
export const U16 = integer('U16', 0, 0xffff);
export const U32 = integer('U32', 0, 0xffff_ffff);
/** Signed 32 bits: the priority of a netfilter chain. */
export const I32 = integer('I32', -0x8000_0000, 0x7fff_ffff);

/** A whole number of something that a document counts: sockets, objects, bytes. */
export const Count = integer('Count', 0, Number.MAX_SAFE_INTEGER);

/**
 * Weight of a leg of a multipath route: rtnh_hops, a byte, holds it less one.
 * Source: struct rtnexthop in linux/rtnetlink.h; ip-route(8).
 */
export const LegWeight = integer('LegWeight', 1, 256);

/**
 * Weight of a member of a nexthop group: less one in a byte, and since linux 6.12 in two.
 * Source: struct nexthop_grp in linux/nexthop.h.
 */
export const MemberWeight = integer('MemberWeight', 1, 65536);

export interface IfIndexBrand {
  readonly IfIndex: unique symbol;
}
/** Interface index: a positive __s32, unique in a network namespace. Source: linux/if_link.h. */
export const IfIndex = t.brand(
  integer('IfIndex', 1, 0x7fff_ffff),
  (n): n is t.Branded<number, IfIndexBrand> => n >= 1,
  'IfIndex',
);
export type IfIndex = t.TypeOf<typeof IfIndex>;

/** MTU in bytes. The kernel's own bounds are per driver; 68 is IPv4's floor (RFC 791), loopback has 65536. */
export const Mtu = integer('Mtu', 0, 0xffff_ffff);

export const Family = t.keyof({ inet: null, inet6: null }, 'Family');
/** Address family, as iproute2 spells AF_INET and AF_INET6. */
export type Family = t.TypeOf<typeof Family>;

export interface IpAddressBrand {
  readonly IpAddress: unique symbol;
}
/**
 * An IPv4 address in dotted quads or an IPv6 address in RFC 5952 form: one text per address, so equal
 * texts are equal addresses. Input in another valid spelling is rewritten.
 */
export const IpAddress = new t.Type<t.Branded<string, IpAddressBrand>, string, unknown>(
  'IpAddress',
  (u): u is t.Branded<string, IpAddressBrand> => typeof u === 'string' && canonicalAddress(u) === u,
  (u, context) => {
    const text = typeof u === 'string' ? canonicalAddress(u) : null;
    return text === null
      ? t.failure(u, context)
      : t.success(text as t.Branded<string, IpAddressBrand>);
  },
  t.identity,
);
export type IpAddress = t.TypeOf<typeof IpAddress>;

const canonicalAddress = (s: string): string | null => {
  const parsed = parseAddress(s);
  return parsed === null ? null : formatAddress(parsed);
};

export interface PrefixBrand {
  readonly Prefix: unique symbol;
}
/** A network in CIDR notation, host bits zero: `192.0.2.0/24`, `2001:db8::/32`, `0.0.0.0/0`. */
export const Prefix = new t.Type<t.Branded<string, PrefixBrand>, string, unknown>(
  'Prefix',
  (u): u is t.Branded<string, PrefixBrand> => typeof u === 'string' && canonicalPrefix(u) === u,
  (u, context) => {
    const text = typeof u === 'string' ? canonicalPrefix(u) : null;
    return text === null
      ? t.failure(u, context)
      : t.success(text as t.Branded<string, PrefixBrand>);
  },
  t.identity,
);
export type Prefix = t.TypeOf<typeof Prefix>;

const canonicalPrefix = (s: string): string | null => {
  const parsed = parsePrefix(s);
  return parsed === null ? null : formatPrefix(parsed);
};

/** Prefix length in bits: 0 to 32 for inet, 0 to 128 for inet6 (the record that holds it checks which). */
export const PrefixLen = integer('PrefixLen', 0, 128);

export interface LinkAddressBrand {
  readonly LinkAddress: unique symbol;
}
const LINK_ADDRESS = /^[0-9a-f]{2}(:[0-9a-f]{2}){0,31}$/i;
/**
 * Link-layer address, `02:42:0a:01:02:03`: 1 to 32 bytes in lower-case hex.
 * Source: MAX_ADDR_LEN (32) in linux/netdevice.h; Ethernet has 6.
 */
export const LinkAddress = new t.Type<t.Branded<string, LinkAddressBrand>, string, unknown>(
  'LinkAddress',
  (u): u is t.Branded<string, LinkAddressBrand> =>
    typeof u === 'string' && LINK_ADDRESS.test(u) && u === u.toLowerCase(),
  (u, context) =>
    typeof u === 'string' && LINK_ADDRESS.test(u)
      ? t.success(u.toLowerCase() as t.Branded<string, LinkAddressBrand>)
      : t.failure(u, context),
  t.identity,
);
export type LinkAddress = t.TypeOf<typeof LinkAddress>;

/**
 * Named constructors for values that are known to be one: they come from the kernel, which has checked them (observing
 * 100,000 routes must not decode each of them again), or were parsed a moment ago.
 */
export const trusted = {
  ifName: (s: string): IfName => s as IfName,
  ifIndex: (n: number): IfIndex => n as IfIndex,
  ipAddress: (s: string): IpAddress => s as IpAddress,
  prefix: (s: string): Prefix => s as Prefix,
  linkAddress: (s: string): LinkAddress => s as LinkAddress,
} as const;
