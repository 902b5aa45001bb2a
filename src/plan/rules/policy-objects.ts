/** Verdicts on what the sandbox has no counterpart for at all: routing rules and nexthop objects. */
import type { NamespaceState } from '../model/state.js';
import { isStandardRule } from '../routing/standard-rules.js';
import { at, type Verdict } from './verdict.js';

export const judgeRules = ({ rules }: NamespaceState): ReadonlyArray<Verdict> =>
  rules.map((rule, i) => ({
    object: at('rules', i),
    code: isStandardRule(rule) ? 'dropped/rule-standard' : 'dropped/rule',
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
