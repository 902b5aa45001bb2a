/**
 * A table of ip_tables or ip6_tables as its socket option gives it: one block of entries, in which chains
 * are places. Source: linux/netfilter_ipv4/ip_tables.h, linux/netfilter_ipv6/ip6_tables.h, x_tables.h.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { FilterChain } from '../../plan/model/filters.js';
import { fnv1a64 } from '../../plan/model/state-hash.js';
import { HOST_LE } from '../linux/byte-order.js';
import { hexText } from '../netlink/attribute.js';
import type { WireError } from '../netlink/failure.js';
import { NF_INET_NUMHOOKS, XT_TABLE_MAXNAMELEN } from './abi.js';
import { cString } from './c-string.js';
import { type BaseChain, summarise, type TableRules } from './chains.js';
import { type Entry, IPV4, IPV6, type Layout, readEntries, viewOf } from './legacy-entries.js';
import type { RuleFacts } from './rule-facts.js';
import { actionOfTarget, translationOfTarget } from './xtables.js';

/** What SO_GET_INFO says of a table: which hooks it has and where their entries begin and end. */
export interface TableInfo {
  readonly hooks: ReadonlyArray<{
    readonly hook: number;
    readonly entry: number;
    readonly underflow: number;
  }>;
  readonly entries: number;
}

/** struct ipt_getinfo; the table's name stands first. */
export const decodeInfo = (bytes: Uint8Array): TableInfo => {
  const view = viewOf(bytes);
  const at = (index: number): number => XT_TABLE_MAXNAMELEN + 4 * index;
  const word = (index: number): number =>
    at(index) + 4 <= bytes.length ? view.getUint32(at(index), HOST_LE) : 0;
  const valid = word(0);
  const hooks = Array.from({ length: NF_INET_NUMHOOKS }, (_, hook) => ({
    hook,
    entry: word(1 + hook),
    underflow: word(1 + NF_INET_NUMHOOKS + hook),
  })).filter(({ hook }) => ((valid >> hook) & 1) === 1);
  return { hooks, entries: word(1 + 2 * NF_INET_NUMHOOKS) };
};

/** Of a standard target: where it jumps to, or below zero the verdict (-NF_* - 1). */
const verdictOf = ({ info }: Entry): number =>
  info.length >= 4 ? viewOf(info).getInt32(0, HOST_LE) : 0;

/** -NF_DROP - 1, -NF_ACCEPT - 1 and -NF_QUEUE - 1; -5 is RETURN, which decides nothing. */
const VERDICTS: ReadonlyMap<number, string> = new Map([
  [-1, 'drop'],
  [-2, 'accept'],
  [-4, 'queue'],
]);

const standardFacts = (entry: Entry, chainAt: ReadonlyMap<number, string>) => {
  const verdict = verdictOf(entry);
  const word = VERDICTS.get(verdict);
  const chain = verdict < 0 ? undefined : chainAt.get(verdict);
  return {
    actions: new Set(word === undefined ? [] : [word]),
    leadsTo: new Set(chain === undefined ? [] : [chain]),
    translations: [],
  };
};

const targetFacts = (layout: Layout, { target, info, matched }: Entry) => {
  const translation = translationOfTarget(target, info, layout.family);
  return {
    actions: new Set([actionOfTarget(target)]),
    leadsTo: new Set<string>(),
    translations: translation === null ? [] : [{ ...translation, ...matched }],
  };
};

/** What makes a rule: not its counters, and not the number that a jump is, an offset that other rules move. */
const contentOf = ({ conditions, target, info }: Entry): string =>
  target === '' ? conditions : `${conditions} ${target} ${hexText(info)}`;

const factsOf =
  (layout: Layout, chainAt: ReadonlyMap<number, string>) =>
  (entry: Entry): RuleFacts => {
    const facts = entry.target === '' ? standardFacts(entry, chainAt) : targetFacts(layout, entry);
    const digest = fnv1a64([contentOf(entry), ...facts.actions, ...facts.leadsTo]);
    return { ...facts, leadsAnywhere: false, digest };
  };

