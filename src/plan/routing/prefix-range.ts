/** Prefixes as ranges of integers, read fast: a large namespace has 100,000 of them on either side of a comparison. */
import { parseAddress, prefixLenOf, toBigInt, widthOf } from '../model/address.js';
import type { Family, Prefix } from '../model/scalars.js';

/** The addresses of a prefix as unsigned integers, both ends included. */
export interface PrefixRange {
  readonly first: bigint;
  readonly last: bigint;
  /** bits */
  readonly prefixLen: number;
}

/** The highest address of a family as an integer: 2^32 - 1 or 2^128 - 1. */
export const highestAddress = (family: Family): bigint => (1n << BigInt(widthOf(family))) - 1n;

const ZERO = 0x30;
const DOT = 0x2e;

/** Dotted quads as a number, from text that is known to be such. */
const ipv4Number = (text: string): number => {
  let number = 0;
  let byte = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === DOT) {
      number = number * 256 + byte;
      byte = 0;
    } else byte = byte * 10 + char - ZERO;
  }
  return number * 256 + byte;
};

/** The groups of an IPv6 address in RFC 5952 form without a dotted tail, the zeros that `::` stands for filled in. */
const groupsOf = (text: string): ReadonlyArray<number> => {
  const [before = '', after] = text.split('::');
  const hex = (part: string | undefined): ReadonlyArray<number> =>
    part === undefined || part === ''
      ? []
      : part.split(':').map((group) => Number.parseInt(group, 16));
  const [head, tail] = [hex(before), hex(after)];
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
};

/** Groups are joined in doubles as far as those are exact (48 bits): integers beyond are much slower. */
const ipv6Number = (text: string): bigint => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groupsOf(text);
  const high = BigInt((a * 0x1_0000 + b) * 0x1_0000 + c);
  const middle = BigInt((d * 0x1_0000 + e) * 0x1_0000 + f);
  return (high << 80n) | (middle << 32n) | BigInt(g * 0x1_0000 + h);
};

/** An address as an unsigned integer, from text that its brand says is valid. */
export const addressNumber = (text: string): bigint => {
  if (!text.includes(':')) return BigInt(ipv4Number(text));
  if (!text.includes('.')) return ipv6Number(text);
  const bytes = parseAddress(text);
  if (bytes === null) throw new TypeError(`not an IP address: ${text}`);
  return toBigInt(bytes);
};

/** The range of `prefix`, which its brand says is valid and has its host bits zero. */
export const rangeOf = (prefix: Prefix): PrefixRange => {
  const prefixLen = prefixLenOf(prefix);
  const first = addressNumber(prefix.slice(0, prefix.indexOf('/')));
  const width = prefix.includes(':') ? 128 : 32;
  return { first, last: first + (1n << BigInt(width - prefixLen)) - 1n, prefixLen };
};

/** Whether every address of `inner` is one of `outer`. */
export const contains = (outer: PrefixRange, inner: PrefixRange): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;
