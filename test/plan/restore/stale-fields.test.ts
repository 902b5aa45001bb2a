/** Every field of every kind of object: a change makes a plan stale, or is one that passes by itself. */
import { describe, expect, test } from 'vitest';
import { FilterChain, IpsecPolicies, LinkFilter, Sysctl } from '../../../src/plan/model/filters.js';
import { objectsOf } from '../../../src/plan/model/lasting-object.js';
import type { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import {
  Address,
  Link,
  type NamespaceState,
  Neighbor,
  Nexthop,
  NexthopObject,
  type ObjectList,
  Route,
  Rule,
} from '../../../src/plan/model/state.js';
import { staleness } from '../../../src/plan/restore/stale.js';
import { link, state } from '../../support/states.js';

const IDENTITY = { inode: '1', cookie: '2', root: false };

/** Two values of a field, by the kind of object and its name. */
type Pairs = Readonly<Record<string, readonly [unknown, unknown]>>;

const LINK: Pairs = {
  ifindex: [2, 9],
  name: ['eth0', 'eth9'],
  flags: [['UP'], ['UP', 'NOARP']],
  type: ['ether', 'none'],
  mtu: [1500, 1400],
  kind: ['macvlan', 'veth'],
  address: ['02:00:00:00:00:02', '02:00:00:00:00:03'],
  broadcast: ['ff:ff:ff:ff:ff:ff', '02:ff:ff:ff:ff:ff'],
  operstate: ['UP', 'DOWN'],
  carrier: [true, false],
  gsoMaxSize: [65536, 4096],
  gso: [true, false],
  master: [3, 4],
  masterKind: ['bridge', 'vrf'],
  parent: [5, 6],
  mode: ['bridge', 'private'],
  altnames: [['a'], ['b']],
  group: [7, 8],
};

const ADDRESS: Pairs = {
  ifindex: [2, 3],
  family: ['inet', 'inet6'],
  local: ['192.0.2.2', '192.0.2.3'],
  prefixLen: [24, 25],
  scope: ['global', 'link'],
  flags: [['permanent'], ['permanent', 'noprefixroute']],
  validLft: [null, 300],
  preferredLft: [null, 200],
  peer: ['192.0.2.8', '192.0.2.9'],
  broadcast: ['192.0.2.255', '192.0.2.254'],
  anycast: ['192.0.2.6', '192.0.2.7'],
  label: ['eth0', 'eth0:1'],
  metric: [1, 2],
  protocol: [1, 2],
};

const NEXTHOP: Pairs = {
  weight: [1, 2],
  ifindex: [2, 3],
  gateway: ['192.0.2.1', '192.0.2.2'],
  flags: [['onlink'], []],
  realms: ['10', '5/10'],
  other: [{ 99: '00' }, { 99: '01' }],
};

const first = (pairs: Pairs): object =>
  Object.fromEntries(Object.entries(pairs).map(([field, [value]]) => [field, value]));

const ROUTE: Pairs = {
  family: ['inet', 'inet6'],
  table: [254, 100],
  type: ['unicast', 'local'],
  dst: ['203.0.113.0/24', '203.0.113.0/25'],
  protocol: ['boot', 'static'],
  scope: ['global', 'link'],
  flags: [['onlink'], []],
  src: ['192.0.2.0/24', '192.0.2.0/25'],
  tos: [8, 16],
  metric: [1, 2],
  prefsrc: ['192.0.2.2', '192.0.2.3'],
  gateway: ['192.0.2.1', '192.0.2.9'],
  oif: [2, 3],
  nexthops: [[first(NEXTHOP)], []],
  nhid: [7, 8],
  metrics: [{ mtu: 1400 }, { mtu: 1300 }],
  lock: [4, 0],
  congctl: ['cubic', 'reno'],
  pref: ['medium', 'low'],
  expires: [undefined, 300],
  realms: ['10', '5/10'],
  other: [{ 99: '00' }, { 99: '01' }],
};

const RULE: Pairs = {
  family: ['inet', 'inet6'],
  priority: [9, 10],
  action: ['to_tbl', 'blackhole'],
  table: [100, 101],
  src: ['192.0.2.0/24', '192.0.2.0/25'],
  dst: ['198.51.100.0/24', '198.51.100.0/25'],
  iif: ['eth0', 'eth1'],
  oif: ['eth0', 'eth1'],
  tos: [8, 16],
  fwmark: [1, 2],
  fwmask: [255, 15],
  invert: [true, false],
  protocol: ['static', 'boot'],
  goto: [undefined, 200],
  suppressPrefixlength: [0, 8],
  suppressIfgroup: [7, 8],
  l3mdev: [undefined, true],
  uidRange: [
    { start: 0, end: 999 },
    { start: 0, end: 1000 },
  ],
  ipproto: [6, 17],
  sport: [
    { start: 80, end: 80 },
    { start: 80, end: 90 },
  ],
  dport: [
    { start: 80, end: 80 },
    { start: 80, end: 90 },
  ],
  sportMask: [0xffff, 0xfff0],
  dportMask: [0xffff, 0xfff0],
  dscp: [10, 12],
  dscpMask: [63, 62],
  flowlabel: [1, 2],
  flowlabelMask: [0xfffff, 0xffff],
  tunId: ['7', '8'],
  realms: ['10', '5/10'],
  flags: [[], ['find_saddr']],
  other: [{ 99: '00' }, { 99: '01' }],
};

const NEIGHBOR: Pairs = {
  ifindex: [2, 3],
  family: ['inet', 'inet6'],
  dst: ['192.0.2.1', '192.0.2.9'],
  state: [['permanent'], ['reachable']],
  flags: [[], ['router']],
  lladdr: ['02:00:00:00:00:01', '02:00:00:00:00:09'],
  protocol: ['static', 'zebra'],
};

const NEXTHOP_OBJECT: Pairs = {
  id: [7, 8],
  family: ['inet', 'inet6'],
  protocol: ['static', 'zebra'],
  scope: ['global', 'link'],
  flags: [[], ['onlink']],
  oif: [2, 3],
  gateway: ['192.0.2.1', '192.0.2.9'],
  group: [[{ id: 1, weight: 1 }], [{ id: 1, weight: 2 }]],
  blackhole: [false, true],
  fdb: [false, true],
  other: [{ 99: '00' }, { 99: '01' }],
};

const TRANSLATION = { kind: 'dnat', destination: '192.0.2.7' };

const CHAIN: Pairs = {
  framework: ['nftables', 'iptables'],
  family: ['ip', 'inet'],
  table: ['nat', 'mine'],
  chain: ['OUTPUT', 'out'],
  hook: ['output', 'input'],
  priority: [-100, 0],
  policy: ['accept', 'drop'],
  rules: [1, 2],
  actions: [['dnat'], ['accept']],
  digest: ['90e1057984e1d7c1', '8294dd5306d46be4'],
  type: ['nat', 'filter'],
  devices: [['eth0'], ['eth1']],
  translations: [[TRANSLATION], []],
  dormant: [false, true],
  partial: [false, true],
};

const IPSEC: Pairs = {
  direction: ['in', 'out'],
  policies: [1, 2],
  blocking: [0, 1],
  digest: ['90e1057984e1d7c1', '8294dd5306d46be4'],
  partial: [false, true],
};

const LINK_FILTER: Pairs = {
  ifindex: [2, 3],
  hook: ['ingress', 'egress'],
  kinds: [['bpf'], ['u32']],
  filters: [1, 2],
  digest: ['90e1057984e1d7c1', '8294dd5306d46be4'],
};

const SYSCTL: Pairs = {
  key: ['net.ipv4.conf.*.rp_filter', 'net.ipv4.conf.*.arp_ignore'],
  value: ['1', '2'],
  ifindex: [2, 3],
};

interface Kind {
  readonly name: string;
  readonly list: ObjectList;
  readonly codec: { readonly required: object; readonly optional: object };
  readonly pairs: Pairs;
  /** what changes by itself, or never without a change of another object */
  readonly passing: ReadonlyArray<string>;
  /** where the objects of a list have this one inside */
  readonly inside?: (object: object) => object;
}

const KINDS: ReadonlyArray<Kind> = [
  {
    ...{ name: 'link', list: 'links', codec: Link, pairs: LINK },
    passing: ['operstate', 'carrier'],
  },
  { name: 'address', list: 'addresses', codec: Address, pairs: ADDRESS, passing: [] },
  { name: 'route', list: 'routes', codec: Route, pairs: ROUTE, passing: [] },
  {
    ...{ name: 'leg of a route', list: 'routes', codec: Nexthop, pairs: NEXTHOP, passing: [] },
    inside: (leg) => ({ ...first(ROUTE), nexthops: [leg] }),
  },
  { name: 'rule', list: 'rules', codec: Rule, pairs: RULE, passing: [] },
  { name: 'neighbor', list: 'neighbors', codec: Neighbor, pairs: NEIGHBOR, passing: [] },
  {
    ...{ name: 'nexthop object', list: 'nexthops', codec: NexthopObject, pairs: NEXTHOP_OBJECT },
    passing: [],
  },
  { name: 'chain', list: 'netfilter', codec: FilterChain, pairs: CHAIN, passing: [] },
  { name: 'direction of IPsec', list: 'ipsec', codec: IpsecPolicies, pairs: IPSEC, passing: [] },
  {
    ...{ name: 'filter of a link', list: 'linkFilters', codec: LinkFilter, pairs: LINK_FILTER },
    passing: [],
  },
  { name: 'setting', list: 'sysctls', codec: Sysctl, pairs: SYSCTL, passing: [] },
];

/** The words of objects' texts, as names that a link may have. */
const NAMES = ['eth0', 'dynamic', 'permanent', 'kept', 'default', 'proxy', 'router', 'local'];

const stateOf = (
  { list, inside = (object) => object }: Kind,
  object: object,
  name: string,
): NamespaceState => {
  const links = [2, 3].map((ifindex) => link(ifindex, ifindex === 2 ? name : `${name}.3`));
  return { ...state({ links }), [list]: [inside(object)] };
};

/** As much of a plan as staleness looks at. */
const planOf = (given: NamespaceState): NetworkPlan =>
  ({ objects: objectsOf(given).map(({ object }) => object), basis: {} }) as unknown as NetworkPlan;

test.each(KINDS)('the fields of a $name are all there', ({ codec, pairs }) => {
  const fields = [...Object.keys(codec.required), ...Object.keys(codec.optional)];
  expect(Object.keys(pairs).sort()).toStrictEqual(fields.sort());
});

const FIELDS = KINDS.flatMap((kind) =>
  Object.entries(kind.pairs).map(([field, values]) => [kind.name, field, values, kind] as const),
);

describe.each(NAMES)('where a link is called %s', (name) => {
  test.each(FIELDS)('a change of a %s: %s', (_, field, [value, other], kind) => {
    const named = kind.list === 'links' ? { name } : {};
    const before = { ...first(kind.pairs), ...named, [field]: value };
    const was = stateOf(kind, before, name);
    const is = stateOf(kind, { ...before, [field]: other }, name);
    const plan = planOf(was);
    expect(staleness(plan, was, IDENTITY)).toBeNull();
    const stale = staleness(plan, is, IDENTITY);
    if (kind.passing.includes(field)) {
      expect(stale).toBeNull();
      return;
    }
    const objects = objectsOf(was).filter(({ path }) => path === `${kind.list}[0]`);
    const found = [...(stale?.gone ?? []), ...(stale?.changed ?? []).map((one) => one.before)];
    expect(found).toStrictEqual(objects.map(({ object }) => object));
  });
});
