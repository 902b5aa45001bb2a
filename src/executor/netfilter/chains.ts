/** From the rules of a table to what its base chains do: every chain that they lead to is part of them. */
import type { FilterChain, Translation } from '../../plan/model/filters.js';
import { fnv1a64 } from '../../plan/model/state-hash.js';
import type { RuleFacts } from './rule-facts.js';

/** A chain that the kernel calls, without what its rules say. */
export type BaseChain = Omit<FilterChain, 'rules' | 'actions' | 'digest' | 'translations'>;

/** The rules of one table, by chain. */
export type TableRules = ReadonlyMap<string, ReadonlyArray<RuleFacts>>;

/** Translations that are kept of a chain: more are told by their kind alone. */
const MAX_TRANSLATIONS = 16;

const NONE: ReadonlyArray<RuleFacts> = [];

const leadsTo = (
  chain: string,
  rules: TableRules,
  others: ReadonlyArray<string>,
): ReadonlyArray<string> =>
  (rules.get(chain) ?? NONE).flatMap((rule) => (rule.leadsAnywhere ? others : [...rule.leadsTo]));

/** `first` and all chains of the table that it leads to, each once, nearest first. */
const reachable = (
  first: string,
  rules: TableRules,
  others: ReadonlyArray<string>,
): ReadonlySet<string> => {
  const found = new Set([first]);
  for (const chain of found) // grows while it is walked
    for (const next of leadsTo(chain, rules, others)) found.add(next);
  return found;
};

const distinct = (translations: ReadonlyArray<Translation>): ReadonlyArray<Translation> => {
  const seen = new Map(translations.map((one) => [JSON.stringify(one), one]));
  return [...seen.values()].slice(0, MAX_TRANSLATIONS);
};

/** `others`: the chains of the table that are no base chains. */
export const summarise = (
  base: BaseChain,
  rules: TableRules,
  others: ReadonlyArray<string>,
): FilterChain => {
  const chains = [...reachable(base.chain, rules, others)];
  const all = chains.flatMap((chain) => rules.get(chain) ?? NONE);
  const translations = distinct(all.flatMap((rule) => rule.translations));
  return {
    ...base,
    rules: all.length,
    actions: [...new Set(all.flatMap(({ actions }) => [...actions]))].sort(),
    digest: fnv1a64(chains.flatMap((chain) => digestsOf(chain, rules))),
    ...(translations.length === 0 ? {} : { translations }),
  };
};

const digestsOf = (chain: string, rules: TableRules): ReadonlyArray<string> => [
  chain,
  ...(rules.get(chain) ?? NONE).map(({ digest }) => digest),
];
