/** The Internet checksum (RFC 1071) of IPv4 headers, ICMP and ICMPv6. */

/**
 * Ones' complement sum of `bytes` as 16-bit words in network order, an odd last byte padded with zero.
 * Not folded: exact for anything below 2^36 bytes, so sums of several parts may be chained by `initial`
 * (every part but the last of even length).
 */
export const sum16 = (bytes: Uint8Array, initial = 0): number => {
  let sum = initial;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  return even === bytes.length ? sum : sum + ((bytes[even] ?? 0) << 8);
};

/** The 16 bits to store for a sum over the rest; 0 over bytes that already carry a right checksum. */
export const checksumOf = (sum: number): number => {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
};

/** Sum of the IPv6 pseudo-header; `length` in bytes. Source: RFC 8200 section 8.1. */
export const pseudoHeaderSum = (
  source: Uint8Array,
  destination: Uint8Array,
  length: number,
  nextHeader: number,
): number => sum16(destination, sum16(source, length + nextHeader));
