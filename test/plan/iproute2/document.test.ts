import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import {
  type Iproute2Reading,
  readIproute2,
  readIproute2Document,
} from '../../../src/plan/iproute2/document.js';
import { describeIproute2Error } from '../../../src/plan/iproute2/errors.js';
import { describeIproute2Note } from '../../../src/plan/iproute2/notes.js';
import { fileText } from '../../../src/plan/model/kernel-text.js';
import { NamespaceState } from '../../../src/plan/model/state.js';

/** Cut from `ip -j -d addr` of iproute2 6.1. */
const ADDR = `[{},{"ifindex":2,"link_index":7,"ifname":"eth0","flags":["BROADCAST","UP","LOWER_UP","M-DOWN"],
"mtu":1500,"qdisc":"noqueue","operstate":"UP","group":"default","link_type":"ether","address":"02:00:00:00:00:02",
"broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":0,"promiscuity":0,"linkinfo":{"info_kind":"veth"},"gso_max_size":65536,
"altnames":["enp0s99"],"addr_info":[{"family":"inet","local":"10.0.0.2","prefixlen":24,"metric":500,
"broadcast":"10.0.0.255","scope":"global","secondary":true,"noprefixroute":true,"label":"eth0:a",
"valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet6","local":"2001:db8::5","prefixlen":64,
"scope":"global","nodad":true,"home":true,"deprecated":true,"dynamic":true,"valid_life_time":600,"preferred_life_time":0}]},
{"ifindex":3,"link":null,"ifname":"gre1","flags":["NOARP"],"mtu":1476,"link_type":"gre","address":"10.0.0.2",
"broadcast":"10.0.0.1","promiscuity":0,"linkinfo":{"info_kind":"gre"},"addr_info":[]},
{"ifindex":4,"link":"eth0","ifname":"mv0","flags":[],"mtu":1500,"link_type":"ether","promiscuity":0,"master":"gre1",
"linkinfo":{"info_kind":"macvlan","info_data":{"mode":"bridge","bcqueuelen":1000},"info_slave_kind":"bridge"},"addr_info":[]}]`;

const parts = (more: Readonly<Record<string, string>> = {}) => ({
  addr: ADDR,
  route: '[]',
  route6: '[]',
  neigh: '[ ]',
  ...more,
});

const readingOf = (more: Readonly<Record<string, string>> = {}): Iproute2Reading => {
  const read = readIproute2(parts(more));
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right;
};
const stateOf = (more: Readonly<Record<string, string>> = {}): NamespaceState =>
  readingOf(more).state;