/** The target that begins a chain of the user's, and ends the block; its data is the chain's name. */
const ERROR_TARGET = 'ERROR';

/** NF_INET_* by the chain that iptables shows for it, and its priority in each table; linux/netfilter_ipv4.h. */
const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
const PRIORITY: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  filter: 0,
  security: 50,
};
const priorityOf = (table: string, hook: number): number => {
  if (table !== 'nat') return PRIORITY[table] ?? 0;
  return hook === 0 || hook === 3 ? -100 : 100; // destination first, source last
};

const baseChain = (
  family: 'ip' | 'ip6',
  table: string,
  hook: number,
  policy: 'accept' | 'drop',
): BaseChain => {
  const name = HOOKS[hook] ?? String(hook);
  const priority = priorityOf(table, hook);
  const chain = name.toUpperCase();
  return { framework: 'iptables', family, table, chain, hook: name, priority, policy };
};

/**
 * The base chains of a table: those of its valid hooks, with the user's chains that they lead to. A hook's
 * entries run up to its underflow, which holds the policy; a user's chain ends in an entry of its own.
 */
export const decodeLegacyTable = (
  family: 'ip' | 'ip6',
  table: string,
  info: TableInfo,
  block: Uint8Array,
): E.Either<WireError, ReadonlyArray<FilterChain>> => {
  const layout = family === 'ip' ? IPV4 : IPV6;
  const read = readEntries(layout, block);
  if (E.isLeft(read)) return read;
  const entries = read.right;
  const { chains, starts } = chainsOf(entries, info);
  const facts = factsOf(layout, starts);
  const rules: TableRules = new Map(
    [...chains].map(([chain, { members }]) => [chain, members.map(facts)]),
  );
  const byPlace = new Map(entries.map((entry) => [entry.at, entry]));
  return E.right(
    info.hooks.map(({ hook, underflow }) => {
      const last = byPlace.get(underflow);
      const policy = last !== undefined && verdictOf(last) === -1 ? 'drop' : 'accept';
      return summarise(baseChain(family, table, hook, policy), rules, []);
    }),
  );
};

/** What is said of a table that is too large to be read: its rules are more than none. */
export const unreadLegacyTable = (
  family: 'ip' | 'ip6',
  table: string,
  { hooks, entries }: TableInfo,
): ReadonlyArray<FilterChain> =>
  hooks.map(({ hook }) => ({
    ...baseChain(family, table, hook, 'accept'),
    rules: entries,
    actions: [],
    digest: '',
    partial: true,
  }));

interface Section {
  readonly members: Entry[];
}

/** Chain by name, and by the offset of the first entry, to which rules jump. */
const chainsOf = (entries: ReadonlyArray<Entry>, { hooks }: TableInfo) => {
  const chains = new Map<string, Section>();
  const starts = new Map<number, string>();
  const hookAt = new Map(hooks.map(({ hook, entry }) => [entry, HOOKS[hook]?.toUpperCase() ?? '']));
  const ends = new Set(hooks.map(({ underflow }) => underflow));
  let open: Section | null = null;
  let named = false;
  entries.forEach((entry, i) => {
    const hook = hookAt.get(entry.at);
    if (hook !== undefined) {
      open = { members: [] };
      named = false;
      chains.set(hook, open);
    }
    if (entry.target === ERROR_TARGET) {
      open = { members: [] };
      named = true;
      const name = cString(entry.info);
      chains.set(name, open);
      const next = entries[i + 1];
      if (next !== undefined) starts.set(next.at, name);
      return;
    }
    const following = entries[i + 1];
    const endsUserChain = named && (following === undefined || following.target === ERROR_TARGET);
    if (!ends.has(entry.at) && !endsUserChain) open?.members.push(entry);
  });
  return { chains, starts };
};
