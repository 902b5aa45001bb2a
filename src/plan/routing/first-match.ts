/** Route order for sandboxes that take the first match: longest prefix first, and no route in the way of a later link's. */
import { familyOf, formatPrefix, fromBigInt } from '../model/address.js';
import type { PlannedRoute } from '../model/network-plan.js';
import { type Family, type IfName, trusted } from '../model/scalars.js';
import { coverOf, type Need, type Stretches } from './cover.js';
import { alwaysElsewhere } from './elsewhere.js';
import { type Steps, stepAt, stepsOf, type TableEntry } from './intervals.js';
import { contains, type PrefixRange, rangeOf } from './prefix-range.js';

/** A link as far as route order sees it. */
interface Routed {
  readonly name: IfName;
  readonly routes: ReadonlyArray<PlannedRoute>;
}

/** A route that stands before routes of later links inside its prefix. */
export interface SplitRoute {
  readonly link: IfName;
  readonly route: PlannedRoute;
  /** routes in its place, each with its gateway, MTU and `from`; 0 where other routes decide all it covers */
  readonly pieces: number;
}

export interface FirstMatchOrder<L, F> {
  readonly loopbackLinks: ReadonlyArray<L>;
  readonly fdLinks: ReadonlyArray<F>;
  readonly split: ReadonlyArray<SplitRoute>;
  /** left whole as their pieces would be too many, or taken for IPv4: they still take packets of later links */
  readonly unsplit: ReadonlyArray<Omit<SplitRoute, 'pieces'>>;
}

/** Pieces that splitting may add beyond the number of routes there are: a table at most doubles and 4096 more. */
export const SPARE_PIECES = 4096;

/** One route in the table of a family. */
interface Row {
  readonly link: IfName;
  /** the link's place among all, loopback links first; names of loopback links may repeat */
  readonly place: number;
  /** 0 for every loopback link, which all drop, then 1, 2 ... for the FD links */
  readonly stage: number;
  readonly route: PlannedRoute;
  /** only ever reached with its link named, so no route of another link is in its way */
  readonly linkScoped: boolean;
}

const longestFirst = (a: TableEntry<Row>, b: TableEntry<Row>): number =>
  a.value.stage - b.value.stage || b.range.prefixLen - a.range.prefixLen;

/** The routes of `family` in the order of the sandbox's table, each link's longest prefixes first. */
const tableOf = (
  loopbackLinks: ReadonlyArray<Routed>,
  fdLinks: ReadonlyArray<Routed>,
  family: Family,
): ReadonlyArray<TableEntry<Row>> => {
  const scoped = alwaysElsewhere(family);
  return [...loopbackLinks, ...fdLinks]
    .flatMap(({ name, routes }, place) =>
      routes
        .filter(({ destination }) => familyOf(destination) === family)
        .map((route): TableEntry<Row> => {
          const range = rangeOf(route.destination);
          const stage = Math.max(0, place - loopbackLinks.length + 1);
          const linkScoped = scoped.some((outer) => contains(outer, range));
          return { range, value: { link: name, place, stage, route, linkScoped } };
        }),
    )
    .sort(longestFirst);
};

const needOf = (row: Row, winner: Row | null): Need => {
  if (winner === row) return 'in';
  return winner !== null && winner.stage > row.stage && !winner.linkScoped ? 'out' : 'any';
};

/** What the addresses of a route need of its pieces; null where it is in nobody's way. */
const needsOf = ({ range, value }: TableEntry<Row>, winners: Steps<Row>): Stretches | null => {
  const starts: bigint[] = [];
  const needs: Need[] = [];
  for (let i = stepAt(winners, range.first); ; i++) {
    const start = winners.starts[i];
    if (start === undefined || start > range.last) break;
    starts.push(start);
    needs.push(needOf(value, winners.values[i] ?? null));
  }
  return needs.includes('out') ? { starts, needs } : null;
};

/** A piece that gVisor would take for IPv4 (`isMapped`). */
const isMappedPiece = (family: Family, { first, prefixLen }: PrefixRange): boolean =>
  family === 'inet6' && prefixLen >= 96 && first >> 32n === 0xffffn;

/** What a route is replaced by; null where that would be more than `most` pieces, or one taken for IPv4. */
const piecesOf = (
  family: Family,
  range: PrefixRange,
  needs: Stretches,
  most: number,
): ReadonlyArray<PrefixRange> | null => {
  const pieces = coverOf(range, needs, most);
  return pieces?.some((piece) => isMappedPiece(family, piece)) === true ? null : pieces;
};

const destinationOf = (family: Family, { first, prefixLen }: PrefixRange) =>
  trusted.prefix(formatPrefix({ bytes: fromBigInt(first, family), prefixLen }));

interface Ordered {
  readonly rows: ReadonlyArray<Row>;
  readonly split: ReadonlyArray<SplitRoute>;
  readonly unsplit: ReadonlyArray<Omit<SplitRoute, 'pieces'>>;
}

const orderFamily = (table: ReadonlyArray<TableEntry<Row>>, family: Family): Ordered => {
  const winners = stepsOf(table, 'longest-prefix');
  const lastStage = table.at(-1)?.value.stage;
  const rows: Row[] = [];
  const split: SplitRoute[] = [];
  const unsplit: Array<Omit<SplitRoute, 'pieces'>> = [];
  let spare = table.length + SPARE_PIECES;
  for (const entry of table) {
    const { link, stage, route } = entry.value;
    const needs = stage === lastStage ? null : needsOf(entry, winners);
    const pieces = needs === null ? [entry.range] : piecesOf(family, entry.range, needs, spare);
    if (pieces === null) unsplit.push({ link, route });
    if (needs === null || pieces === null) {
      rows.push(entry.value);
      continue;
    }
    spare -= pieces.length;
    split.push({ link, route, pieces: pieces.length });
    for (const piece of pieces)
      rows.push({ ...entry.value, route: { ...route, destination: destinationOf(family, piece) } });
  }
  return { rows, split, unsplit };
};

/**
 * The same links with their routes in an order in which the first match is the longest prefix, for
 * sandboxes of before release-20240715.0. Within a link inet comes first, then inet6, each longest prefix
 * first and otherwise as given.
 *
 * The table is searched link by link (loopback links, FD links, and the default gateways at the end), so
 * a route that covers a longer prefix of a later link would take its packets. It is replaced, in its
 * place, by the fewest prefixes that leave the later link's addresses free. The pieces need not leave out
 * what earlier rows decide, so a piece can be longer than a route before it: the order is not to be sorted
 * again. Link-local and multicast destinations are exempt: their sender names the link.
 */
export const orderForFirstMatch = <L extends Routed, F extends Routed>(
  loopbackLinks: ReadonlyArray<L>,
  fdLinks: ReadonlyArray<F>,
): FirstMatchOrder<L, F> => {
  const families = (['inet', 'inet6'] as const).map((family) =>
    orderFamily(tableOf(loopbackLinks, fdLinks, family), family),
  );
  const routes: PlannedRoute[][] = [...loopbackLinks, ...fdLinks].map(() => []);
  for (const { place, route } of families.flatMap(({ rows }) => rows)) routes[place]?.push(route);
  const ordered =
    (firstPlace: number) =>
    <A extends Routed>(link: A, i: number): A => ({
      ...link,
      routes: routes[firstPlace + i] ?? [],
    });
  return {
    loopbackLinks: loopbackLinks.map(ordered(0)),
    fdLinks: fdLinks.map(ordered(loopbackLinks.length)),
    split: families.flatMap(({ split }) => split),
    unsplit: families.flatMap(({ unsplit }) => unsplit),
  };
};
