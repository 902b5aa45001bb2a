/** The nftables ruleset of a namespace, all of one generation. */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { FilterChain } from '../../plan/model/filters.js';
import { NLM_F_REQUEST } from '../netlink/abi.js';
import { type Dump, runDump } from '../netlink/dump.js';
import type { DumpError } from '../netlink/failure.js';
import { encodeMessage, wireError } from '../netlink/message.js';
import { receiveBuffer, receiveReplies } from '../netlink/receive.js';
import type { Transport } from '../netlink/transport.js';
import { NFGENMSG_LEN, NFT_MSG_GETGEN, NFT_MSG_NEWGEN } from './abi.js';
import { summarise } from './chains.js';
import {
  decodeGeneration,
  type NftChain,
  type NftRule,
  type NftTable,
  nftChainDump,
  nftRuleDump,
  nftTableDump,
} from './nftables.js';

/** What is read at most of one namespace. One that has more is told to have more. */
export interface Limits {
  readonly chains: number;
  readonly rules: number;
}
const LIMITS: Limits = { chains: 10_000, rules: 20_000 };

const ATTEMPTS = 10;

interface Ruleset {
  readonly tables: ReadonlyArray<NftTable>;
  readonly chains: ReadonlyArray<NftChain>;
  readonly rules: ReadonlyArray<NftRule>;
  /** the chains and rules are the first ones */
  readonly partial: boolean;
}

const tableOf = ({ family, table }: { readonly family: string; readonly table: string }): string =>
  `${family} ${table}`;

const byTable = <A extends { readonly family: string; readonly table: string }>(
  objects: ReadonlyArray<A>,
): ReadonlyMap<string, ReadonlyArray<A>> => {
  const found = new Map<string, A[]>();
  for (const object of objects) {
    const list = found.get(tableOf(object));
    if (list === undefined) found.set(tableOf(object), [object]);
    else list.push(object);
  }
  return found;
};

const byChain = (
  rules: ReadonlyArray<NftRule>,
): ReadonlyMap<string, ReadonlyArray<NftRule['facts']>> => {
  const found = new Map<string, NftRule['facts'][]>();
  for (const { chain, facts } of rules) {
    const list = found.get(chain);
    if (list === undefined) found.set(chain, [facts]);
    else list.push(facts);
  }
  return found;
};

/** The base chains, in the kernel's order, with what they lead to. */
const baseChains = ({ tables, chains, rules, partial }: Ruleset): ReadonlyArray<FilterChain> => {
  const dormant = new Set(
    tables.filter((table) => table.dormant).map(({ family, name }) => `${family} ${name}`),
  );
  const rulesOf = byTable(rules);
  return [...byTable(chains)].flatMap(([table, own]) => {
    const inTable = byChain(rulesOf.get(table) ?? []);
    const others = own.filter(({ base }) => base === null).map(({ name }) => name);
    const marks = {
      ...(dormant.has(table) ? { dormant: true } : {}),
      ...(partial ? { partial: true } : {}),
    };
    return own.flatMap(({ base }) =>
      base === null ? [] : [{ ...summarise(base, inTable, others), ...marks }],
    );
  });
};

/** A socket of NETLINK_NETFILTER that asks one thing after the other. */
const converse = (transport: Transport) => {
  const buffer = receiveBuffer();
  let seq = 0;
  const nextSeq = (): number => {
    seq += 1;
    return seq;
  };
  const generation = async (): Promise<E.Either<DumpError, number>> => {
    const mine = nextSeq();
    const payload = new Uint8Array(NFGENMSG_LEN);
    const request = { type: NFT_MSG_GETGEN, flags: NLM_F_REQUEST, seq: mine, portId: 0, payload };
    const sent = transport.send(encodeMessage(request))();
    if (E.isLeft(sent)) return sent;
    const received = receiveReplies(transport, buffer, mine);
    if (E.isLeft(received)) return received;
    const replies = received.right === 'lost' ? null : received.right;
    const answer = replies?.find(({ type }) => type === NFT_MSG_NEWGEN);
    return answer === undefined
      ? E.left(wireError(0, 'no answer to NFT_MSG_GETGEN'))
      : decodeGeneration(answer.payload);
  };
  const dump: <A>(dump: Dump<A>) => TE.TaskEither<DumpError, ReadonlyArray<A>> = runDump(
    transport,
    buffer,
    nextSeq,
  );
  return { generation, dump };
};
type Conversation = ReturnType<typeof converse>;

/** One reading; null where the ruleset changed meanwhile. A dump that was given up is the socket's last. */
const readOnce = async (
  { generation, dump }: Conversation,
  limits: Limits,
): Promise<E.Either<DumpError, Ruleset | null>> => {
  const before = await generation();
  if (E.isLeft(before)) return before;
  const tables = await dump(nftTableDump)();
  if (E.isLeft(tables)) return tables;
  const chains = await dump({ ...nftChainDump, atMost: limits.chains })();
  if (E.isLeft(chains)) return chains;
  const ruleset = { tables: tables.right, chains: chains.right, rules: [] };
  if (chains.right.length === limits.chains) return E.right({ ...ruleset, partial: true });
  const rules = await dump({ ...nftRuleDump, atMost: limits.rules })();
  if (E.isLeft(rules)) return rules;
  if (rules.right.length === limits.rules)
    return E.right({ ...ruleset, rules: rules.right, partial: true });
  const after = await generation();
  if (E.isLeft(after)) return after;
  const undisturbed = before.right === after.right;
  return E.right(undisturbed ? { ...ruleset, rules: rules.right, partial: false } : null);
};

/** As `readOnce`; the kernel's own word for a change during one dump is no error here. */
const readIfAtRest = async (
  conversation: Conversation,
  limits: Limits,
): Promise<E.Either<DumpError, Ruleset | null>> => {
  const read = await readOnce(conversation, limits);
  return E.isLeft(read) && read.left._tag === 'DumpInterrupted' ? E.right(null) : read;
};

const readAtRest = async (
  conversation: Conversation,
  limits: Limits,
): Promise<E.Either<DumpError, Ruleset>> => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const read = await readIfAtRest(conversation, limits);
    if (E.isLeft(read)) return read;
    if (read.right !== null) return E.right(read.right);
  }
  return E.left({ _tag: 'DumpInterrupted', request: 'NFT_MSG_GETRULE', attempts: ATTEMPTS });
};

/**
 * The base chains of the namespace that `transport` (NETLINK_NETFILTER) was opened in. Without a table it is
 * one dump. The transport is of no use afterwards.
 */
export const readRuleset =
  (transport: Transport, limits = LIMITS): TE.TaskEither<DumpError, ReadonlyArray<FilterChain>> =>
  async () => {
    const conversation = converse(transport);
    const tables = await conversation.dump(nftTableDump)();
    if (E.isRight(tables) && tables.right.length === 0) return E.right([]);
    if (E.isLeft(tables) && tables.left._tag !== 'DumpInterrupted') return tables;
    const read = await readAtRest(conversation, limits);
    return E.isLeft(read) ? read : E.right(baseChains(read.right));
  };
