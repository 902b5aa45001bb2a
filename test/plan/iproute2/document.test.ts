import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { describeDocumentError, readDocument } from '../../../src/plan/documents/read.js';
import {
  Iproute2,
  iproute2Document,
  isIproute2,
  readIproute2,
} from '../../../src/plan/iproute2/document.js';
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

const stateOf = (more: Readonly<Record<string, string>> = {}): NamespaceState => {
  const state = readIproute2(parts(more));
  if (E.isLeft(state)) throw new Error(JSON.stringify(state.left));
  return state.right;
};
const refusal = (more: Readonly<Record<string, string>>) => {
  const state = readIproute2(parts(more));
  return E.isLeft(state)
    ? state.left.map(describeDocumentError).map(({ path, summary }) => `${path}: ${summary}`)
    : [];
};

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

  test('without -d is refused: the kinds of links would be missing', () => {
    const addr = ADDR.replaceAll('"promiscuity":0,', '');
    expect(refusal({ addr })).toContain(
      'addr[1].promiscuity: expected U32 (0..4294967295), got nothing',
    );
  });

  test('an unknown key of an address is refused', () => {
    const addr = ADDR.replace('"nodad":true', '"nodda":true');
    expect(refusal({ addr })[0]).toMatch(/^addr\[1\]\.addr_info\[1\]\.nodda: no key "nodda"; /);
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
      '{"dst":"10.0.0.0/8","table":"1000","tos":"0x10","protocol":"77","metric":0}',
      { dst: '10.0.0.0/8', table: 1000, tos: 16, protocol: '77', metric: 0 },
    ],
    [
      '{"dst":"10.0.0.0/8","table":"254","protocol":"2","scope":"253"}',
      { dst: '10.0.0.0/8', protocol: 'kernel', scope: 'link' },
    ],
    [
      '{"dst":"10.0.0.0/8","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0"}',
      { dst: '10.0.0.0/8', gateway: 'fe80::1', oif: 2 },
    ],
    ['{"dst":"10.0.0.0/8","flow":{"from":"3","to":"5"}}', { dst: '10.0.0.0/8', realms: '3/5' }],
    ['{"dst":"10.0.0.0/8","expires":-3}', { dst: '10.0.0.0/8', expires: 0 }],
    ['{"dst":"10.0.0.0/8","nhid":5,"nh_info":{"id":5}}', { dst: '10.0.0.0/8', nhid: 5 }],
    [
      '{"dst":"10.0.0.0/8","metrics":[{"mtu":1450,"rtt":100,"rttvar":20,"rto_min":5,"ecn":null,"congestion":"reno"}]}',
      {
        dst: '10.0.0.0/8',
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
    const json = '{"dst":"2001:db8::1","from":"2001:db8::/32","pref":"high","expires":9}';
    const more = { src: '2001:db8::/32', pref: 'high', expires: 9 };
    expect(route(json, 'route6')).toStrictEqual({
      family: 'inet6',
      ...rest,
      dst: '2001:db8::1/128',
      ...more,
    });
    expect(route('{"dst":"default"}', 'route6')?.dst).toBe('::/0');
  });

  test('every mistake is named with the part it is in', () => {
    const route =
      '[{"dst":"10.0.0.1/8","dev":"eth9","table":"custom","tos":"lowdelay","encap":"mpls"}]';
    expect(refusal({ route, route6: '[{"dst":"10.0.0.0/8"}]', neigh: '5' })).toStrictEqual([
      'route[0].dst: expected a destination of inet, got "10.0.0.1/8"',
      'route[0].tos: expected a number, as `ip -N` prints it, got "lowdelay"',
      'route[0].table: expected main, local, default or the number, as `ip -N` prints it, got "custom"',
      'route[0].dev: expected the name of a link in addr, got "eth9"',
      expect.stringMatching(/^route\[0\]\.encap: no key "encap"; /),
      'route6[0].dst: expected a destination of inet6, got "10.0.0.0/8"',
      'neigh: expected a list of NeighborJson, got 5',
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
      '[{"priority":1,"ipproto":"ospf-like","suppress_ifgroup":"dmz","dscp":"AF11","table":"100"}]';
    expect(stateOf({ rule }).rules).toStrictEqual([
      {
        ...{ family: 'inet', priority: 1, action: 'to_tbl', table: 100 },
        other: { 13: 'dmz', 22: 'ospf-like', 25: 'AF11' },
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

describe('the document', () => {
  test('is read as one text, with lines, and told from the others', () => {
    const text = iproute2Document(parts({ route: '[{"dst":"default","dev":"eth9"}]', rule: '' }));
    const result = readDocument(Iproute2, text);
    expect(E.isLeft(result) && result.left.map(({ path, line }) => [path, line])).toStrictEqual([
      ['route[0].dev', ADDR.split('\n').length + 3],
    ]);
    expect(isIproute2({ addr: [] })).toBe(true);
    expect(isIproute2(stateOf())).toBe(false);
  });

  test('without a required part is refused', () => {
    const result = readIproute2({ addr: ADDR });
    expect(E.isLeft(result) && result.left.map(({ path, code }) => [path, code])).toStrictEqual([
      ['route', 'document/missing-key'],
      ['route6', 'document/missing-key'],
      ['neigh', 'document/missing-key'],
    ]);
  });

  test('is a state that can be written and read, and nothing in it makes the reader throw', () => {
    const junk = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(junk, junk, junk, (addr, route, rule) => {
        const result = readIproute2({ ...parts(), addr, route, rule });
        if (E.isRight(result)) expect(NamespaceState.is(result.right)).toBe(true);
      }),
    );
    expect(NamespaceState.is(stateOf())).toBe(true);
  });
});
