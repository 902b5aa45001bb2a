/** Which of several routes to one prefix the sandbox gets: the lowest metric, as in the kernel. */

import { byPreference } from '../routing/preference.js';
import type { Code } from './codes.js';
import type { Candidate } from './routes.js';
import type { Verdict } from './verdict.js';

export interface Selection {
  readonly chosen: ReadonlyArray<Candidate>;
  readonly verdicts: ReadonlyArray<Verdict>;
}

/** fe80::/10 and ff00::/8 are per link: every link has its own route to them, used by scope. */
const isPerLink = (dst: string): boolean => /^(fe[89ab][0-9a-f]|ff[0-9a-f]{2}):/.test(dst);

const competitors = ({ route, via }: Candidate): string =>
  isPerLink(route.dst) ? `${route.dst} ${via?.placed.link.ifindex ?? 0}` : route.dst;

const metricOf = ({ route }: Candidate): number => route.metric ?? 0;

const sameNexthop = (a: Candidate, b: Candidate): boolean =>
  a.via?.placed.link.ifindex === b.via?.placed.link.ifindex &&
  a.via?.gateway === b.via?.gateway &&
  a.route.type === b.route.type;

/** The lowest metric, then the router preference; among equals the first in dump order, the kernel's lookup order. */
export const lowestMetric = (candidates: ReadonlyArray<Candidate>): Candidate | null =>
  candidates.reduce<Candidate | null>(
    (best, one) => (best === null || byPreference(one.route, best.route) < 0 ? one : best),
    null,
  );

const loserCode = (winner: Candidate, loser: Candidate): Code => {
  if (sameNexthop(winner, loser)) return 'dropped/route-duplicate';
  return metricOf(loser) > metricOf(winner)
    ? 'dropped/route-higher-metric'
    : 'dropped/route-same-prefix';
};

/** Verdicts on all of `candidates` but `winner`. */
export const losers = (
  winner: Candidate,
  candidates: ReadonlyArray<Candidate>,
): ReadonlyArray<Verdict> =>
  candidates
    .filter((one) => one !== winner)
    .map((one) => ({
      object: one.path,
      code: loserCode(winner, one),
      detail: `to ${winner.path}`,
    }));

/** One candidate per prefix, in dump order. Linear in their number. */
export const selectRoutes = (candidates: ReadonlyArray<Candidate>): Selection => {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = competitors(candidate);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [candidate]);
    else group.push(candidate);
  }
  const chosen: Candidate[] = [];
  const verdicts: Verdict[] = [];
  for (const group of groups.values()) {
    const winner = lowestMetric(group);
    if (winner === null) continue;
    chosen.push(winner);
    verdicts.push(...losers(winner, group));
  }
  const winners = new Set(chosen);
  return { chosen: candidates.filter((candidate) => winners.has(candidate)), verdicts };
};
