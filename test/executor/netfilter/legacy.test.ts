/** Recorded tables of ip_tables and ip6_tables as base chains; `iptables-legacy -S` shows the same. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import {
  decodeInfo,
  decodeLegacyTable,
  unreadLegacyTable,
} from '../../../src/executor/netfilter/legacy.js';
import type { FilterChain } from '../../../src/plan/model/filters.js';
import { legacyTable } from '../../support/recorded-filters.js';

const chainsOf = (family: 'ip' | 'ip6', table: string): ReadonlyArray<FilterChain> => {
  const { info, entries } = legacyTable(`${family}-${table}`);
  const chains = decodeLegacyTable(family, table, decodeInfo(info), entries);
  if (E.isLeft(chains)) throw new Error(JSON.stringify(chains.left));
  return chains.right;
};

const lines = (chains: ReadonlyArray<FilterChain>): ReadonlyArray<string> =>
  chains.map(
    ({ chain, hook, priority, policy, rules, actions }) =>
      `${chain} ${hook} ${priority} ${policy} ${rules}: ${actions.join(' ')}`,
  );

describe('the tables of a namespace with the rules of docker', () => {
  test('ip nat', () => {
    const chains = chainsOf('ip', 'nat');
    expect(lines(chains)).toStrictEqual([
      'PREROUTING prerouting -100 accept 0: ',
      'INPUT input 100 accept 0: ',
      'OUTPUT output -100 accept 3: dnat',
      'POSTROUTING postrouting 100 accept 4: masquerade snat',
    ]);
    expect(chains[2]?.translations).toStrictEqual(
      ['tcp', 'udp'].map((protocol) => ({
        kind: 'dnat',
        protocol,
        destination: '127.0.0.11',
        destinationPort: 53,
        to: '127.0.0.11',
        toPort: 40003,
      })),
    );
  });

  test('ip filter: a chain that is gone to, one that nobody calls, and a rule without a target', () => {
    expect(lines(chainsOf('ip', 'filter'))).toStrictEqual([
      'INPUT input 0 accept 5: accept drop',
      'FORWARD forward 0 drop 0: ',
      'OUTPUT output 0 accept 0: ',
    ]);
  });

  test('ip6 nat and filter', () => {
    const [pre, ...others] = chainsOf('ip6', 'nat');
    expect(pre?.translations).toStrictEqual([
      {
        kind: 'dnat',
        protocol: 'tcp',
        destination: '2001:db8::7',
        destinationPort: 80,
        to: '2001:db8::1',
        toPort: 8080,
      },
      { kind: 'redirect', protocol: 'tcp', destinationPort: 443, toPort: 8443 },
    ]);
    expect(others.map(({ rules }) => rules)).toStrictEqual([0, 0, 0]);
    expect(lines(chainsOf('ip6', 'filter'))).toStrictEqual([
      'INPUT input 0 accept 1: reject',
      'FORWARD forward 0 accept 0: ',
      'OUTPUT output 0 drop 0: ',
    ]);
  });
});

test('counters are no content, everything else of a rule is', () => {
  const { info, entries } = legacyTable('ip-nat');
  const digestsOf = (block: Uint8Array): ReadonlyArray<string> => {
    const chains = decodeLegacyTable('ip', 'nat', decodeInfo(info), block);
    return E.isRight(chains) ? chains.right.map(({ digest }) => digest) : [];
  };
  const before = digestsOf(entries);
  const first = decodeInfo(info).hooks[2]?.entry ?? 0; // the rule of OUTPUT
  const counted = Uint8Array.from(entries);
  counted.fill(7, first + 96, first + 112);
  expect(digestsOf(counted)).toStrictEqual(before);
  const changed = Uint8Array.from(entries);
  changed[first + 7] = 12; // the last byte of the destination
  expect(digestsOf(changed)).not.toStrictEqual(before);
});

test('a table that is too large has rules that nobody read', () => {
  const { info } = legacyTable('ip-nat');
  const chains = unreadLegacyTable('ip', 'nat', decodeInfo(info));
  expect(chains).toHaveLength(4);
  expect(chains.every(({ partial, rules }) => partial === true && rules > 0)).toBe(true);
});
