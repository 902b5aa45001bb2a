/** The rules that every namespace begins with: local, main and, for IPv4, default. */
import { RT_TABLE } from '../model/kernel-names/route.js';
import type { Family } from '../model/scalars.js';
import type { Rule } from '../model/state.js';

/** The rules that every namespace begins with. Source: ip-rule(8). */
const STANDARD: Readonly<
  Record<Family, ReadonlyArray<readonly [priority: number, table: number]>>
> = {
  inet: [
    [0, RT_TABLE.local],
    [32766, RT_TABLE.main],
    [32767, RT_TABLE.default],
  ],
  inet6: [
    [0, RT_TABLE.local],
    [32766, RT_TABLE.main],
  ],
};

const PLAIN: ReadonlySet<string> = new Set(['family', 'priority', 'action', 'table', 'protocol']);

/** Whether a rule is one of those, with nothing more in it. */
export const isStandardRule = (rule: Rule): boolean =>
  rule.action === 'to_tbl' &&
  Object.keys(rule).every((key) => PLAIN.has(key)) &&
  STANDARD[rule.family].some(([pref, table]) => pref === rule.priority && table === rule.table);

/** Whether all are of those that every namespace begins with; some may have been removed. */
export const areStandard = (rules: ReadonlyArray<Rule>): boolean => rules.every(isStandardRule);

/** Whether they are those of `family` and none is missing. */
export const areAllStandard = (rules: ReadonlyArray<Rule>, family: Family): boolean =>
  areStandard(rules) && rules.length === STANDARD[family].length;
