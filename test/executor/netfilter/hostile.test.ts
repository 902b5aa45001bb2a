/** Whatever bytes come: the decoders of filters answer with records or a WireError, never with anything else. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import * as abi from '../../../src/executor/netfilter/abi.js';
import { decodeInfo, decodeLegacyTable } from '../../../src/executor/netfilter/legacy.js';
import {
  decodeGeneration,
  decodeNftChain,
  decodeNftRule,
  decodeNftTable,
} from '../../../src/executor/netfilter/nftables.js';
import { RTM_NEWLINK } from '../../../src/executor/netlink/abi.js';
import type { WireError } from '../../../src/executor/netlink/failure.js';
import { decodeLinkSettings } from '../../../src/executor/netlink/link-settings.js';
import { decodeClassifier, decodeQdisc } from '../../../src/executor/netlink/traffic-control.js';
import { decodePolicy } from '../../../src/executor/netlink/xfrm.js';
import { legacyTable } from '../../support/recorded-filters.js';
import { recordedPayloads } from '../netlink/scripted-transport.js';

const decoders = [
  ['nft-tables', abi.NFT_MSG_NEWTABLE, decodeNftTable],
  ['nft-chains', abi.NFT_MSG_NEWCHAIN, decodeNftChain],
  ['nft-rules', abi.NFT_MSG_NEWRULE, decodeNftRule],
  ['nft-generation', abi.NFT_MSG_NEWGEN, decodeGeneration],
  ['ipsec-policies', 0x13, decodePolicy],
  ['qdiscs', 36, decodeQdisc],
  ['classifiers', 44, decodeClassifier],
  ['link-settings', RTM_NEWLINK, decodeLinkSettings],
] as const;

const sane = (decoded: E.Either<WireError, unknown>, length: number): boolean =>
  E.isRight(decoded) || (decoded.left.offset >= 0 && decoded.left.offset <= length);

const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
const changed = (
  bytes: Uint8Array,
  edits: ReadonlyArray<readonly [number, number]>,
): Uint8Array => {
  const out = Uint8Array.from(bytes);
  for (const [at, value] of edits) out[at % out.length] = value;
  return out;
};

describe.each(decoders)('%s', (name, type, decode) => {
  const payloads = recordedPayloads(name, type);

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => sane(decode(bytes), bytes.length)),
    );
  });

  test('a real message cut anywhere', () => {
    expect(payloads.length).toBeGreaterThan(0);
    for (const payload of payloads) {
      const lengths = Array.from(payload, (_, length) => length);
      const wrong = lengths.filter((length) => !sane(decode(payload.subarray(0, length)), length));
      expect(wrong).toStrictEqual([]);
    }
  });

  test('a real message with any bytes changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...payloads), changes, (payload, edits) =>
        sane(decode(changed(payload, edits)), payload.length),
      ),
      { numRuns: 1000 },
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

describe.each([
  ['ip', 'nat'],
  ['ip', 'filter'],
  ['ip6', 'nat'],
  ['ip6', 'filter'],
] as const)('table %s %s', (family, table) => {
  const { info, entries } = legacyTable(`${family}-${table}`);
  const decode = (about: Uint8Array, block: Uint8Array) =>
    decodeLegacyTable(family, table, decodeInfo(about), block);

  test('any entries', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (block) =>
        sane(decode(info, block), block.length),
      ),
    );
  });

  test('the real entries cut anywhere, or with any bytes changed', () => {
    for (let length = 0; length < entries.length; length += 4)
      expect(sane(decode(info, entries.subarray(0, length)), length)).toBe(true);
    fc.assert(
      fc.property(changes, (edits) => sane(decode(info, changed(entries, edits)), entries.length)),
      { numRuns: 1000 },
    );
  });

  test('what the table says of itself cut anywhere, or changed', () => {
    for (let length = 0; length < info.length; length++)
      expect(sane(decode(info.subarray(0, length), entries), entries.length)).toBe(true);
    fc.assert(
      fc.property(changes, (edits) => sane(decode(changed(info, edits), entries), entries.length)),
    );
  });
});
