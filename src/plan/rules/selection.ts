/** Which of several routes to one prefix the sandbox gets: the lowest metric, as in the kernel. */

import { groupBy } from '../model/group-by.js';
import { byPreference } from '../routing/preference.js';
import type { Code } from './codes.js';
import type { Candidate } from './routes.js';
import type { Verdict } from './verdict.js';

/** A route that the sandbox does not get, as it gets another to the same prefix. */
export interface Loser {
  readonly candidate: Candidate;
  readonly verdict: Verdict;
}

export interface Selection {
  readonly chosen: ReadonlyArray<Candidate>;
  readonly losers: ReadonlyArray<Loser>;
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

/** All of `candidates` but `winner`. */
export const losersTo = (
  winner: Candidate,
  candidates: ReadonlyArray<Candidate>,
): ReadonlyArray<Loser> =>
  candidates
    .filter((one) => one !== winner)
    .map((candidate) => ({
      candidate,
      verdict: {
        object: candidate.path,
        code: loserCode(winner, candidate),
        detail: `to ${winner.path}`,
      },
    }));

/** One candidate per prefix, in dump order. Linear in their number. */
export const selectRoutes = (candidates: ReadonlyArray<Candidate>): Selection => {
  const chosen: Candidate[] = [];
  const losers: Loser[] = [];
  for (const group of groupBy(candidates, competitors).values()) {
    const winner = lowestMetric(group);
    if (winner === null) continue;
    chosen.push(winner);
    losers.push(...losersTo(winner, group));
  }
  const winners = new Set(chosen);
  return { chosen: candidates.filter((candidate) => winners.has(candidate)), losers };
};
