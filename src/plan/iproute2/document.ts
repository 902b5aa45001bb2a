/** A namespace state from iproute2's JSON, for hosts where nothing but `ip` can be run. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as t from 'io-ts';
import { decodeWith } from '../documents/decode.js';
import { excerpt } from '../documents/errors.js';
import { readJson } from '../documents/json.js';
import { type Failure, NOWHERE, type PositionOf } from '../documents/place.js';
import { type DocumentText, readValue } from '../documents/text.js';
import type { IfIndex } from '../model/scalars.js';
import type { NamespaceState } from '../model/state.js';
import type { Iproute2Error, Iproute2Errors } from './errors.js';
import { AddrJson, linkIndices, toAddresses, toLinks } from './links.js';
import { mistakes } from './mistakes.js';
import { type Iproute2Note, unknownKeys } from './notes.js';
import { type Iproute2Part, isPart, isRecord, outputOf, PARTS } from './parts.js';
import { printed } from './printed.js';
import { repaired } from './repair.js';
import { nexthopObjectJson, routeJson, toNexthopObject, toRoute } from './routes.js';
import { neighborJson, RuleJson, toNeighbor, toRule } from './rules.js';
import { tableNumbers, withTableNumbers } from './tables.js';
import { wrongOutputs } from './wrong-outputs.js';

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
  [
    'routes[].metrics.rtt',
    'and rttvar: printed in whole milliseconds, kept in eighths and quarters',
  ],
  ['links[].group', 'a name that only the host has: without it, unless it is a number'],
  ['routes[].other', 'of an encapsulation its name alone, and what this iproute2 has no key for'],
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
  printed(
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
    [],
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

/** What was read: the state, and what of the outputs is not in it. */
export interface Iproute2Reading {
  readonly state: NamespaceState;
  readonly notes: ReadonlyArray<Iproute2Note>;
}
type Read = E.Either<Iproute2Errors, Iproute2Reading>;

type Json = Readonly<Record<string, unknown>>;

/** The value of an output, also of one that is nearly JSON (repair.ts). */
const readOutput = (text: string): E.Either<Failure, DocumentText> => {
  const fixed = O.isSome(readJson(text)) ? text : repaired(text);
  const isBetter = fixed !== text && O.isSome(readJson(fixed));
  return readValue(isBetter ? fixed : text, { foreignNames: true });
};

/** Whether a value is an iproute2 document rather than one of netplan's, which have a `kind`. */
const isDocument = (value: unknown): value is Json =>
  isRecord(value) && 'addr' in value && !('kind' in value);

/** The document with a list of none where there was no output, and that is no mistake. */
const withLists = (document: Json): Json =>
  Object.fromEntries(Object.entries(document).map(([part, value]) => [part, value ?? []]));

const failed = (errors: ReadonlyArray<Iproute2Error>): E.Either<Iproute2Errors, never> => {
  if (!RA.isNonEmpty(errors)) throw new TypeError('a codec refused a value without an error');
  return E.left(errors);
};

const readParts = (document: Json, positions: () => PositionOf): Read => {
  const wrong = wrongOutputs(document);
  if (RA.isNonEmpty(wrong)) return E.left(wrong);
  const tables = tableNumbers(document);
  const indices = linkIndices(document['addr']);
  const lists = withTableNumbers(withLists(document), tables);
  const decoded = decodeWith(documentJson(indices))(lists);
  if (E.isLeft(decoded)) return failed(mistakes(positions(), decoded.left));
  return E.right({
    state: toState(indices, decoded.right),
    notes: [
      ...unknownKeys(decoded.right),
      ...[...tables].map(
        ([name, table]): Iproute2Note => ({ _tag: 'TableName', name: String(name), table }),
      ),
    ],
  });
};

/**
 * The state of a text that iproute2 printed, several outputs in one document; null for a text that is
 * something else.
 */
export const readIproute2Document = (text: string): Read | null => {
  const read = readOutput(text);
  if (E.isLeft(read)) return null;
  const { value, positions } = read.right;
  if (isDocument(value)) return readParts(value, positions);
  const part = outputOf(value);
  return part === null ? null : E.left([{ _tag: 'OneOutput', part }]);
};

type PartTexts = { readonly [P in Iproute2Part]?: string };

/** What an error message may be read as: YAML has few texts that are none. */
const noList = ({ value }: DocumentText): Failure => ({
  code: 'document/syntax',
  ...NOWHERE,
  expected: 'a list, as ip -j prints it',
  actual: excerpt(value),
});

const NO_OUTPUT: DocumentText = { value: null, positions: () => () => NOWHERE };

const readPart = (
  part: Iproute2Part,
  text: string,
): E.Either<Iproute2Error, readonly [Iproute2Part, DocumentText]> =>
  text.trim() === ''
    ? E.right([part, NO_OUTPUT])
    : pipe(
        readOutput(text),
        E.filterOrElse(({ value }) => Array.isArray(value), noList),
        E.bimap(
          (failure): Iproute2Error => ({ _tag: 'Text', part, failure }),
          (read) => [part, read] as const,
        ),
      );

/** The state of several outputs, or every error in them. Places are those in the output of each. */
export const readIproute2 = (texts: PartTexts): Read => {
  const { left, right } = RA.separate(
    PARTS.flatMap((part) => {
      const text = texts[part];
      return text === undefined ? [] : [readPart(part, text)];
    }),
  );
  if (RA.isNonEmpty(left)) return E.left(left);
  const parts = new Map(right);
  const document = Object.fromEntries([...parts].map(([part, { value }]) => [part, value]));
  return readParts(document, () => (keys, place) => {
    const [part, ...rest] = keys;
    const read = isPart(part) ? parts.get(part) : undefined;
    return read?.positions()(rest, place) ?? NOWHERE;
  });
};
