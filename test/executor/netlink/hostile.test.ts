/** Whatever bytes come: every decoder answers with a record or a WireError, and in time. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { AF_INET, AF_INET6 } from '../../../src/executor/linux/abi.js';
import * as abi from '../../../src/executor/netlink/abi.js';
import { decodeAck } from '../../../src/executor/netlink/ack.js';
import { decodeAddress } from '../../../src/executor/netlink/address.js';
import type { WireError } from '../../../src/executor/netlink/failure.js';
import { decodeLink } from '../../../src/executor/netlink/link.js';
import { decodeNeighbor } from '../../../src/executor/netlink/neighbor.js';
import { decodeNexthop } from '../../../src/executor/netlink/nexthop.js';
import { decodeRoute } from '../../../src/executor/netlink/route.js';
import { decodeRule } from '../../../src/executor/netlink/rule.js';
import { cases } from '../../support/cases.js';
import { recordedPayloads } from './scripted-transport.js';

const decoders = [
  ['links', abi.RTM_NEWLINK, decodeLink],
  ['addresses', abi.RTM_NEWADDR, decodeAddress],
  ['routes', abi.RTM_NEWROUTE, decodeRoute],
  ['rules', abi.RTM_NEWRULE, decodeRule],
  ['neighbors', abi.RTM_NEWNEIGH, decodeNeighbor],
  ['nexthops', abi.RTM_NEWNEXTHOP, decodeNexthop],
] as const;

/** A record, or a WireError about a place in the payload. */
const sane = (decoded: E.Either<WireError, unknown>, length: number): boolean =>
  E.isRight(decoded) || (decoded.left.offset >= 0 && decoded.left.offset <= length);

describe.each(decoders)('%s', (name, type, decode) => {
  const payloads = recordedPayloads(name, type);

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => sane(decode(bytes), bytes.length)),
    );
  });

  test('any bytes after a header of an IP family', () => {
    const family = fc.constantFrom(AF_INET, AF_INET6);
    fc.assert(
      fc.property(family, fc.uint8Array({ minLength: 20, maxLength: 300 }), (af, bytes) => {
        bytes[0] = af;
        return sane(decode(bytes), bytes.length);
      }),
      cases(500),
    );
  });

  test('a real message cut anywhere', () => {
    for (const payload of payloads) {
      const lengths = Array.from(payload, (_, length) => length);
      const wrong = lengths.filter((length) => !sane(decode(payload.subarray(0, length)), length));
      expect(wrong).toStrictEqual([]);
    }
  });

  test('a real message with any bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...payloads), changes, (payload, changed) => {
        const bytes = Uint8Array.from(payload);
        for (const [at, value] of changed) bytes[at % bytes.length] = value;
        return sane(decode(bytes), bytes.length);
      }),
      cases(2000),
    );
  });

  test('a real message in a buffer with something behind it', () => {
    for (const payload of payloads) {
      const roomy = new Uint8Array(payload.length + 64).fill(0xff);
      roomy.set(payload, 32);
      expect(decode(roomy.subarray(32, 32 + payload.length))).toStrictEqual(decode(payload));
    }
  });
});

test('any acknowledgement', () => {
  const type = fc.constantFrom(abi.NLMSG_ERROR, abi.NLMSG_DONE);
  fc.assert(
    fc.property(type, fc.nat(0xffff), fc.uint8Array({ maxLength: 80 }), (t, flags, payload) => {
      return sane(decodeAck({ type: t, flags, seq: 1, portId: 1, payload }), payload.length);
    }),
    cases(2000),
  );
});
