/** Verdicts on what the sandbox has no counterpart for at all: routing rules and nexthop objects. */
import { RT_TABLE } from '../model/kernel-names/route.js';
import type { NamespaceState, Rule } from '../model/state.js';
import { at, type Verdict } from './verdict.js';

/** The rules of every namespace: local at 0, main at 32766, default at 32767 (IPv4). Source: ip-rule(8). */
const STANDARD: ReadonlyMap<number, number> = new Map([
  [0, RT_TABLE.local],
  [32766, RT_TABLE.main],
  [32767, RT_TABLE.default],
]);

const isStandard = (rule: Rule): boolean =>
  rule.action === 'to_tbl' &&
  STANDARD.get(rule.priority) === rule.table &&
  [rule.src, rule.dst, rule.iif, rule.oif, rule.tos, rule.fwmark, rule.invert].every(
    (selector) => selector === undefined,
  );

export const judgeRules = ({ rules }: NamespaceState): ReadonlyArray<Verdict> =>
  rules.map((rule, i) => ({
    object: at('rules', i),
    code: isStandard(rule) ? 'dropped/rule-standard' : 'dropped/rule',
  }));

/** The kernel writes a nexthop object's content into every route that uses it. */
export const judgeNexthops = ({ nexthops, routes }: NamespaceState): ReadonlyArray<Verdict> => {
  const used = new Set(routes.flatMap(({ nhid }) => (nhid === undefined ? [] : [nhid])));
  for (const { id, group } of nexthops)
    if (used.has(id)) for (const member of group ?? []) used.add(member.id);
  return nexthops.map(({ id }, i) => ({
    object: at('nexthops', i),
    code: used.has(id) ? 'dropped/nexthop-resolved' : 'dropped/nexthop-unused',
  }));
};
