/** The single default route: one per family, or one at all, by target; more is an error that a policy can resolve. */

import type { Family } from '../model/scalars.js';
import type { Context } from './context.js';
import type { DefaultRouteAt, PlanError } from './failures.js';
import type { Candidate } from './routes.js';
import { losersTo, lowestMetric } from './selection.js';
import type { Verdict } from './verdict.js';

export interface Defaults {
  /** at most one per family */
  readonly chosen: ReadonlyArray<Candidate>;
  readonly verdicts: ReadonlyArray<Verdict>;
  readonly errors: ReadonlyArray<PlanError>;
}

export const defaultRouteAt = ({ path, route, via }: Candidate): DefaultRouteAt => ({
  path,
  family: route.family,
  link: via?.placed.link.name ?? route.type,
  gateway: via?.gateway ?? null,
  metric: route.metric ?? 0,
  protocol: route.protocol,
  pref: route.pref ?? null,
});

const NOTHING: Defaults = { chosen: [], verdicts: [], errors: [] };

/** The group of routes that compete for one gateway, after the policy. */
const choose = (
  { options }: Context,
  family: Family | null,
  group: ReadonlyArray<Candidate>,
): Defaults => {
  const policy = options.defaultRoute;
  const link = typeof policy === 'string' || group.length < 2 ? null : policy.link;
  const eligible =
    link === null ? group : group.filter(({ via }) => via?.placed.link.name === link);
  const paths = group.map(({ path }) => path);
  const best = lowestMetric(eligible);
  if (best === null) {
    return link === null || group.length === 0
      ? NOTHING
      : {
          ...NOTHING,
          verdicts: refusedVerdicts(group),
          errors: [
            { _tag: 'NoChosenDefault', link, routes: group.map(defaultRouteAt), objects: paths },
          ],
        };
  }
  // A default that drops is not a gateway: it competes by metric, and no policy is asked.
  const routes = group.filter(({ via }) => via !== null).map(defaultRouteAt);
  const [first, second, ...more] = routes;
  if (policy === 'error' && first !== undefined && second !== undefined)
    return {
      ...NOTHING,
      verdicts: refusedVerdicts(group),
      errors: [
        {
          _tag: 'DuplicateDefaultGateway',
          family,
          routes: [first, second, ...more],
          objects: routes.map(({ path }) => path),
        },
      ],
    };
  const unchosen = group.filter((one) => !eligible.includes(one));
  return {
    chosen: [best],
    verdicts: [
      ...losersTo(best, eligible).map(({ verdict }) => verdict),
      ...unchosen.map(
        ({ path }): Verdict => ({ object: path, code: 'dropped/default-not-chosen' }),
      ),
    ],
    errors: [],
  };
};

const refusedVerdicts = (group: ReadonlyArray<Candidate>): ReadonlyArray<Verdict> =>
  group.map(({ path }) => ({ object: path, code: 'refused/error' }));

const strict = ({ options }: Context, { chosen }: Defaults): ReadonlyArray<PlanError> =>
  options.strictGateway
    ? chosen
        .filter(({ via }) => via !== null && via.gateway === null)
        .map((one) => ({
          _tag: 'DefaultWithoutGateway',
          route: defaultRouteAt(one),
          objects: [one.path],
        }))
    : [];

/** Chooses among the candidates of prefix length 0. */
export const chooseDefaults = (
  context: Context,
  candidates: ReadonlyArray<Candidate>,
): Defaults => {
  const of = (family: Family) => candidates.filter(({ route }) => route.family === family);
  const groups =
    context.target.gateways === 'single'
      ? [choose(context, null, candidates)]
      : [choose(context, 'inet', of('inet')), choose(context, 'inet6', of('inet6'))];
  const all: Defaults = {
    chosen: groups.flatMap(({ chosen }) => chosen),
    verdicts: groups.flatMap(({ verdicts }) => verdicts),
    errors: groups.flatMap(({ errors }) => errors),
  };
  return { ...all, errors: [...all.errors, ...strict(context, all)] };
};
