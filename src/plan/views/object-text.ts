/** Objects of a state in iproute2's words, without what changes by itself: one text per object, equal texts are equal objects. */

import { type LinkNames, linkName, linkNames } from '../model/link-names.js';
import type {
  Address,
  Link,
  NamespaceState,
  Neighbor,
  NexthopObject,
  ObjectPath,
  RawAttributes,
  Route,
  Rule,
} from '../model/state.js';

type Word = string | false | undefined;
const words = (...parts: ReadonlyArray<Word>): string => parts.filter(Boolean).join(' ');

const pair = (key: string, value: string | number | undefined): Word =>
  value !== undefined && `${key} ${value}`;

const raw = (other: RawAttributes | undefined): Word =>
  other !== undefined &&
  Object.entries(other)
    .map(([type, hex]) => `attr${type} ${hex}`)
    .join(' ');

/** By ARPHRD_*; another one is somebody's decision. */
const USUAL_BROADCAST: Readonly<Record<string, string>> = {
  ether: 'ff:ff:ff:ff:ff:ff',
  loopback: '00:00:00:00:00:00',
};

/** Flags that carrier, queues and drivers change without anyone's doing. */
const PASSING_LINK_FLAGS = new Set(['LOWER_UP', 'RUNNING', 'NO-CARRIER', 'DORMANT', 'ECHO']);

export const linkText =
  (names: LinkNames) =>
  (link: Link): string =>
    words(
      `link ${link.ifindex} ${link.name}`,
      link.kind,
      link.mode,
      `${link.type} mtu ${link.mtu}`,
      pair('lladdr', link.address),
      link.broadcast !== USUAL_BROADCAST[link.type] && pair('brd', link.broadcast),
      pair('gso_max_size', link.gsoMaxSize),
      link.gso !== undefined && `gso ${link.gso ? 'on' : 'off'}`,
      link.master !== undefined && `master ${linkName(names, link.master)}`,
      pair('parent', link.parent),
      ...(link.altnames ?? []).map((altname) => `altname ${altname}`),
      `<${link.flags.filter((flag) => !PASSING_LINK_FLAGS.has(flag)).join(',')}>`,
    );

/** Duplicate address detection ends by itself; its failure (dadfailed) stays and is in the text. */
const PASSING_ADDRESS_FLAGS = new Set(['tentative', 'optimistic']);

export const addressText =
  (names: LinkNames) =>
  (a: Address): string =>
    words(
      `address ${a.family} ${a.local}`,
      pair('peer', a.peer),
      `prefixlen ${a.prefixLen} dev ${linkName(names, a.ifindex)} scope ${a.scope}`,
      pair('brd', a.broadcast),
      pair('any', a.anycast),
      pair('label', a.label),
      pair('metric', a.metric),
      pair('proto', a.protocol),
      ...a.flags.filter((flag) => !PASSING_ADDRESS_FLAGS.has(flag)),
      a.validLft !== null && 'expires',
      a.preferredLft !== null && a.validLft === null && 'deprecates',
    );

/** 254 and its siblings by name, others by number. Source: RT_TABLE_* in linux/rtnetlink.h. */
export const tableName = (table: number): string =>
  ({ 253: 'default', 254: 'main', 255: 'local' })[table] ?? String(table);

/** Carrier loss marks a route linkdown without changing it; offload marks are the driver's. */
const PASSING_ROUTE_FLAGS = new Set([
  'linkdown',
  'offload',
  'trap',
  'rt_offload',
  'rt_trap',
  'rt_offload_failed',
]);
const lasting = (flags: ReadonlyArray<string>): ReadonlyArray<string> =>
  flags.filter((flag) => !PASSING_ROUTE_FLAGS.has(flag));

export const routeText =
  (names: LinkNames) =>
  (r: Route): string =>
    words(
      `route ${r.family} ${r.type} ${r.dst}`,
      pair('from', r.src),
      pair('tos', r.tos),
      pair('nhid', r.nhid),
      pair('via', r.gateway),
      r.oif !== undefined && `dev ${linkName(names, r.oif)}`,
      `table ${tableName(r.table)} proto ${r.protocol} scope ${r.scope}`,
      pair('metric', r.metric),
      pair('src', r.prefsrc),
      ...Object.entries(r.metrics ?? {}).map(([metric, value]) => `${metric} ${value}`),
      pair('lock', r.lock),
      pair('congctl', r.congctl),
      pair('pref', r.pref),
      r.expires !== undefined && 'expires',
      ...lasting(r.flags),
      raw(r.other),
      ...(r.nexthops ?? []).map((hop) =>
        words(
          'nexthop',
          pair('via', hop.gateway),
          hop.ifindex !== undefined && `dev ${linkName(names, hop.ifindex)}`,
          `weight ${hop.weight}`,
          ...lasting(hop.flags ?? []),
          raw(hop.other),
        ),
      ),
    );

export const ruleText = (r: Rule): string =>
  words(
    `rule ${r.family} ${r.priority}:`,
    r.invert === true && 'not',
    `from ${r.src ?? 'all'}`,
    pair('to', r.dst),
    pair('tos', r.tos),
    (r.fwmark ?? r.fwmask) !== undefined && `fwmark ${r.fwmark ?? 0}/${r.fwmask ?? 0xffff_ffff}`,
    pair('iif', r.iif),
    pair('oif', r.oif),
    r.action === 'to_tbl' ? `lookup ${tableName(r.table ?? 0)}` : r.action,
    pair('proto', r.protocol),
    raw(r.other),
  );

/** Whether an entry is somebody's decision rather than the kernel's cache. */
export const isLastingNeighbor = (n: Neighbor): boolean =>
  n.flags.includes('proxy') || (n.state.length === 1 && n.state[0] === 'permanent');

export const neighborText =
  (names: LinkNames) =>
  (n: Neighbor): string =>
    words(
      `neighbor ${n.family} ${n.dst} dev ${linkName(names, n.ifindex)}`,
      pair('lladdr', n.lladdr),
      isLastingNeighbor(n) ? n.state.join(',') : 'dynamic',
      ...n.flags,
      pair('proto', n.protocol),
    );

export const nexthopText =
  (names: LinkNames) =>
  (n: NexthopObject): string =>
    words(
      `nexthop ${n.family} ${n.id}`,
      n.group !== undefined &&
        `group ${n.group.map(({ id, weight }) => `${id},${weight}`).join('/')}`,
      pair('via', n.gateway),
      n.oif !== undefined && `dev ${linkName(names, n.oif)}`,
      n.blackhole === true && 'blackhole',
      n.fdb === true && 'fdb',
      `proto ${n.protocol} scope ${n.scope}`,
      ...lasting(n.flags),
      raw(n.other),
    );

/** Every object of `state` in document order, as a path and its text. */
export const objectTexts = (
  state: NamespaceState,
): ReadonlyArray<{ readonly path: ObjectPath; readonly what: string }> => {
  const names = linkNames(state);
  const listed = <A>(list: string, objects: ReadonlyArray<A>, text: (object: A) => string) =>
    objects.map((object, i) => ({ path: `${list}[${i}]` as ObjectPath, what: text(object) }));
  return [
    ...listed('links', state.links, linkText(names)),
    ...listed('addresses', state.addresses, addressText(names)),
    ...listed('routes', state.routes, routeText(names)),
    ...listed('rules', state.rules, ruleText),
    ...listed('neighbors', state.neighbors, neighborText(names)),
    ...listed('nexthops', state.nexthops, nexthopText(names)),
  ];
};
