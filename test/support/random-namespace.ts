/** A network namespace at random, from a seed, as lines for `ip -batch`: links, addresses, routes, rules. */

/** Numbers in [0, 1) that are the same for the same seed. Source: mulberry32. */
const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

export interface Dice {
  /** a whole number from 0 to below `end` */
  readonly below: (end: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly one: <A>(of: readonly [A, ...ReadonlyArray<A>]) => A;
  readonly some: (most: number, make: () => string) => ReadonlyArray<string>;
}

export const dice = (seed: number): Dice => {
  const next = random(seed);
  const below = (end: number): number => Math.floor(next() * end);
  return {
    below,
    chance: (probability) => next() < probability,
    one: (of) => of[below(of.length)] ?? of[0],
    some: (most, make) => Array.from({ length: below(most + 1) }, make),
  };
};

/** What makes the namespace; lines that the kernel refuses (repeats, links that are down) are passed over. */
export interface RandomNamespace {
  /** for a shell in the namespace */
  readonly setup: string;
  readonly inet: ReadonlyArray<string>;
  readonly inet6: ReadonlyArray<string>;
  /** for a shell, when all else is there */
  readonly afterwards: string;
}

const LINKS = ['eth0', 'eth1', 'eth2', 'br0', 'mv0', 'tun0', 'vx0', 'ifb0'] as const;

const QUIET =
  'sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; ip link set lo up';

const links = (d: Dice): string => {
  const veth = ['0', '1', '2'].map(
    (n) => `ip link add eth${n} type veth peer name h${n}; ip link set h${n} up`,
  );
  const others = [
    'ip link add br0 type bridge',
    'ip link add mv0 link eth0 type macvlan mode bridge',
    'ip tuntap add dev tun0 mode tun',
    'ip link add vx0 type vxlan id 9 dstport 4789 dev eth0',
    'ip link add ifb0 type ifb',
  ].filter(() => d.chance(0.4));
  const up = LINKS.filter((name) => name.startsWith('eth') || d.chance(0.8)).map(
    (name) => `ip link set ${name} up 2>/dev/null || :`,
  );
  const groups = LINKS.filter(() => d.chance(0.2)).map(
    (name) => `ip link set ${name} group ${d.one([1, 7])} 2>/dev/null || :`,
  );
  return [...veth, ...others, ...up, ...groups].join('\n');
};

const settings = (d: Dice): string => {
  const possible = [
    'net.ipv4.conf.all.ignore_routes_with_linkdown=1',
    'net.ipv4.conf.eth1.ignore_routes_with_linkdown=1',
    'net.ipv6.conf.eth1.ignore_routes_with_linkdown=1',
    'net.ipv6.conf.all.forwarding=1',
    'net.ipv4.conf.eth0.route_localnet=1',
    'net.ipv4.conf.all.route_localnet=1',
    'net.ipv4.fib_multipath_use_neigh=1',
    'net.ipv6.conf.eth0.use_oif_addrs_only=1',
    'net.ipv4.nexthop_compat_mode=0',
  ].filter(() => d.chance(0.15));
  const labels = [
    'ip addrlabel add prefix 2001:db8:1::/48 label 77',
    'ip addrlabel add prefix fd00::/8 dev eth1 label 78',
    'ip addrlabel add prefix 2001:db8:100::/40 label 77',
  ].filter(() => d.chance(0.2));
  return [...possible.map((setting) => `sysctl -qw ${setting}`), ...labels].join('\n');
};

const address4 = (d: Dice): string => {
  const name = d.one(LINKS);
  const n = LINKS.indexOf(name);
  const host = 2 + d.below(6);
  const text = d.one([
    `10.${n}.0.${host}/24`,
    `10.${n}.0.${host}/24`,
    `10.${n}.1.${host}/24`,
    `192.168.${n}.${host}/16`,
    `10.9.${n}.${host}/32`,
    `10.8.${n}.${host} peer 10.8.${n}.9/32`,
    `10.8.${n}.${host} peer 10.7.${n}.9/24`,
    `169.254.${n}.${host}/16`,
    `127.9.${n}.${host}/32`,
  ]);
  const more = d.one([
    '',
    '',
    '',
    ' scope link',
    ' scope host',
    ' noprefixroute',
    ' preferred_lft 0',
  ]);
  return `addr add ${text} dev ${d.chance(0.06) ? 'lo' : name}${more}`;
};

const address6 = (d: Dice): string => {
  const name = d.one(LINKS);
  const n = LINKS.indexOf(name);
  const host = (2 + d.below(6)).toString(16);
  const text = d.one([
    `2001:db8:${n}::${host}/64`,
    `2001:db8:${n}::${host}/64`,
    `fd00:${n}::${host}/64`,
    `2001:db8:${n}:1::${host}/128`,
    `2002:${n}::${host}/48`,
    `fec0:${n}::${host}/64`,
    `2001:10:${n}::${host}/64`,
    `fe80::${n}:${host}/64`,
  ]);
  const more = d.one(['', '', '', ' preferred_lft 0 valid_lft 6000', ' noprefixroute', ' home']);
  return `addr add ${text} dev ${d.chance(0.06) ? 'lo' : name}${more} nodad`;
};

const gateway4 = (d: Dice, n: number): string =>
  `${d.one([`10.${n}.0`, `10.${n}.0`, `10.${n}.1`, `192.168.${n}`])}.${2 + d.below(12)}`;
const gateway6 = (d: Dice, n: number): string =>
  `${d.one([`2001:db8:${n}::`, `2001:db8:${n}::`, `fd00:${n}::`, 'fe80::'])}${(2 + d.below(12)).toString(16)}`;

const ROUTED = ['eth0', 'eth1', 'eth2', 'eth0', 'eth1', 'br0', 'mv0', 'tun0', 'lo'] as const;

const destination4 = (d: Dice): string =>
  d.one([
    'default',
    'default',
    `198.${18 + d.below(2)}.${d.below(4) * 64}.0/${18 + d.below(3)}`,
    `198.18.${d.below(4)}.0/24`,
    `198.18.0.${d.below(8) * 32}/27`,
    `198.18.0.${d.below(4)}/32`,
    '198.18.0.0/15',
    '198.0.0.0/8',
    '128.0.0.0/1',
    '10.0.0.0/8',
    `10.${d.below(3)}.0.0/24`,
    `10.${d.below(3)}.0.${2 + d.below(6)}/32`,
    '127.5.0.0/16',
    '127.0.0.1/32',
    '224.0.0.0/4',
    '239.1.0.0/16',
  ]);
const destination6 = (d: Dice): string =>
  d.one([
    'default',
    'default',
    `2001:db8:1${d.below(4)}0::/44`,
    `2001:db8:10${d.below(4)}::/48`,
    `2001:db8:100:${d.below(4)}::/64`,
    `2001:db8:100::${d.below(4)}/128`,
    '2001:db8:100::/40',
    '2001:db8::/32',
    '2000::/3',
    `fd00:${d.below(3)}::/64`,
    `2001:db8:${d.below(3)}::${2 + d.below(6)}/128`,
    'ff05::/16',
    'fe80::/10',
  ]);

interface FamilyWords {
  readonly gateway: (d: Dice, n: number) => string;
  readonly destination: (d: Dice) => string;
  readonly source: (d: Dice) => string;
  readonly rulePrefix: (d: Dice) => string;
  /** ids of nexthop objects are the namespace's, whatever their family */
  readonly ids: number;
}

const own4 = (d: Dice): string => `10.${d.below(3)}.${d.below(2)}.${2 + d.below(6)}`;
const own6 = (d: Dice): string => `2001:db8:${d.below(3)}::${2 + d.below(6)}`;

const INET: FamilyWords = {
  gateway: gateway4,
  destination: destination4,
  source: own4,
  rulePrefix: (d) =>
    d.one([
      '10.0.0.0/8',
      '10.1.0.0/16',
      `${own4(d)}/32`,
      '198.18.0.0/16',
      '198.18.0.0/25',
      '0.0.0.0/1',
    ]),
  ids: 0,
};
const INET6: FamilyWords = {
  gateway: gateway6,
  destination: destination6,
  source: own6,
  rulePrefix: (d) =>
    d.one([
      '2001:db8::/32',
      '2001:db8:1::/48',
      `${own6(d)}/128`,
      '2001:db8:100::/41',
      'fd00::/8',
      '::/1',
    ]),
  ids: 100,
};

const hop = (d: Dice, words: FamilyWords): string => {
  const name = d.one(ROUTED);
  const n = Math.max(0, LINKS.indexOf(name as (typeof LINKS)[number]));
  if (name === 'tun0' || name === 'lo' || d.chance(0.2)) return `dev ${name}`;
  return `via ${words.gateway(d, n)} dev ${name}${d.chance(0.25) ? ' onlink' : ''}`;
};

const leads = (d: Dice, words: FamilyWords): string => {
  if (d.chance(0.15)) return `nhid ${words.ids + 1 + d.below(6)}`;
  if (d.chance(0.15))
    return Array.from(
      { length: 2 + d.below(2) },
      () => `nexthop ${hop(d, words)} weight ${1 + d.below(3)}`,
    ).join(' ');
  return hop(d, words);
};

const TABLES = ['', '', '', '', ' table 100', ' table 100', ' table 200', ' table 253'] as const;

const route = (d: Dice, words: FamilyWords): string => {
  const table = d.one(TABLES);
  const metric = d.one(['', '', '', ' metric 5', ' metric 50', ' metric 2000']);
  const destination = words.destination(d);
  if (d.chance(0.2)) {
    const type = d.one(['blackhole', 'unreachable', 'prohibit', 'throw']);
    return `route add ${type} ${destination}${table}${metric}`;
  }
  if (d.chance(0.06)) return `route add local ${destination} dev lo${d.one(['', ' table 100'])}`;
  const mode = d.one(['add', 'add', 'append', 'prepend']);
  const tos = words === INET && d.chance(0.15) ? ` tos ${d.one(['0x10', '0x08'])}` : '';
  const pref = words === INET6 ? d.one(['', '', ' pref high', ' pref low']) : '';
  const from = words === INET6 && d.chance(0.15) ? ` from ${words.rulePrefix(d)}` : '';
  const src = d.chance(0.2) ? ` src ${words.source(d)}` : '';
  return `route ${mode} ${destination}${from}${tos}${table}${metric}${pref}${src} ${leads(d, words)}`;
};

const nexthops = (d: Dice, words: FamilyWords): ReadonlyArray<string> => {
  const id = (n: number): number => words.ids + n;
  const singles = [1, 2, 3].map((n) => `nexthop add id ${id(n)} ${hop(d, words)}`);
  return [
    ...singles,
    d.chance(0.5)
      ? `nexthop add id ${id(4)} blackhole`
      : `nexthop add id ${id(4)} ${hop(d, words)}`,
    `nexthop add id ${id(5)} group ${id(1)}/${id(2)},3`,
    `nexthop add id ${id(6)} group ${id(2)}/${id(3)}`,
  ];
};

const neighbor = (d: Dice, words: FamilyWords): string => {
  const n = d.below(3);
  const state = d.one(['permanent', 'noarp', 'failed', 'failed']);
  return `neigh add ${words.gateway(d, n)} lladdr 02:00:00:00:00:09 dev eth${n} nud ${state}`;
};

const selector = (d: Dice, words: FamilyWords): string =>
  d.one([
    `from ${words.rulePrefix(d)}`,
    `from ${words.source(d)}`,
    `to ${words.rulePrefix(d)}`,
    'fwmark 1',
    'fwmark 0x10/0xf0',
    'iif lo',
    `iif ${d.one(['eth0', 'gone'])}`,
    `oif ${d.one(['eth0', 'eth1', 'gone'])}`,
    `tos ${d.one(['0x10', '0x08'])}`,
    `uidrange ${d.one(['1000-1999', '0-999'])}`,
    `ipproto ${d.one(['tcp', 'udp'])}`,
    `sport ${d.one(['80', '1000-2000'])}`,
    `dport ${d.one(['53', '400-500'])}`,
    'tun_id 7',
    'l3mdev',
  ]);

const action = (d: Dice): string =>
  d.one([
    'lookup 100',
    'lookup 100',
    'lookup 200',
    'lookup 250',
    'lookup main',
    'lookup main suppress_prefixlength 0',
    `lookup main suppress_prefixlength ${d.one([8, 15, 24])}`,
    `lookup ${d.one(['main', '100'])} suppress_ifgroup ${d.one(['0', '1', '7'])}`,
    `goto ${d.one([32766, 20000, 25000])}`,
    'nop',
    'blackhole',
    'unreachable',
    'prohibit',
  ]);

const rule = (d: Dice, words: FamilyWords): string => {
  const selectors = Array.from({ length: d.below(3) }, () => selector(d, words));
  const unique = [...new Map(selectors.map((text) => [text.split(' ')[0], text])).values()];
  const act = action(d);
  // without a selector these would end every search
  const harmless = unique.length > 0 || !/^(blackhole|unreachable|prohibit)/.test(act);
  const priority = act.startsWith('goto') ? 1 + d.below(19_000) : 1 + d.below(32_765);
  return `rule add pref ${priority} ${d.chance(0.2) && unique.length > 0 ? 'not ' : ''}${unique.join(' ')} ${harmless ? act : 'nop'}`;
};

const rules = (d: Dice, words: FamilyWords): ReadonlyArray<string> => {
  if (d.chance(0.25)) return [];
  const targets = d.chance(0.5)
    ? ['rule add pref 20000 nop', 'rule add pref 25000 lookup 200']
    : [];
  const removed = d.one([
    ...([[], [], [], [], []] as const),
    ['rule del pref 32766'],
    ['rule del pref 0'],
    ['rule add pref 9 nop', 'rule del pref 9'],
  ]);
  return [...d.some(7, () => rule(d, words)), ...targets, ...removed];
};

const ofFamily = (
  d: Dice,
  words: FamilyWords,
  address: (d: Dice) => string,
): ReadonlyArray<string> => [
  ...Array.from({ length: 4 + d.below(8) }, () => address(d)),
  ...nexthops(d, words),
  ...Array.from({ length: 10 + d.below(30) }, () => route(d, words)),
  ...rules(d, words),
  ...d.some(3, () => neighbor(d, words)),
];

export const randomNamespace = (seed: number): RandomNamespace => {
  const d = dice(seed);
  return {
    setup: [QUIET, links(d), settings(d)].join('\n'),
    inet: ofFamily(d, INET, address4),
    inet6: ofFamily(d, INET6, address6),
    afterwards: [
      ...(d.chance(0.4) ? ['ip link set h1 down'] : []),
      ...(d.chance(0.2) ? ['ip link set eth2 down'] : []),
      ':',
    ].join('\n'),
  };
};
