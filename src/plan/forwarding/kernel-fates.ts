/** What the kernel does with the packets of an ordinary application, through all rules and tables, as fates. */
import { RT_TABLE } from '../model/kernel-names/route.js';
import type { Family } from '../model/scalars.js';
import type { NamespaceState, ObjectPath } from '../model/state.js';
import { type Fate, type Leg, NO_ROUTE } from '../routing/fate.js';
import type { Steps } from '../routing/intervals.js';
import type { KernelDecision, KernelLeg } from '../routing/kernel/decision.js';
import { kernelDecisionSteps } from '../routing/kernel/decision-steps.js';
import { mainTableFates } from '../routing/kernel-table.js';
import { areAllStandard } from '../routing/standard-rules.js';

/** A fate, and what decides it: a route, a rule that says so by itself, or nothing. */
export interface KernelFate {
  readonly fate: Fate;
  readonly rule: ObjectPath | null;
  readonly route: ObjectPath | null;
}

/** Each way out once: the kernel may choose between two sources on one. */
const waysOut = (legs: ReadonlyArray<KernelLeg>): ReadonlyArray<Leg> => {
  const found = new Map<string, Leg>();
  for (const { link, gateway } of legs) found.set(`${link} ${gateway}`, { link, gateway });
  return [...found.values()];
};

const sent = (
  loopback: ReadonlySet<string>,
  type: string,
  legs: ReadonlyArray<KernelLeg>,
): Fate => {
  if (type !== 'unicast') return { _tag: 'Special', type };
  const [first, ...more] = waysOut(legs);
  if (first === undefined) return NO_ROUTE;
  if (more.length > 0) return { _tag: 'Multipath', legs: [first, ...more] };
  return loopback.has(first.link)
    ? { _tag: 'Drop', type: 'loopback' }
    : { _tag: 'Forward', ...first };
};

const decidedFate = (loopback: ReadonlySet<string>, decision: KernelDecision): Fate => {
  switch (decision._tag) {
    case 'Sent':
      return sent(loopback, decision.type, decision.legs);
    case 'Unknown':
      return { _tag: 'Unknown' };
    case 'Refused':
      return decision.why === 'no-route' || decision.why === 'invalid'
        ? NO_ROUTE
        : { _tag: 'Drop', type: decision.why };
  }
};

const loopbacksOf = ({ links }: NamespaceState): ReadonlySet<string> =>
  new Set(links.filter(({ flags }) => flags.includes('LOOPBACK')).map(({ name }) => name));

/** A decision of the kernel in `state` as a fate. */
export const asFate = (state: NamespaceState): ((decision: KernelDecision) => KernelFate) => {
  const loopback = loopbacksOf(state);
  return (decision) => ({
    fate: decidedFate(loopback, decision),
    rule: decision.rule,
    route: decision.route,
  });
};

/** Whether nothing but the main table can decide: the rules are those of every namespace, or nobody said. */
const mainDecides = ({ rules, routes }: NamespaceState, family: Family): boolean => {
  const own = rules.filter((rule) => rule.family === family);
  return (
    own.length === 0 ||
    (areAllStandard(own, family) &&
      !routes.some((r) => r.family === family && r.table === RT_TABLE.default))
  );
};

/** What becomes of a local, unmarked, unbound packet to each address of `family`. */
export const kernelFates = (state: NamespaceState, family: Family): Steps<KernelFate> => {
  if (mainDecides(state, family)) return mainTableFates(state, family);
  const { starts, values } = kernelDecisionSteps(state, family);
  const toFate = asFate(state);
  return { starts, values: values.map((one) => (one === null ? null : toFate(one))) };
};
