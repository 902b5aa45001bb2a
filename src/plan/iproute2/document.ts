/** A namespace state from iproute2's JSON, for hosts where nothing but `ip` can be run. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type DocumentErrors, readDocument } from '../documents/read.js';
import { closed } from '../model/closed.js';
import type { IfIndex } from '../model/scalars.js';
import type { NamespaceState } from '../model/state.js';
import { AddrJson, linkIndices, toAddresses, toLinks } from './links.js';
import { nexthopObjectJson, routeJson, toNexthopObject, toRoute } from './routes.js';
import { neighborJson, RuleJson, toNeighbor, toRule } from './rules.js';

/**
 * The parts of an iproute2 document, `{ "addr": [...], "route": [...], ... }`: for each, the command
 * whose output it is, and the name of its file where the parts are a folder.
 */
export const IPROUTE2_PARTS = {
  addr: { command: 'ip -j -d addr', file: 'addr.json', required: true },
  route: { command: 'ip -j -d -4 route show table all', file: 'route4.json', required: true },
  route6: { command: 'ip -j -d -6 route show table all', file: 'route6.json', required: true },
  neigh: { command: 'ip -j neigh show nud all', file: 'neigh.json', required: true },
  proxy: { command: 'ip -j neigh show proxy', file: 'proxy.json', required: false },
  rule: { command: 'ip -j -d -4 rule', file: 'rule4.json', required: false },
  rule6: { command: 'ip -j -d -6 rule', file: 'rule6.json', required: false },
  nexthop: { command: 'ip -j -d nexthop', file: 'nexthop.json', required: false },
} as const;
export type Iproute2Part = keyof typeof IPROUTE2_PARTS;

/**
 * What the kernel says of a namespace and iproute2 does not print, or not as JSON: a state made from its
 * output lacks these. Each is a path of a NamespaceState, with the reason.
 *
 * @internal a test compares both on a live namespace
 */
export const NOT_IN_IPROUTE2: ReadonlyArray<readonly [path: string, reason: string]> = [
  ['netns', 'nothing names the namespace: such a state can be planned, not applied'],
  ['links[].gso', 'asked by ethtool'],
  ['links[].carrier', 'not printed for a link that is down'],
  ['addresses[].protocol', 'IFA_PROTO, printed since iproute2 6.3'],
  ['routes[].lock', 'RTAX_LOCK is printed as text only'],
  ['routes[].metrics.features', 'other bits than ecn'],
  [
    'routes[].metrics.rtt',
    'and rttvar: printed in whole milliseconds, kept in eighths and quarters',
  ],
  ['links[].group', 'a name that only the host has: without it, unless it is a number'],
  ['routes[].other', 'a route with an encapsulation is refused'],
  ['routes[].nexthops[].other', 'likewise'],
  [
    'rules[].other',
    'text where it is a name of the host; attributes newer than the iproute2 are left out',
  ],
  ['rules[].flags', 'not printed'],
  ['addressLabels', 'printed by `ip addrlabel`; nobody asks for it here'],
  ['mergedTables', 'read from /proc/net/fib_triestat'],
  ['rules[].protocol', 'printed with -d only'],
  [
    'neighbors',
    'NUD_NONE entries; without `nud all`, NOARP ones too; proxies are a command of their own',
  ],
  ['neighbors[].flags', 'use, self, master, sticky'],
  ['nexthops[].family', 'taken from the gateway; inet without one'],
  ['nexthops[].other', 'the parameters of a resilient group are text'],
];

const documentJson = (indices: ReadonlyMap<unknown, IfIndex>) =>
  closed(
    'Iproute2',
    {
      addr: AddrJson,
      route: t.readonlyArray(routeJson('inet', indices)),
      route6: t.readonlyArray(routeJson('inet6', indices)),
      neigh: t.readonlyArray(neighborJson(indices)),
    },
    {
      proxy: t.readonlyArray(neighborJson(indices)),
      rule: t.readonlyArray(RuleJson),
      rule6: t.readonlyArray(RuleJson),
      nexthop: t.readonlyArray(nexthopObjectJson(indices)),
    },
  );
type DocumentJson = t.TypeOf<ReturnType<typeof documentJson>>;

const toState = (indices: ReadonlyMap<unknown, IfIndex>, json: DocumentJson): NamespaceState => ({
  kind: 'NamespaceState',
  formatVersion: 1,
  links: toLinks(indices, json.addr),
  addresses: toAddresses(json.addr),
  routes: [
    ...json.route.map((route) => toRoute('inet', route)),
    ...json.route6.map((route) => toRoute('inet6', route)),
  ],
  rules: [
    ...(json.rule ?? []).map((rule) => toRule('inet', rule)),
    ...(json.rule6 ?? []).map((rule) => toRule('inet6', rule)),
  ],
  neighbors: [...json.neigh, ...(json.proxy ?? [])].map(toNeighbor),
  nexthops: (json.nexthop ?? []).map(toNexthopObject),
});

/**
 * Decodes an iproute2 document to the state that it shows. Keys of a route, address, rule or neighbor that
 * are not understood are errors: a route without its encapsulation would be another route.
 */
export const Iproute2 = new t.Type<NamespaceState, unknown, unknown>(
  'Iproute2',
  (_u): _u is NamespaceState => false,
  (u, context) => {
    const addr = typeof u === 'object' && u !== null && 'addr' in u ? u.addr : undefined;
    const indices = linkIndices(addr);
    return pipe(
      documentJson(indices).validate(u, context),
      E.map((json) => toState(indices, json)),
    );
  },
  t.identity,
);

/** Whether a value is an iproute2 document rather than one of netplan's, which have a `kind`. */
export const isIproute2 = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'addr' in value && !('kind' in value);

/** The document of several outputs, each on a line of its own. Some commands print nothing for no objects. */
export const iproute2Document = (parts: { readonly [P in Iproute2Part]?: string }): string =>
  `{${Object.entries(parts)
    .map(([part, text]) => `${JSON.stringify(part)}:\n${text.trim() === '' ? '[]' : text.trim()}`)
    .join(',\n')}}\n`;

/**
 * The state of several outputs, or every error in them. Their paths begin with the part, `route[3].dev`;
 * they have no line and column, since the outputs are no one text.
 */
export const readIproute2 = (
  parts: {
    readonly [P in Iproute2Part]?: string;
  },
): E.Either<DocumentErrors, NamespaceState> =>
  pipe(
    readDocument(Iproute2, iproute2Document(parts)),
    E.mapLeft(([first, ...rest]) => [withoutPlace(first), ...rest.map(withoutPlace)] as const),
  );

const withoutPlace = (error: DocumentErrors[0]): DocumentErrors[0] => ({
  ...error,
  line: null,
  column: null,
});
