/** One route of the network set-up call, as the sentry's subnet arithmetic takes or refuses it. */
import * as E from 'fp-ts/lib/Either.js';
import { formatPrefix, parseAddress } from '../../plan/model/address.js';
import type { AcceptedRoute } from './accepted.js';
import type { RouteArg } from './args.js';

/** net.IP and net.IPMask to the sentry's bytes: a mask that IPv6 would hold an IPv4 one in is shortened. */
const maskBytesOf = (mask: Uint8Array | null): Uint8Array => {
  if (mask === null || (mask.length !== 4 && mask.length !== 16)) return new Uint8Array(0);
  const mapped = mask.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
  return mask.length === 16 && mapped ? mask.subarray(12) : mask;
};

/** Leading ones, or null for a mask with a zero before a one. */
const leadingOnes = (mask: Uint8Array): number | null => {
  const bits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const ones = bits.replace(/0+$/, '');
  return ones.includes('0') ? null : ones.length;
};

/**
 * One route for the table; null for one without address and mask, which a sentry takes and never matches.
 * Source: Route.toTcpipRoute in runsc/boot/network.go, NewSubnet in pkg/tcpip/tcpip.go.
 */
export const acceptRoute = (
  nic: string,
  { ip, mask, gateway, mtu }: RouteArg,
): E.Either<string, AcceptedRoute | null> => {
  const address = (ip === null ? null : parseAddress(ip)) ?? new Uint8Array(0);
  const short = maskBytesOf(mask);
  if (address.length !== short.length) return E.left('subnet length of address and mask differ');
  if (address.some((byte, i) => (byte & ~(short[i] ?? 0)) !== 0))
    return E.left('subnet address has bits set outside the mask');
  if (address.length === 0) return E.right(null);
  const prefixLen = leadingOnes(short);
  if (prefixLen === null) return E.left('a mask that is not a prefix length is not served here');
  return E.right({ destination: formatPrefix({ bytes: address, prefixLen }), gateway, nic, mtu });
};
