/** The routes of a plan: every route judged, then those to one prefix and the defaults compete. */

import { isEverything } from '../model/default-route.js';
import { linkName } from '../model/link-names.js';
import type { Diagnostic } from '../model/network-plan.js';
import type { ObjectPath, Route } from '../model/state.js';
import type { Context } from './context.js';
import type { PlanError } from './failures.js';
import { chooseDefaults, type Defaults } from './gateway.js';
import type { Placement } from './links.js';
import { note } from './notes.js';
import { type Refused, refusedDefault } from './refusals.js';
import { type Candidate, judgeRoute } from './routes.js';
import { type Loser, selectRoutes } from './selection.js';
import { at, type Verdict } from './verdict.js';

export interface RoutePlan {
  readonly routes: ReadonlyArray<Candidate>;
  readonly defaults: Defaults;
  readonly verdicts: ReadonlyArray<Verdict>;
  readonly notes: ReadonlyArray<Diagnostic>;
  readonly errors: ReadonlyArray<PlanError>;
}

/** A prefix on two links: legal, and a mistake more often than not. */
const samePrefixNote = (
  { names }: Context,
  { candidate: { route, path }, verdict: { code } }: Loser,
): ReadonlyArray<Diagnostic> => {
  if (code !== 'dropped/route-same-prefix' || route.oif === undefined) return [];
  const link = linkName(names, route.oif);
  return [
    note(
      'same-prefix',
      [path],
      `${route.dst} on ${link} is not used: another link has a route to it that is found first`,
      `nothing to do, or use another subnet on ${link}`,
    ),
  ];
};

const keptCode = ({ route, via }: Candidate): Verdict['code'] => {
  if (via === null) return 'kept/blackhole';
  if (!isEverything(route.dst)) return 'kept/route';
  return via.gateway === null ? 'kept/on-link-default' : 'kept/default-gateway';
};

const chosenVerdict = (candidate: Candidate): Verdict => {
  const [main, ...also] = candidate.losses;
  return {
    object: candidate.path,
    code: main?.code ?? keptCode(candidate),
    ...(main?.detail === undefined ? {} : { detail: main.detail }),
    also,
  };
};

/**
 * Whether the policy leaves a default route out that the sandbox could not have: it chose another link, or
 * the lowest metric, and the sandbox has such a default. Then it is no error.
 */
const outdone = (
  { options: { defaultRoute: policy } }: Context,
  refused: Route,
  candidates: ReadonlyArray<Candidate>,
): Verdict['code'] | null => {
  const rivals = candidates.filter(
    ({ route, via }) => isEverything(route.dst) && route.family === refused.family && via !== null,
  );
  if (policy === 'metric')
    return rivals.some(({ route }) => (route.metric ?? 0) < (refused.metric ?? 0))
      ? 'dropped/route-higher-metric'
      : null;
  const chosen = policy === 'error' ? null : policy.link;
  return rivals.some(({ via }) => via?.placed.link.name === chosen)
    ? 'dropped/default-not-chosen'
    : null;
};

/** What becomes of every route of the state. */
export const planRoutes = (context: Context, placement: Placement): RoutePlan => {
  const candidates: Candidate[] = [];
  const verdicts: Verdict[] = [];
  const errors: PlanError[] = [];
  const refused: Array<{
    readonly route: Route;
    readonly object: ObjectPath;
    readonly judgement: Refused;
  }> = [];
  context.state.routes.forEach((route, i) => {
    const judgement = judgeRoute(context, placement, route, i);
    const object = at('routes', i);
    if (judgement._tag === 'Candidate') candidates.push(judgement.candidate);
    else if (judgement._tag === 'Verdict') {
      const { code, detail } = judgement;
      verdicts.push(detail === undefined ? { object, code } : { object, code, detail });
    } else refused.push({ route, object, judgement });
  });
  for (const { route, object, judgement } of refused) {
    const code = outdone(context, route, candidates);
    verdicts.push({ object, code: code ?? 'refused/error' });
    if (code === null) errors.push(refusedDefault(context, placement, route, object, judgement));
  }
  const selected = selectRoutes(candidates.filter(({ route }) => !isEverything(route.dst)));
  const defaults = chooseDefaults(
    context,
    candidates.filter(({ route }) => isEverything(route.dst)),
  );
  const chosen = [...selected.chosen, ...defaults.chosen];
  return {
    routes: selected.chosen,
    defaults,
    verdicts: [
      ...verdicts,
      ...selected.losers.map(({ verdict }) => verdict),
      ...defaults.verdicts,
      ...chosen.map(chosenVerdict),
    ],
    notes: selected.losers.flatMap((loser) => samePrefixNote(context, loser)),
    errors: [...errors, ...defaults.errors],
  };
};
