/** The rule list from its head to the rule that decides. */
import type { Family } from '../../model/scalars.js';
import type { NamespaceState, ObjectPath } from '../../model/state.js';
import type { WhyUnsent } from './decision.js';
import type { KernelNamespace } from './namespace.js';
import type { Flow } from './packet.js';
import { matches, type ReadRule, readRule } from './rule-match.js';

/** What a table says of a packet; null: nothing, or `throw`, so that the next rule is asked. */
export type Found<A> =
  | {
      readonly _tag: 'Hit';
      readonly hit: A;
      readonly route: ObjectPath;
      /** bits of the route's destination */
      readonly prefixLen: number;
      /** the link of its first nexthop */
      readonly ifindex: number | undefined;
    }
  | { readonly _tag: 'Reject'; readonly why: WhyUnsent; readonly route: ObjectPath };

export type Walked<A> =
  | {
      readonly _tag: 'Hit';
      readonly rule: ObjectPath | null;
      readonly route: ObjectPath;
      readonly hit: A;
    }
  | {
      readonly _tag: 'Reject';
      readonly rule: ObjectPath | null;
      readonly route: ObjectPath | null;
      readonly why: WhyUnsent;
    }
  | { readonly _tag: 'Unknown'; readonly rule: ObjectPath };

interface Listed extends ReadRule {
  readonly path: ObjectPath;
  /** where a goto goes on; null: it leads nowhere, and the next rule is asked */
  readonly target: number | null;
}

export type RuleList = ReadonlyArray<Listed>;

/** A state without any rule is one for which nobody asked for them: every namespace begins with some. */
const isUnasked = ({ rules }: NamespaceState): boolean => rules.length === 0;

/** The rules of `family` in the order of the search; null where the state does not say. */
export const ruleList = (state: NamespaceState, family: Family): RuleList | null => {
  if (isUnasked(state)) return null;
  const listed = state.rules
    .flatMap((rule, i) =>
      rule.family === family ? [{ ...readRule(rule), path: `rules[${i}]` as ObjectPath }] : [],
    )
    .sort((a, b) => a.rule.priority - b.rule.priority);
  const first = new Map<number, number>();
  for (const [i, { rule }] of listed.entries())
    if (!first.has(rule.priority)) first.set(rule.priority, i);
  return listed.map((one, i) => {
    const target = one.rule.goto === undefined ? undefined : first.get(one.rule.goto);
    return { ...one, target: target !== undefined && target > i ? target : null };
  });
};

/** Whether a rule refuses what its table found. Source: fib4_rule_suppress, fib6_rule_suppress. */
const suppresses = <A>(
  { rule }: ReadRule,
  { prefixLen, ifindex }: Extract<Found<A>, { _tag: 'Hit' }>,
  { links }: KernelNamespace,
): boolean => {
  const { suppressPrefixlength = -1, suppressIfgroup } = rule;
  if (prefixLen <= suppressPrefixlength) return true;
  const link = ifindex === undefined ? undefined : links.get(ifindex);
  return (
    suppressIfgroup !== undefined && link !== undefined && (link.group ?? 0) === suppressIfgroup
  );
};

const REFUSING: Readonly<Record<string, WhyUnsent>> = {
  unreachable: 'unreachable',
  prohibit: 'prohibit',
};

const act = <A>(
  one: Listed,
  lookup: (table: number) => Found<A> | null,
  ns: KernelNamespace,
): Walked<A> | null => {
  const { rule, path } = one;
  if (rule.action !== 'to_tbl') {
    const why = REFUSING[rule.action] ?? 'blackhole';
    return { _tag: 'Reject', rule: path, route: null, why };
  }
  const found = lookup(rule.table ?? 0);
  if (found === null || (found._tag === 'Hit' && suppresses(one, found, ns))) return null;
  return { ...found, rule: path };
};

/** What the rule at `i` says, or the place of the rule that is asked next. */
const step = <A>(
  one: Listed,
  i: number,
  flow: Flow,
  ns: KernelNamespace,
  lookup: (table: number) => Found<A> | null,
): Walked<A> | number => {
  const match = matches(one, flow, ns);
  if (match === null) return { _tag: 'Unknown', rule: one.path };
  if (!match || one.rule.action === 'nop') return i + 1;
  if (one.rule.action === 'goto') return one.target ?? i + 1; // which is asked whether it matches, too
  return act(one, lookup, ns) ?? i + 1;
};

/** The first rule that is for the packet and whose action says something; null: none is. */
export const walkRules = <A>(
  rules: RuleList,
  flow: Flow,
  ns: KernelNamespace,
  lookup: (table: number) => Found<A> | null,
): Walked<A> | null => {
  let i = 0;
  for (let one = rules[i]; one !== undefined; one = rules[i]) {
    const next = step(one, i, flow, ns, lookup);
    if (typeof next !== 'number') return next;
    i = next;
  }
  return null;
};
