/** Objects in iproute2's words, as far as they last. */
import type {
  LastingAddress,
  LastingLink,
  LastingNeighbor,
  LastingNexthopObject,
  LastingRoute,
  LastingRule,
} from '../model/lasting.js';
import { isLastingNeighbor } from '../model/lasting.js';
import type { LastingObject } from '../model/lasting-object.js';
import { type LinkNames, linkName } from '../model/link-names.js';
import type { RawAttributes } from '../model/state.js';
import { filterText } from './filter-text.js';

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

const linkText = (names: LinkNames, link: LastingLink): string =>
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
    pair('group', link.group),
    ...(link.altnames ?? []).map((altname) => `altname ${altname}`),
    `<${link.flags.join(',')}>`,
  );

const addressText = (names: LinkNames, a: LastingAddress): string =>
  words(
    `address ${a.family} ${a.local}`,
    pair('peer', a.peer),
    `prefixlen ${a.prefixLen} dev ${linkName(names, a.ifindex)} scope ${a.scope}`,
    pair('brd', a.broadcast),
    pair('any', a.anycast),
    pair('label', a.label),
    pair('metric', a.metric),
    pair('proto', a.protocol),
    ...a.flags,
    a.expires && 'expires',
    a.deprecates && !a.expires && 'deprecates',
  );

/** 254 and its siblings by name, others by number. Source: RT_TABLE_* in linux/rtnetlink.h. */
const tableName = (table: number): string =>
  ({ 253: 'default', 254: 'main', 255: 'local' })[table] ?? String(table);

const routeText = (names: LinkNames, r: LastingRoute): string =>
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
    r.expires && 'expires',
    pair('realm', r.realms),
    ...r.flags,
    raw(r.other),
    ...(r.nexthops ?? []).map((hop) =>
      words(
        'nexthop',
        pair('via', hop.gateway),
        hop.ifindex !== undefined && `dev ${linkName(names, hop.ifindex)}`,
        `weight ${hop.weight}`,
        ...(hop.flags ?? []),
        pair('realm', hop.realms),
        raw(hop.other),
      ),
    ),
  );

const span = (key: string, range: { readonly start: number; readonly end: number } | undefined) =>
  range !== undefined && pair(key, `${range.start}-${range.end}`);

const masked = (key: string, value: number | undefined, mask: number | undefined): Word =>
  (value ?? mask) !== undefined && pair(key, mask === undefined ? value : `${value ?? 0}/${mask}`);

/** What a rule says of the packets that it is for. */
const selectors = (r: LastingRule): ReadonlyArray<Word> => [
  r.invert === true && 'not',
  `from ${r.src ?? 'all'}`,
  pair('to', r.dst),
  pair('tos', r.tos),
  masked('dscp', r.dscp, r.dscpMask),
  masked('flowlabel', r.flowlabel, r.flowlabelMask),
  (r.fwmark ?? r.fwmask) !== undefined && `fwmark ${r.fwmark ?? 0}/${r.fwmask ?? 0xffff_ffff}`,
  pair('iif', r.iif),
  pair('oif', r.oif),
  span('uidrange', r.uidRange),
  pair('ipproto', r.ipproto),
  span('sport', r.sport),
  pair('sport_mask', r.sportMask),
  span('dport', r.dport),
  pair('dport_mask', r.dportMask),
  pair('tun_id', r.tunId),
];

const ruleAction = (r: LastingRule): Word => {
  if (r.action !== 'to_tbl') return r.action;
  return r.l3mdev === true ? 'lookup [l3mdev-table]' : `lookup ${tableName(r.table ?? 0)}`;
};

const ruleText = (r: LastingRule): string =>
  words(
    `rule ${r.family} ${r.priority}:`,
    ...selectors(r),
    ruleAction(r),
    r.goto !== undefined && String(r.goto),
    pair('suppress_prefixlength', r.suppressPrefixlength),
    pair('suppress_ifgroup', r.suppressIfgroup),
    pair('realms', r.realms),
    pair('proto', r.protocol),
    ...(r.flags ?? []),
    raw(r.other),
  );

const neighborText = (names: LinkNames, n: LastingNeighbor): string =>
  words(
    `neighbor ${n.family} ${n.dst} dev ${linkName(names, n.ifindex)}`,
    pair('lladdr', n.lladdr),
    isLastingNeighbor(n) ? n.state.join(',') : 'dynamic',
    ...n.flags,
    pair('proto', n.protocol),
  );

const nexthopText = (names: LinkNames, n: LastingNexthopObject): string =>
  words(
    `nexthop ${n.family} ${n.id}`,
    n.group !== undefined &&
      `group ${n.group.map(({ id, weight }) => `${id},${weight}`).join('/')}`,
    pair('via', n.gateway),
    n.oif !== undefined && `dev ${linkName(names, n.oif)}`,
    n.blackhole === true && 'blackhole',
    n.fdb === true && 'fdb',
    `proto ${n.protocol} scope ${n.scope}`,
    ...n.flags,
    raw(n.other),
  );

/** `address inet 192.0.2.2 prefixlen 24 dev eth0 scope global permanent`: the kind first, links by their names. */
export const objectText =
  (names: LinkNames) =>
  (object: LastingObject): string => {
    if ('link' in object) return linkText(names, object.link);
    if ('address' in object) return addressText(names, object.address);
    if ('route' in object) return routeText(names, object.route);
    if ('rule' in object) return ruleText(object.rule);
    if ('neighbor' in object) return neighborText(names, object.neighbor);
    return 'nexthop' in object ? nexthopText(names, object.nexthop) : filterText(names, object);
  };