/** Of each note, where and what. */
const notesOf = (more: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  readingOf(more)
    .notes.map(describeIproute2Note)
    .map(({ path, summary }) => `${path}: ${summary}`);

const refused = (texts: Readonly<Record<string, string>>) => {
  const read = readIproute2(texts);
  return E.isLeft(read) ? read.left.map(describeIproute2Error) : [];
};
const refusal = (more: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  refused(parts(more)).map(({ path, summary }) => `${path}: ${summary}`);
/** Of each error, its code and what to do. */
const remedies = (more: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  refused(parts(more)).map(({ code, remedy }) => `${code}: ${remedy}`);

/** `ADDR` as a `fileText` in which `from` is the bytes `to`, in Latin-1. */
const withBytes = (from: string, to: string): string =>
  fileText(Buffer.from(ADDR.replaceAll(from, to), 'latin1'));

describe('addr', () => {
  const { links, addresses } = stateOf();

  test('gives the links, without entries that a filter emptied', () => {
    expect(links).toStrictEqual([
      {
        ifindex: 2,
        name: 'eth0',
        flags: ['BROADCAST', 'UP', 'LOWER_UP'],
        type: 'ether',
        mtu: 1500,
        kind: 'veth',
        address: '02:00:00:00:00:02',
        broadcast: 'ff:ff:ff:ff:ff:ff',
        operstate: 'UP',
        carrier: true,
        gsoMaxSize: 65536,
        parent: 7,
        altnames: ['enp0s99'],
      },
      {
        ifindex: 3,
        name: 'gre1',
        flags: ['NOARP'],
        type: 'gre',
        mtu: 1476,
        kind: 'gre',
        address: '0a:00:00:02',
        broadcast: '0a:00:00:01',
        parent: 0,
      },
      {
        ifindex: 4,
        name: 'mv0',
        flags: [],
        type: 'ether',
        mtu: 1500,
        kind: 'macvlan',
        master: 3,
        masterKind: 'bridge',
        parent: 2,
        mode: 'bridge',
      },
    ]);
  });

  test('gives the addresses with their flags, permanent being what is not dynamic', () => {
    expect(addresses).toStrictEqual([
      {
        ifindex: 2,
        family: 'inet',
        local: '10.0.0.2',
        prefixLen: 24,
        scope: 'global',
        flags: ['secondary', 'permanent', 'noprefixroute'],
        validLft: null,
        preferredLft: null,
        broadcast: '10.0.0.255',
        label: 'eth0:a',
        metric: 500,
      },
      {
        ifindex: 2,
        family: 'inet6',
        local: '2001:db8::5',
        prefixLen: 64,
        scope: 'global',
        flags: ['nodad', 'homeaddress', 'deprecated'],
        validLft: 600,
        preferredLft: 0,
      },
    ]);
  });

  test('without -d is refused once: the kinds of links would be missing', () => {
    const addr = ADDR.replaceAll('"promiscuity":0,', '');
    expect(remedies({ addr })).toStrictEqual(['iproute2/without-details: run `ip -j -d addr`']);
  });

  test('of ip link is refused once: the addresses are missing', () => {
    const addr =
      '[{"ifindex":1,"ifname":"lo","flags":[],"mtu":1,"link_type":"loopback","promiscuity":0}]';
    expect(remedies({ addr })).toStrictEqual(['iproute2/without-details: run `ip -j -d addr`']);
  });

  test.each(['', ' \n', '[]'])('%j is no output: the command failed', (addr) => {
    expect(remedies({ addr })).toStrictEqual([
      'iproute2/no-output: run `ip -j -d addr` again, and see what it says: it failed',
    ]);
  });

  test('a type of link that this iproute2 has no name for is the one that the kernel knows', () => {
    const types = ['[519]', '[823]', '[4711]'].map(
      (type) =>
        stateOf({ addr: ADDR.replace('"link_type":"gre"', `"link_type":"${type}"`) }).links[1]
          ?.type,
    );
    expect(types).toStrictEqual(['rawip', 'gre6', '4711']);
  });

  test('names may have any bytes, also where links are named', () => {
    const addr = withBytes('eth0', 'caf\xe9').replace('enp0s99', 'a\\\\b');
    const route = `[{"dst":"default","dev":${JSON.stringify(fileText(Buffer.from('caf\xe9', 'latin1')))}}]`;
    const rule = `[{"priority":1,"iif":"a\\\\b","oif":${JSON.stringify(fileText(Buffer.from([0xff])))}}]`;
    const state = stateOf({ addr, route, rule });
    expect(state.links.map(({ name, altnames }) => [name, altnames])).toContainEqual([
      'caf\\xe9',
      ['a\\\\b'],
    ]);
    expect(state.links[2]?.parent).toBe(2);
    expect(state.addresses[0]?.label).toBe('caf\\xe9:a');
    expect(state.routes[0]?.oif).toBe(2);
    expect(state.rules[0]).toMatchObject({ iif: 'a\\\\b', oif: '\\xff' });
  });
});

describe('route', () => {
  const route = (json: string, family: 'route' | 'route6' = 'route') =>
    stateOf({ [family]: `[${json}]` }).routes[0];
  const rest = { protocol: 'boot', scope: 'global', flags: [], table: 254, type: 'unicast' };

  test.each([
    [
      '{"dst":"default","gateway":"10.0.0.1","dev":"eth0"}',
      { dst: '0.0.0.0/0', gateway: '10.0.0.1', oif: 2 },
    ],
    [
      '{"type":"local","dst":"10.0.0.2","dev":"eth0","table":"local"}',
      { type: 'local', dst: '10.0.0.2/32', oif: 2, table: 255 },
    ],
    [
      '{"type":"throw","dst":"10.0.0.0/8","table":"1000","tos":"0x10","protocol":"77","metric":0}',
      { type: 'throw', dst: '10.0.0.0/8', table: 1000, tos: 16, protocol: '77', metric: 0 },
    ],
    [
      '{"dst":"10.0.0.0/8","dev":"eth0","table":"254","protocol":"2","scope":"253"}',
      { dst: '10.0.0.0/8', oif: 2, protocol: 'kernel', scope: 'link' },
    ],
    [
      '{"dst":"10.0.0.0/8","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0"}',
      { dst: '10.0.0.0/8', gateway: 'fe80::1', oif: 2 },
    ],
    [
      '{"dst":"10.0.0.0/8","dev":"eth0","flow":{"from":"3","to":"5"}}',
      { dst: '10.0.0.0/8', oif: 2, realms: '3/5' },
    ],
    ['{"dst":"10.0.0.0/8","nhid":5,"nh_info":{"id":5}}', { dst: '10.0.0.0/8', nhid: 5 }],
    [
      '{"dst":"10.0.0.0/8","dev":"eth0","metrics":[{"mtu":1450,"rtt":100,"rttvar":20,"rto_min":5,"ecn":null,"congestion":"reno"}]}',
      {
        dst: '10.0.0.0/8',
        oif: 2,
        metrics: { mtu: 1450, rtt: 800, rttvar: 80, rto_min: 5, features: 1 },
        congctl: 'reno',
      },
    ],
    [
      '{"dst":"default","nexthops":[{"gateway":"10.0.0.1","dev":"eth0","weight":3,"flags":["onlink"]},{"via":{"host":"fe80::2"},"dev":"mv0","weight":1,"flags":[]}]}',
      {
        dst: '0.0.0.0/0',
        nexthops: [
          { weight: 3, ifindex: 2, gateway: '10.0.0.1', flags: ['onlink'] },
          { weight: 1, ifindex: 4, gateway: 'fe80::2' },
        ],
      },
    ],
  ])('%s', (json, expected) => {
    expect(route(json)).toStrictEqual({ family: 'inet', ...rest, ...expected });
  });

  test('of IPv6 has its own default and host length', () => {
    const json =
      '{"dst":"2001:db8::1","from":"2001:db8::/32","dev":"eth0","pref":"high","expires":9}';
    const more = { src: '2001:db8::/32', oif: 2, pref: 'high', expires: 9 };
    expect(route(json, 'route6')).toStrictEqual({
      family: 'inet6',
      ...rest,
      dst: '2001:db8::1/128',
      ...more,
    });
    expect(route('{"dst":"default","dev":"eth0"}', 'route6')?.dst).toBe('::/0');
  });

  test.each([
    ['"features":"0x8"', { features: 8 }],
    ['"ecn":null,"features":"0x9"', { features: 9 }],
    ['"features":257', { features: 257 }],
    ['"ecn":null,"tcp_usec_ts":null', { features: 17 }],
    ['"mtu":1400,"tcp_usec_ts":null', { mtu: 1400, features: 16 }],
  ])('metrics {%s}', (json, metrics) => {
    expect(route(`{"dst":"10.0.0.0/8","dev":"eth0","metrics":[{${json}}]}`)?.metrics).toStrictEqual(
      metrics,
    );
  });

  test('past its time it has no seconds left', () => {
    expect(route('{"dst":"default","dev":"eth0","expires":-3}', 'route6')?.expires).toBe(0);
  });

  test('a router preference without a name is its number', () => {
    expect(route('{"dst":"default","dev":"eth0","pref":2}', 'route6')?.pref).toBe('2');
  });

  test('a type of service is one of iproute2’s own names, or a number', () => {
    const tos = (text: string) => route(`{"dst":"default","dev":"eth0","tos":"${text}"}`)?.tos;
    expect(['AF41', 'lowdelay', '0x10', '4'].map(tos)).toStrictEqual([0x88, 0x10, 0x10, 4]);
  });

  test('what steers no packet passes in silence', () => {
    const passing = `"used":3,"users":1,"age":10,"ipid":"0x0001","ts":"0x5","tsage":7,"cache":["local"],"uid":0,
      "mark":1,"iif":"eth0","ttl-propogate":true,"error":4294967183,"nh_info":{"id":1}`;
    const json = `[{"dst":"default","dev":"eth0",${passing}}]`;
    expect(notesOf({ route: json })).toStrictEqual([]);
    expect(stateOf({ route: json }).routes).toStrictEqual([
      { family: 'inet', ...rest, dst: '0.0.0.0/0', oif: 2 },
    ]);
  });

  test('a key that nobody knows is left out, and told once for all objects', () => {
    const hop = '{"gateway":"10.0.0.1","dev":"eth0","weight":1,"flags":[],"colour":"red"}';
    const json = `[{"dst":"default","nexthops":[${hop},${hop}],"lane":5},{"dst":"10.0.0.0/8","dev":"eth0","lane":6}]`;
    expect(notesOf({ route: json })).toStrictEqual([
      'route[0].nexthops[0]: `ip -j -d -4 route show table all` has "colour" here and in 1 more, which netplan does not know: it is left out',
      'route[0]: `ip -j -d -4 route show table all` has "lane" here and in 1 more, which netplan does not know: it is left out',
    ]);
    const [, second] = stateOf({ route: json }).routes;
    expect(second).toStrictEqual({ family: 'inet', ...rest, dst: '10.0.0.0/8', oif: 2 });
  });

  test('an encapsulation is one whatever keys it prints, also those that the route has', () => {
    const json = `[{"type":"unicast","dst":"198.51.100.0/24","encap":"ip","id":42,"src":"0.0.0.0","dst":"10.0.0.9","ttl":0,"tos":0,
      "dev":"eth0","table":"main","protocol":"boot","scope":"link","flags":[]},
      {"type":"unicast","dst":"203.0.113.0/24","encap":"seg6local","action":"End.DT4","table":"local","dev":"eth0","table":"main"}]`;
    expect(notesOf({ route: json })).toStrictEqual([]);
    expect(stateOf({ route: json }).routes).toMatchObject([
      { dst: '198.51.100.0/24', table: 254, oif: 2, other: { 22: 'ip' } },
      { dst: '203.0.113.0/24', table: 254, oif: 2, other: { 22: 'seg6local' } },
    ]);
  });

  test('a table with a name only is another than main, the same wherever it is named', () => {
    const named = {
      route:
        '[{"dst":"default","dev":"eth0","table":"isp2"},{"dst":"default","dev":"eth0","table":"4294901760"}]',
      route6: '[{"dst":"default","dev":"eth0","table":"isp3"}]',
      rule: '[{"priority":5,"src":"all","table":"isp2"},{"priority":6,"src":"all","table":"default"}]',
    };
    const { routes, rules } = stateOf(named);
    expect(routes.map(({ table }) => table)).toStrictEqual([4294901761, 4294901760, 4294901762]);
    expect(rules.map(({ table }) => table)).toStrictEqual([4294901761, 253]);
    expect(notesOf(named)).toStrictEqual([
      'table: the number of table isp2 is not in the output: it is taken for table 4294901761',
      'table: the number of table isp3 is not in the output: it is taken for table 4294901762',
    ]);
  });

  test('output for one link, which leaves out the link, is refused once', () => {
    const route = '[{"dst":"default","gateway":"10.0.0.1"},{"dst":"10.0.0.0/24","scope":"link"}]';
    const route6 = '[{"type":"unreachable","dst":"default"},{"dst":"fe80::/64","nhid":4}]';
    const errors = remedies({
      route,
      route6,
      neigh: '[{"dst":"10.0.0.1","lladdr":"02:00:00:00:00:01"}]',
    });
    expect(errors).toStrictEqual([
      'iproute2/without-device: run `ip -j -d -4 route show table all`',
      'iproute2/without-device: run `ip -j neigh show nud all`',
    ]);
  });

  test('every mistake is named once, with the part it is in and the command to run', () => {
    const route = `[{"dst":"10.0.0.1/8","dev":"eth9","tos":"mine"},{"dst":"10.0.0.2/8","dev":"eth8","tos":"yours"}]`;
    const mistakes = { route, route6: '[{"dst":"10.0.0.0/8","dev":"eth0"}]', neigh: '["x"]' };
    expect(refusal(mistakes)).toStrictEqual([
      'route[0].dst: line 1, column 9: expected a destination of inet, got "10.0.0.1/8" (and 1 more like it)',
      'route[0].tos: line 1, column 41: expected a number, as `ip -N` prints it, got "mine" (and 1 more like it)',
      'route[0].dev: line 1, column 28: expected the name of a link in addr, got "eth9" (and 1 more like it)',
      'route6[0].dst: line 1, column 9: expected a destination of inet6, got "10.0.0.0/8"',
      'neigh[0]: line 1, column 2: expected NeighborJson, got "x"',
    ]);
    const again =
      '` again, with iproute2 4.17 or newer; if it prints the same, report it with the output';
    expect(remedies(mistakes)).toStrictEqual([
      `iproute2/value: run \`ip -j -d -4 route show table all${again}`,
      'iproute2/name: run `ip -N -j -d -4 route show table all`, which prints numbers',
      'iproute2/other-namespace: run `ip -j -d addr` and `ip -j -d -4 route show table all` in one namespace, one after the other',
      `iproute2/value: run \`ip -j -d -6 route show table all${again}`,
      `iproute2/value: run \`ip -j neigh show nud all${again}`,
    ]);
  });
});

describe('rule, neigh and nexthop', () => {
  test('a rule keeps every selector', () => {
    const rule = `[{"priority":77,"not":null,"src":"10.1.0.0","srclen":24,"dst":"10.2.0.1","tos":"0x10","fwmark":"0x10",
      "fwmask":"0xff","iif":"eth0","oif":"gone","oif_detached":null,"table":"1000"},{"priority":0,"src":"all","table":"local"},
      {"priority":1,"src":"all","goto":50},{"priority":2,"src":"all","nop":null},{"priority":3,"action":"prohibit"},
      {"priority":4,"ipproto":"tcp","sport":80,"dport_start":1,"dport_end":9,"uid_start":0,"uid_end":256,"l3mdev":null,
      "suppress_prefixlen":0,"suppress_ifgroup":"5","flow_from":"1","flow_to":"home","tun_id":7,"protocol":"static"}]`;
    expect(stateOf({ rule }).rules).toStrictEqual([
      {
        family: 'inet',
        priority: 77,
        action: 'to_tbl',
        table: 1000,
        src: '10.1.0.0/24',
        dst: '10.2.0.1/32',
        iif: 'eth0',
        oif: 'gone',
        tos: 16,
        fwmark: 16,
        fwmask: 255,
        invert: true,
      },
      { family: 'inet', priority: 0, action: 'to_tbl', table: 255 },
      { family: 'inet', priority: 1, action: 'goto', goto: 50 },
      { family: 'inet', priority: 2, action: 'nop' },
      { family: 'inet', priority: 3, action: 'prohibit' },
      {
        family: 'inet',
        priority: 4,
        action: 'to_tbl',
        protocol: 'static',
        suppressPrefixlength: 0,
        suppressIfgroup: 5,
        l3mdev: true,
        uidRange: { start: 0, end: 256 },
        ipproto: 6,
        sport: { start: 80, end: 80 },
        dport: { start: 1, end: 9 },
        tunId: '7',
        realms: '1/home',
      },
    ]);
  });

  test('a rule of a newer iproute2, and of an older one', () => {
    const rule = `[{"priority":1,"src":"all","sport":80,"sport_mask":"0xffff","dport":16,"dport_mask":"0xfff0","table":"100"},
      {"priority":2,"src":"all","dscp":"10","dscp_mask":"0xe","table":"100"},
      {"priority":3,"src":"all","to_tbl":"blackhole"}]`;
    const rule6 =
      '[{"priority":4,"src":"all","flowlabel":"0x12345","flowlabel_mask":"0xfffff","table":"100"}]';
    const to100 = { action: 'to_tbl', table: 100 };
    expect(stateOf({ rule, rule6 }).rules).toStrictEqual([
      {
        ...{ family: 'inet', priority: 1, ...to100 },
        sport: { start: 80, end: 80 },
        dport: { start: 16, end: 16 },
        sportMask: 0xffff,
        dportMask: 0xfff0,
      },
      { family: 'inet', priority: 2, ...to100, dscp: 10, dscpMask: 14 },
      { family: 'inet', priority: 3, action: 'blackhole' },
      { family: 'inet6', priority: 4, ...to100, flowlabel: 0x12345, flowlabelMask: 0xfffff },
    ]);
  });

  test('a selector that is a name of the host stays one, so that the rule is not understood', () => {
    const rule =
      '[{"priority":1,"ipproto":"ospf-like","suppress_ifgroup":"dmz","dscp":"house","table":"100"}]';
    expect(stateOf({ rule }).rules).toStrictEqual([
      {
        ...{ family: 'inet', priority: 1, action: 'to_tbl', table: 100 },
        other: { 13: 'dmz', 22: 'ospf-like', 25: 'house' },
      },
    ]);
  });

  test('proxies follow the neighbors', () => {
    const neigh = `[{"dst":"10.0.0.9","dev":"eth0","lladdr":"02:00:00:00:00:09","router":null,"state":["PERMANENT"],
      "protocol":"static"},{"dst":"0.0.0.0","dev":"mv0","lladdr":"08","state":["NOARP"]}]`;
    const proxy = '[{"dst":"fd00::99","dev":"eth0","proxy":null}]';
    expect(stateOf({ neigh, proxy }).neighbors).toStrictEqual([
      {
        ifindex: 2,
        family: 'inet',
        dst: '10.0.0.9',
        state: ['permanent'],
        flags: ['router'],
        lladdr: '02:00:00:00:00:09',
        protocol: 'static',
      },
      { ifindex: 4, family: 'inet', dst: '0.0.0.0', state: ['noarp'], flags: [] },
      { ifindex: 2, family: 'inet6', dst: 'fd00::99', state: [], flags: ['proxy'] },
    ]);
  });

  test('nexthop objects and groups', () => {
    const nexthop = `[{"id":5,"gateway":"fe80::9","dev":"eth0","scope":"link","protocol":"static","flags":["onlink"]},
      {"id":6,"blackhole":null,"flags":[]},{"id":7,"group":[{"id":5,"weight":3},{"id":6}],"flags":[]}]`;
    expect(stateOf({ nexthop }).nexthops).toStrictEqual([
      {
        id: 5,
        family: 'inet6',
        protocol: 'static',
        scope: 'link',
        flags: ['onlink'],
        oif: 2,
        gateway: 'fe80::9',
      },
      { id: 6, family: 'inet', protocol: 'unspec', scope: 'global', flags: [], blackhole: true },
      {
        id: 7,
        family: 'unspec',
        protocol: 'unspec',
        scope: 'global',
        flags: [],
        group: [
          { id: 5, weight: 3 },
          { id: 6, weight: 1 },
        ],
        other: { 3: '0000' },
      },
    ]);
  });
});

describe('rules and neighbors of newer iproute2', () => {
  test('a rule with a key that nobody knows is not the rule without it', () => {
    const rule = '[{"priority":9,"src":"all","planet":"mars","table":"main"}]';
    expect(stateOf({ rule }).rules[0]?.other).toStrictEqual({ planet: 'mars' });
    expect(notesOf({ rule })).toStrictEqual([
      'rule[0]: `ip -j -d -4 rule` has "planet" here, which netplan does not know: the rule is taken for one that it does not understand',
    ]);
  });

  test('a class of service is a number, one of iproute2’s names, or one that only the host knows', () => {
    const of = (dscp: string) =>
      stateOf({ rule: `[{"priority":9,"src":"all","dscp":"${dscp}","table":"main"}]` }).rules[0];
    expect(['AF41', 'EF', '10'].map((text) => of(text)?.dscp)).toStrictEqual([34, 46, 10]);
    expect(of('mine')).toMatchObject({ other: { 25: 'mine' } });
  });

  test('flags and counters of neighbors', () => {
    const neigh = `[{"dst":"10.0.0.1","dev":"eth0","lladdr":"02:00:00:00:00:01","extern_learn":null,"extern_valid":null,
      "refcnt":1,"used":2,"confirmed":3,"updated":4,"probes":5,"state":["STALE"]}]`;
    expect(notesOf({ neigh })).toStrictEqual([]);
    expect(stateOf({ neigh }).neighbors[0]?.flags).toStrictEqual(['extern_learn', 'ext_validated']);
  });

  test('nexthop objects with an encapsulation and hardware counters', () => {
    const nexthop =
      '[{"id":5,"encap":"mpls","dst":"100","dev":"eth0","hw_stats":{"enabled":false}}]';
    expect(notesOf({ nexthop })).toStrictEqual([]);
    expect(stateOf({ nexthop }).nexthops[0]?.other).toStrictEqual({ 8: 'mpls' });
  });
});

describe('the document', () => {
  const documentOf = (texts: Readonly<Record<string, string>>): string =>
    `{${Object.entries(texts).map(([part, text]) => `"${part}":\n${text}`)}}`;

  test('is read as one text, with lines, and told from the others', () => {
    const read = readIproute2Document(
      documentOf(parts({ route: '[{"dst":"default","dev":"eth9"}]' })),
    );
    expect(read !== null && E.isLeft(read) && read.left).toMatchObject([
      { path: 'route[0].dev', line: ADDR.split('\n').length + 2 },
    ]);
    for (const text of ['{}', '[]', '5', 'a: b', '{"addr":[],"kind":"NamespaceState"}', '{"addr":'])
      expect(readIproute2Document(text)).toBeNull();
  });

  test.each([
    ['ip -j -d addr', ADDR],
    ['ip -j -d -4 route show table all', '[{"dst":"default","gateway":"10.0.0.1"}]'],
    ['ip -j -d -6 route show table all', '[{"dst":"fe80::/64","dev":"eth0"}]'],
    ['ip -j neigh show nud all', '[{"dst":"fe80::1","dev":"eth0","lladdr":"02:00:00:00:00:01"}]'],
    ['ip -j -d -4 rule', '[{"priority":0,"src":"all"}]'],
    ['ip -j -d nexthop', '[{"id":1,"blackhole":null}]'],
  ])('%s alone is refused, with all commands', (command, text) => {
    const read = readIproute2Document(text);
    const errors = read !== null && E.isLeft(read) ? read.left.map(describeIproute2Error) : [];
    expect(errors).toMatchObject([
      {
        code: 'iproute2/one-output',
        summary: expect.stringContaining(command),
        remedy: expect.stringContaining('ip -j -d -6 route show table all > DIR/route6.json'),
      },
    ]);
  });

  test('without a required part is refused, with the command', () => {
    expect(
      refused({ addr: ADDR }).map(({ path, code, remedy }) => [path, code, remedy]),
    ).toStrictEqual(
      [
        ['route', 'ip -j -d -4 route show table all'],
        ['route6', 'ip -j -d -6 route show table all'],
        ['neigh', 'ip -j neigh show nud all'],
      ].map(([path, command]) => [
        path,
        'iproute2/missing-part',
        `add "${path}", the output of \`${command}\`; [] says that there is none`,
      ]),
    );
  });

  test('outputs of commands that failed are each named', () => {
    const failed = (texts: Readonly<Record<string, string>>) =>
      refused(texts).map(({ code, path }) => `${path} ${code}`);
    expect(failed({ addr: '', route: '', route6: ' ', neigh: '\n', nexthop: '' })).toStrictEqual([
      'addr iproute2/no-output',
      'route iproute2/no-output',
      'route6 iproute2/no-output',
      'neigh iproute2/no-output',
    ]);
    const texts = { route: 'Error: argument "table"', neigh: 'Object "neigh" is unknown' };
    expect(failed(parts(texts))).toStrictEqual(['route iproute2/text', 'neigh iproute2/text']);
    expect(failed(parts({ route: '', route6: '' }))).toStrictEqual([
      'route iproute2/no-output',
      'route6 iproute2/no-output',
    ]);
  });

  test('no output is none where the kernel may have nothing to list', () => {
    const addr = ADDR.replace(/,\{"family":"inet6"[^}]*\}/, '');
    const nothing = { addr, route6: '', proxy: '', rule6: '', nexthop: '' };
    expect(stateOf(nothing)).toStrictEqual(stateOf({ addr }));
  });

  test.each(['null', '[]'])('%s for addr is no namespace', (addr) => {
    const read = readIproute2Document(documentOf(parts({ addr })));
    expect(read).toMatchObject({ left: [{ _tag: 'NoOutput', part: 'addr' }] });
  });

  test('a part that no netplan knows is told', () => {
    const read = readIproute2Document(documentOf({ ...parts(), tcp_metrics: '[]' }));
    expect(
      read !== null && E.isRight(read) && read.right.notes.map(describeIproute2Note),
    ).toMatchObject([
      { code: 'iproute2/unknown-key', summary: expect.stringContaining('"tcp_metrics"') },
    ]);
  });

  test('is a state that can be written and read, and nothing in it makes the reader throw', () => {
    const junk = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(junk, junk, junk, (addr, route, rule) => {
        const result = readIproute2({ ...parts(), addr, route, rule });
        if (E.isRight(result)) expect(NamespaceState.is(result.right.state)).toBe(true);
        else
          for (const error of result.left) expect(describeIproute2Error(error).remedy).not.toBe('');
      }),
    );
    expect(NamespaceState.is(stateOf())).toBe(true);
  });
});
