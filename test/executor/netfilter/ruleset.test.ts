/** The recorded nftables ruleset as base chains, and what disturbs its reading. */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { expect, test } from 'vitest';
import { EPERM } from '../../../src/executor/linux/errno.js';
import * as abi from '../../../src/executor/netfilter/abi.js';
import type { Limits } from '../../../src/executor/netfilter/ruleset.js';
import { readRuleset } from '../../../src/executor/netfilter/ruleset.js';
import { NLM_F_DUMP_INTR, NLMSG_DONE } from '../../../src/executor/netlink/abi.js';
import { FilterChain } from '../../../src/plan/model/filters.js';
import { nftables } from '../../support/recorded-filters.js';
import { datagram, type Kernel, scripted } from '../netlink/scripted-transport.js';

const read = async (kernel: Kernel, limits?: Limits) => {
  const transport = scripted(kernel);
  const result = await readRuleset(transport, limits)();
  return { result, requests: transport.requests.map(({ type }) => type) };
};

const chainsOf = async (kernel: Kernel, limits?: Limits): Promise<ReadonlyArray<FilterChain>> => {
  const { result } = await read(kernel, limits);
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const nothing = { type: NLMSG_DONE, payload: new Uint8Array(4) };
const generation = (seq: number, id: number): Uint8Array => {
  const payload = new Uint8Array(12);
  payload.set([0, 0, 0, 0, 8, 0, abi.NFTA_GEN_ID, 0, 0, 0, 0, id]);
  return datagram({ seq }, { type: abi.NFT_MSG_NEWGEN, payload });
};

test('every base chain, with the rules of the chains that it leads to', async () => {
  const chains = await chainsOf(nftables);
  const golden = readFileSync('fixtures/wire/netlink/nft-ruleset.json', 'utf8');
  expect(chains).toStrictEqual(JSON.parse(golden));
  const lines = chains.map(
    ({ family, table, chain, hook, policy, rules, actions }) =>
      `${family} ${table} ${chain} ${hook} ${policy} ${rules}: ${actions.join(' ')}`,
  );
  // As `nft list ruleset` shows them; a map of verdicts may lead to any chain of its table.
  expect(lines).toStrictEqual([
    'inet filter input input drop 11: accept drop log reject vmap',
    'inet filter output output accept 0: ',
    'ip6 nat pre prerouting accept 2: dnat redirect',
    'ip6 nat post postrouting accept 2: masquerade snat',
    'ip mangle2 pre prerouting accept 9: ct drop mangle mark notrack tproxy',
    'netdev edge in ingress accept 2: drop dup',
    'netdev edge out egress drop 0: ',
    'arp a in input drop 0: ',
    'arp a out output accept 0: ',
    'bridge b across forward accept 1: accept',
    'ip asleep in input drop 1: drop',
    'ip nat OUTPUT output accept 3: dnat',
    'ip nat POSTROUTING postrouting accept 3: snat',
    'ip filter INPUT input accept 2: queue reject',
  ]);
});

test('are what a state document takes', async () => {
  const chains = await chainsOf(nftables);
  const list = t.readonlyArray(FilterChain);
  expect(list.decode(JSON.parse(JSON.stringify(chains)))).toStrictEqual(E.right(chains));
});

test('says of what is translated which packets and to where', async () => {
  const chains = await chainsOf(nftables);
  const translations = chains.flatMap((chain) => chain.translations ?? []);
  expect(translations).toContainEqual({
    kind: 'dnat',
    protocol: 'udp',
    destination: '127.0.0.11',
    destinationPort: 53,
    to: '127.0.0.11',
    toPort: 40003,
  });
  expect(translations).toContainEqual({
    kind: 'dnat',
    protocol: 'tcp',
    destination: '2001:db8::7',
    destinationPort: 80,
    to: '2001:db8::1',
    toPort: 8080,
  });
  expect(translations).toContainEqual({ kind: 'masquerade' });
});

test('a namespace without tables is one dump', async () => {
  const { result, requests } = await read((request) => [datagram(request, nothing)]);
  expect(result).toStrictEqual(E.right([]));
  expect(requests).toStrictEqual([abi.NFT_MSG_GETTABLE]);
});

test('a refusal is the error that it is', async () => {
  const payload = new Uint8Array(20);
  new DataView(payload.buffer).setInt32(0, -EPERM, true);
  const { result } = await read((request) => [datagram(request, { type: 2, payload })]);
  expect(result).toMatchObject(E.left({ _tag: 'NetlinkError', errno: EPERM }));
});

test('a ruleset that changes meanwhile is read again', async () => {
  let asked = 0;
  const { result, requests } = await read((request) => {
    if (request.type !== abi.NFT_MSG_GETGEN) return nftables(request);
    asked += 1;
    return [generation(request.seq, asked === 1 ? 1 : 2)];
  });
  expect(E.isRight(result)).toBe(true);
  expect(requests.filter((type) => type === abi.NFT_MSG_GETRULE)).toHaveLength(2);
});

test('so is one that changes under a dump', async () => {
  let dumps = 0;
  const { result } = await read((request) => {
    if (request.type !== abi.NFT_MSG_GETRULE) return nftables(request);
    dumps += 1;
    return dumps > 1
      ? nftables(request)
      : [datagram(request, { ...nothing, flags: NLM_F_DUMP_INTR })];
  });
  expect(E.isRight(result)).toBe(true);
  expect(dumps).toBe(2);
});

test('one that never comes to rest is no ruleset', async () => {
  let asked = 0;
  const { result } = await read((request) => {
    if (request.type !== abi.NFT_MSG_GETGEN) return nftables(request);
    asked += 1;
    return [generation(request.seq, asked)];
  });
  expect(result).toMatchObject(E.left({ _tag: 'DumpInterrupted' }));
});

test.each([
  ['rules', { chains: 1000, rules: 4 }],
  ['chains', { chains: 3, rules: 1000 }],
])('more %s than are read are said to be there', async (_, limits) => {
  const chains = await chainsOf(nftables, limits);
  expect(chains.length).toBeGreaterThan(0);
  expect(chains.every(({ partial }) => partial === true)).toBe(true);
});
