/** The account of a plan: every object of the state that was planned, what became of it, and why. */
import * as t from 'io-ts';
import { closed } from './closed.js';
import {
  LastingAddress,
  LastingLink,
  LastingNeighbor,
  LastingNexthopObject,
  LastingRoute,
  LastingRule,
} from './lasting.js';
import {
  LastingFilterChain,
  LastingIpsecPolicies,
  LastingLinkFilter,
  LastingSysctl,
} from './lasting-filters.js';
import { oneOf } from './one-of.js';
import { OBJECT_LISTS, type ObjectList, type ObjectPath } from './state.js';

const objectPathPattern = new RegExp(`^(${OBJECT_LISTS.join('|')})\\[(0|[1-9]\\d{0,8})\\]$`);
const isObjectPath = (u: unknown): u is ObjectPath =>
  typeof u === 'string' && objectPathPattern.test(u);

/** Where an object stands in the state that was planned: `routes[3]`. */
export const ObjectPathCodec = new t.Type<ObjectPath, string, unknown>(
  'ObjectPath',
  isObjectPath,
  (u, context) => (isObjectPath(u) ? t.success(u) : t.failure(u, context)),
  t.identity,
);

export const ObjectClass = t.keyof(
  { kept: null, approximated: null, dropped: null, refused: null },
  'ObjectClass',
);
/** What became of an object. */
export type ObjectClass = t.TypeOf<typeof ObjectClass>;

const verdict = {
  object: ObjectPathCodec,
  class: ObjectClass,
  /** stable, from codes.ts */
  code: t.string,
  /** false: it comes and goes by itself, and its being there or not makes no plan stale */
  lasts: t.boolean,
};

const entry = <K extends string, C extends t.Mixed>(name: string, kind: K, content: C) =>
  closed(name, { ...verdict, [kind]: content } as typeof verdict & { readonly [_ in K]: C });

const ENTRIES = {
  links: entry('AccountedLink', 'link', LastingLink),
  addresses: entry('AccountedAddress', 'address', LastingAddress),
  routes: entry('AccountedRoute', 'route', LastingRoute),
  rules: entry('AccountedRule', 'rule', LastingRule),
  neighbors: entry('AccountedNeighbor', 'neighbor', LastingNeighbor),
  nexthops: entry('AccountedNexthop', 'nexthop', LastingNexthopObject),
  netfilter: entry('AccountedFilterChain', 'chain', LastingFilterChain),
  ipsec: entry('AccountedIpsecPolicies', 'ipsec', LastingIpsecPolicies),
  linkFilters: entry('AccountedLinkFilter', 'linkFilter', LastingLinkFilter),
  sysctls: entry('AccountedSysctl', 'sysctl', LastingSysctl),
} as const satisfies Readonly<Record<ObjectList, t.Mixed>>;

const listOf = (path: unknown): ObjectList | null =>
  isObjectPath(path) ? (path.slice(0, path.indexOf('[')) as ObjectList) : null;

/** One object with its lasting content, under the name of its kind, and what became of it. */
export const Accounted = oneOf('Accounted', 'object', listOf, 'ObjectPath', ENTRIES);
export type Accounted = t.TypeOf<typeof Accounted>;
