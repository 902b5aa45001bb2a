/** IP addresses and prefixes between text, bytes and numbers; text in RFC 5952 form. */
import { isIPv4, isIPv6 } from 'node:net';

/** An address as bytes in network order: 4 for inet, 16 for inet6. */
export type AddressBytes = Uint8Array;

/** An address with a prefix length, host bits as written. */
export interface ParsedPrefix {
  readonly family: 'inet' | 'inet6';
  readonly bytes: AddressBytes;
  /** bits, 0 to 32 or 128 */
  readonly prefixLen: number;
}

/** `s` as bytes, or null. Zone identifiers (`%eth0`) are not addresses here: a link has its own field. */
export const parseAddress = (s: string): AddressBytes | null => {
  if (isIPv4(s)) return Uint8Array.from(s.split('.'), Number);
  if (!isIPv6(s) || s.includes('%')) return null;
  return parseIpv6(s);
};

const parseIpv6 = (s: string): AddressBytes => {
  const out = new Uint8Array(16);
  const [head = '', tail] = s.split('::');
  const groups = (part: string): number[] => {
    if (part === '') return [];
    return part.split(':').flatMap((group) => {
      if (!group.includes('.')) return [Number.parseInt(group, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
      return [(a << 8) | b, (c << 8) | d];
    });
  };
  const write = (values: ReadonlyArray<number>, from: number): void => {
    values.forEach((value, i) => {
      out[2 * (from + i)] = value >> 8;
      out[2 * (from + i) + 1] = value & 0xff;
    });
  };
  const before = groups(head);
  write(before, 0);
  if (tail !== undefined) {
    const after = groups(tail);
    write(after, 8 - after.length);
  }
  return out;
};

/**
 * Whether an address or a prefix in its one text is IPv4 written as IPv6, `::ffff:192.0.2.1`, all of
 * ::ffff:0:0/96. Go's net.IP does not tell one from the IPv4 address, so gVisor takes it for that.
 * Source: RFC 4291, section 2.5.5.2; IP.To4 in Go's net/ip.go.
 */
export const isMapped = (text: string): boolean => /^::ffff:\d+\./.test(text);

/** RFC 5952 text of 16 bytes, dotted quads for 4; v4-mapped addresses print their last 32 bits dotted (section 5). */
export const formatAddress = (input: AddressBytes | ParsedPrefix): string => {
  const bytes = input instanceof Uint8Array ? input : input.bytes;
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  return formatIpv6(bytes);
};

const formatIpv6 = (bytes: AddressBytes): string => {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  const mapped = groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff;
  if (mapped) return `::ffff:${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`;
  const { start, length } = longestZeroRun(groups);
  const hex = (part: number[]) => part.map((g) => g.toString(16)).join(':');
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
};

/** RFC 5952 section 4.2: the first of the longest runs. */
const longestZeroRun = (groups: ReadonlyArray<number>): { start: number; length: number } => {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
};

/**
 * `192.0.2.0/24` with host bits zero, or null: a destination with host bits is a mistake, not a network.
 * A length with leading zeros is none, as for an address' own numbers.
 */
export const parsePrefix = (s: string): ParsedPrefix | null => {
  const found = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(s);
  if (found === null) return null;
  const bytes = parseAddress(found[1] ?? '');
  const prefixLen = Number(found[2]);
  if (bytes === null || prefixLen > bytes.length * 8) return null;
  const prefix = { family: familyOf(s), bytes, prefixLen };
  return covers(prefix, bytes) ? prefix : null;
};

/** `bytes` with everything after the first `prefixLen` bits zeroed. */
export const maskBytes = (bytes: AddressBytes, prefixLen: number): AddressBytes =>
  bytes.map((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefixLen - 8 * i));
    return byte & (0xff << (8 - bits));
  });

/** Whether `address` lies in `prefix`. */
export const covers = (prefix: ParsedPrefix, address: AddressBytes): boolean =>
  prefix.bytes.length === address.length &&
  maskBytes(address, prefix.prefixLen).every((byte, i) => byte === prefix.bytes[i]);

/** `192.0.2.0/24`, the inverse of `parsePrefix`. */
export const formatPrefix = ({ bytes, prefixLen }: Omit<ParsedPrefix, 'family'>): string =>
  `${formatAddress(bytes)}/${prefixLen}`;

/** The length of a prefix that is known to be one, in bits. */
export const prefixLenOf = (prefix: string): number =>
  Number(prefix.slice(prefix.indexOf('/') + 1));

/** The network that `address`/`prefixLen` lies in, as text. */
export const networkOf = (address: string, prefixLen: number): string => {
  const bytes = parseAddress(address);
  if (bytes === null) throw new TypeError(`not an IP address: ${address}`);
  return formatPrefix({ bytes: maskBytes(bytes, prefixLen), prefixLen });
};

export const familyOf = (address: string): 'inet' | 'inet6' =>
  address.includes(':') ? 'inet6' : 'inet';

/** Bits in an address of `family`: 32 or 128. */
export const widthOf = (family: 'inet' | 'inet6'): 32 | 128 => (family === 'inet' ? 32 : 128);

/** The address as an unsigned integer, for ordering and interval arithmetic. */
export const toBigInt = (bytes: AddressBytes): bigint =>
  bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** The inverse of `toBigInt` for 4 or 16 bytes. */
export const fromBigInt = (value: bigint, family: 'inet' | 'inet6'): AddressBytes => {
  const out = new Uint8Array(widthOf(family) / 8);
  for (let i = out.length - 1, rest = value; i >= 0; i--, rest >>= 8n)
    out[i] = Number(rest & 0xffn);
  return out;
};
