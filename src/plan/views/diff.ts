/**
 * diffPlans: what another plan would do differently, as data.
 *
 * Elements are matched by what the sandbox knows them by: link name, address, destination, neighbor
 * address, gateway family. Where a plan came from is no difference: its basis, the classes of the
 * namespace's objects, and `from` and `path`, which are places in one particular state. So two plans with
 * no difference make the same sandbox, and any difference names what to look at in their states.
 */
import * as t from 'io-ts';
import { closed } from '../model/closed.js';
import type { Diagnostic, NetworkPlan } from '../model/network-plan.js';
import {
  type ComparableLink,
  type Element,
  fdLink,
  gatewayElements,
  loopbackLinks,
  planValues,
} from './comparable.js';
import { lossOf } from './loss-text.js';

const textOrNull = t.union([t.string, t.null]);

export const Change = closed('Change', {
  op: t.keyof({ '+': null, '-': null, '~': null }),
  /** the element as a person would name it: `fdLinks.eth0.routes 192.0.2.0/24` */
  path: t.string,
  /** what it was; null for an added element */
  before: textOrNull,
  /** what it is; null for a removed element */
  after: textOrNull,
});
/** One added (+), removed (-) or changed (~) element. */
export type Change = t.TypeOf<typeof Change>;

/** Values by key in their order; a second one of the same key is `key #2`: a list may repeat a key. */
const byKey = <A>(
  pairs: ReadonlyArray<readonly [key: string, value: A]>,
): ReadonlyMap<string, A> => {
  const out = new Map<string, A>();
  const seen = new Map<string, number>();
  for (const [key, value] of pairs) {
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    out.set(nth === 1 ? key : `${key} #${nth}`, value);
  }
  return out;
};

/** Differences without regard to order: removed and changed in the order of `from`, then added. */
const diffMaps = (
  path: (key: string) => string,
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): ReadonlyArray<Change> => {
  const changes: Change[] = [];
  for (const [key, before] of from) {
    const after = to.get(key) ?? null;
    if (after === null) changes.push({ op: '-', path: path(key), before, after });
    else if (after !== before) changes.push({ op: '~', path: path(key), before, after });
  }
  for (const [key, after] of to)
    if (!from.has(key)) changes.push({ op: '+', path: path(key), before: null, after });
  return changes;
};

/** Order decides in routes (first match), addresses (source selection) and links (descriptors). */
const diffOrder = (
  path: string,
  from: ReadonlyMap<string, unknown>,
  to: ReadonlyMap<string, unknown>,
): ReadonlyArray<Change> => {
  const before = [...from.keys()].filter((key) => to.has(key));
  const after = [...to.keys()].filter((key) => from.has(key));
  const first = before.findIndex((key, i) => key !== after[i]);
  if (first === -1) return [];
  const end = before.findLastIndex((key, i) => key !== after[i]) + 1;
  const moved = (keys: ReadonlyArray<string>) => keys.slice(first, end).join(', ');
  return [{ op: '~', path: `${path} order`, before: moved(before), after: moved(after) }];
};

const diffLists = (
  path: string,
  from: ReadonlyArray<Element>,
  to: ReadonlyArray<Element>,
): ReadonlyArray<Change> => {
  const named = (elements: ReadonlyArray<Element>) => byKey(elements.map((e) => [e.key, e.text]));
  const [a, b] = [named(from), named(to)];
  return [...diffMaps((key) => `${path} ${key}`, a, b), ...diffOrder(path, a, b)];
};

const wholeLink = (link: ComparableLink): string =>
  [...link.values].map(([name, value]) => `${name} ${value}`).join(', ');

/** An added or removed link is one change with its values, and one more for each element of its lists. */
const diffLink = (
  path: string,
  from: ComparableLink | null,
  to: ComparableLink | null,
): ReadonlyArray<Change> => {
  const head: ReadonlyArray<Change> =
    from !== null && to !== null
      ? diffMaps((name) => `${path}.${name}`, from.values, to.values)
      : [
          {
            op: from === null ? '+' : '-',
            path,
            before: from && wholeLink(from),
            after: to && wholeLink(to),
          },
        ];
  const lists = [...((to ?? from)?.lists.keys() ?? [])].flatMap((list) =>
    diffLists(`${path}.${list}`, from?.lists.get(list) ?? [], to?.lists.get(list) ?? []),
  );
  return [...head, ...lists];
};

const diffLinks = (
  path: string,
  from: ReadonlyArray<ComparableLink>,
  to: ReadonlyArray<ComparableLink>,
): ReadonlyArray<Change> => {
  const named = (links: ReadonlyArray<ComparableLink>) =>
    byKey(links.map((link) => [link.name, link]));
  const [a, b] = [named(from), named(to)];
  const names = new Set([...a.keys(), ...b.keys()]);
  return [
    ...[...names].flatMap((name) =>
      diffLink(`${path}.${name}`, a.get(name) ?? null, b.get(name) ?? null),
    ),
    ...diffOrder(path, a, b),
  ];
};

/** Matched by code and summary: the path is a place in the state, the remedy follows from the code. */
const diffDiagnostics = (
  list: string,
  from: ReadonlyArray<Diagnostic>,
  to: ReadonlyArray<Diagnostic>,
): ReadonlyArray<Change> => {
  const identity = ({ code, summary }: Diagnostic) => `${code}\0${summary}`;
  const missingIn = (others: ReadonlyArray<Diagnostic>) => {
    const known = new Set(others.map(identity));
    return (d: Diagnostic) => !known.has(identity(d));
  };
  const path = ({ code }: Diagnostic) => `${list} ${code}`;
  return [
    ...from
      .filter(missingIn(to))
      .map((d): Change => ({ op: '-', path: path(d), before: d.summary, after: null })),
    ...to
      .filter(missingIn(from))
      .map((d): Change => ({ op: '+', path: path(d), before: null, after: d.summary })),
  ];
};

/** The changes that lead from `from` to `to`, in document order; none when both make the same sandbox. */
export const diffPlans = (from: NetworkPlan, to: NetworkPlan): ReadonlyArray<Change> => [
  ...diffMaps((name) => name, planValues(from), planValues(to)),
  ...diffLinks('loopbackLinks', loopbackLinks(from.loopbackLinks), loopbackLinks(to.loopbackLinks)),
  ...diffLinks('fdLinks', from.fdLinks.map(fdLink), to.fdLinks.map(fdLink)),
  ...diffLists('defaultGateways', gatewayElements(from), gatewayElements(to)),
  ...diffDiagnostics('losses', from.losses.map(lossOf(from)), to.losses.map(lossOf(to))),
  ...diffDiagnostics('notes', from.notes, to.notes),
];
