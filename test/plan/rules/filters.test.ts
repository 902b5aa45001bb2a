/** What becomes of filters and settings: lost where the sandbox would let through or send what the kernel does not. */

import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { FilterChain, LinkFilter, Sysctl } from '../../../src/plan/model/filters.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { decide } from '../../../src/plan/rules/decide.js';
import { stateOf } from '../../support/fixtures.js';
import { address, link, lo, route, state } from '../../support/states.js';

const oneLink = state({
  links: [lo, link(2, 'eth0'), link(3, 'eth1', { flags: ['BROADCAST'] })],
  addresses: [address(2, '192.0.2.2/24')],
  routes: [route('0.0.0.0/0', { gateway: '192.0.2.1', oif: 2 })],
});
const twoLinks = state({
  links: [lo, link(2, 'eth0'), link(3, 'eth1')],
  addresses: [address(2, '192.0.2.2/24'), address(3, '198.51.100.2/24')],
  routes: oneLink.routes,
});

const chain = (more: Partial<FilterChain> = {}): FilterChain => ({
  framework: 'nftables',
  family: 'ip',
  table: 'filter',
  chain: 'INPUT',
  hook: 'input',
  priority: 0,
  policy: 'accept',
  rules: 1,
  actions: ['drop'],
  digest: '00',
  ...more,
});

const codesOf = (given: NamespaceState): Readonly<Record<string, string>> => {
  const decision = decide({}, given);
  if (E.isLeft(decision)) throw new Error(JSON.stringify(decision.left));
  const { objects, losses } = decision.right.plan;
  return Object.fromEntries([
    ...objects.map(({ object, code }) => [object, code] as const),
    ...losses.map(({ path, code }) => [`loss ${path} ${code}`, code] as const),
  ]);
};

const codeOf = (given: NamespaceState, path: string): string => codesOf(given)[path] ?? '';
const ofChain = (more: Partial<FilterChain>): string =>
  codeOf({ ...oneLink, netfilter: [chain(more)] }, 'netfilter[0]');

describe('chains', () => {
  test.each([
    ['with rules', {}, 'dropped/netfilter'],
    ['without rules that drops', { rules: 0, policy: 'drop' }, 'dropped/netfilter'],
    ['without rules that accepts', { rules: 0 }, 'dropped/netfilter-idle'],
    ['of a table that is switched off', { dormant: true }, 'dropped/netfilter-dormant'],
    ['of a bridge', { family: 'bridge', hook: 'forward' }, 'dropped/filter-on-link'],
    [
      'that sees frames leave a link',
      { family: 'netdev', hook: 'egress', devices: ['eth0'] },
      'dropped/filter-on-link',
    ],
    [
      'that sees frames come to a link',
      { family: 'netdev', hook: 'ingress', devices: ['eth1', 'eth0'] },
      'dropped/netfilter',
    ],
    [
      'for links that are not handed over',
      { family: 'inet', hook: 'ingress', devices: ['eth1'] },
      'dropped/filter-elsewhere',
    ],
  ] as const)('one %s', (_, more, code) => {
    expect(ofChain(more)).toBe(code);
  });

  const dns = {
    kind: 'dnat',
    destination: trusted.ipAddress('127.0.0.11'),
    to: trusted.ipAddress('127.0.0.11'),
  };

  test("docker's alone is its DNS server, among other rules it is that too", () => {
    expect(ofChain({ actions: ['dnat'], translations: [dns] })).toBe('dropped/docker-dns');
    const others = chain({
      actions: ['dnat', 'redirect'],
      translations: [dns, { kind: 'redirect' }],
    });
    const codes = codesOf({ ...oneLink, netfilter: [others] });
    expect(codes['netfilter[0]']).toBe('dropped/netfilter');
    expect(codes).toHaveProperty(['loss netfilter[0] dropped/docker-dns']);
    const dropping = chain({ actions: ['dnat', 'drop'], translations: [dns] });
    expect(codeOf({ ...oneLink, netfilter: [dropping] }, 'netfilter[0]')).toBe('dropped/netfilter');
  });

  test('what docker does to every container is no other loss than its DNS server', () => {
    const decision = decide({}, stateOf('docker-embedded-dns'));
    if (E.isLeft(decision)) throw new Error('refused');
    expect(decision.right.plan.losses.map(({ code }) => code)).toStrictEqual([
      'dropped/docker-dns',
      'dropped/docker-dns',
    ]);
  });
});

describe('filters of links', () => {
  const filter = (ifindex: number, hook: LinkFilter['hook']): LinkFilter => ({
    ifindex: trusted.ifIndex(ifindex),
    hook,
    kinds: ['bpf'],
    filters: 1,
    digest: '00',
  });

  test.each([
    [2, 'ingress', 'dropped/link-filter'],
    [2, 'egress', 'dropped/filter-on-link'],
    [2, 'xdp', 'dropped/filter-on-link'],
    [3, 'ingress', 'dropped/filter-elsewhere'],
  ] as const)('link %i, %s: %s', (ifindex, hook, code) => {
    const given = { ...oneLink, linkFilters: [filter(ifindex, hook)] };
    expect(codeOf(given, 'linkFilters[0]')).toBe(code);
  });

  test('one of a link that the state does not have contradicts it', () => {
    const decision = decide({}, { ...oneLink, linkFilters: [filter(9, 'xdp')] });
    expect(decision).toMatchObject(E.left([{ _tag: 'InconsistentState' }]));
  });
});

describe('settings', () => {
  const setting = (key: string, value: string, ifindex?: number): Sysctl => ({
    key,
    value,
    ...(ifindex === undefined ? {} : { ifindex: trusted.ifIndex(ifindex) }),
  });
  const judged = (given: NamespaceState, ...sysctls: ReadonlyArray<Sysctl>): string =>
    codeOf({ ...given, sysctls }, 'sysctls[0]');

  test.each([
    ['net.ipv4.ip_forward', '1'],
    ['net.ipv4.conf.all.rp_filter', '1'],
    ['net.ipv4.conf.all.arp_announce', '2'],
  ])('%s decides nothing with one link and a default route', (key, value) => {
    expect(judged(oneLink, setting(key, value))).toBe('dropped/sysctl-idle');
    expect(judged(twoLinks, setting(key, value))).toBe('dropped/sysctl');
  });

  test('rp_filter without a default route drops what comes from elsewhere', () => {
    const local = { ...oneLink, routes: [] };
    expect(judged(local, setting('net.ipv4.conf.*.rp_filter', '2', 2))).toBe('dropped/sysctl');
  });

  test('src_valid_mark is a matter of rp_filter', () => {
    const mark = setting('net.ipv4.conf.all.src_valid_mark', '1');
    expect(judged(twoLinks, mark)).toBe('dropped/sysctl-idle');
    const reverse = setting('net.ipv4.conf.*.rp_filter', '1', 2);
    expect(judged(twoLinks, mark, reverse)).toBe('dropped/sysctl');
  });

  test.each([
    ['net.ipv4.ip_unprivileged_port_start', '0', 'dropped/sysctl-same'],
    ['net.ipv4.ip_unprivileged_port_start', '2000', 'dropped/sysctl'],
    ['net.ipv4.ping_group_range', '0 2147483647', 'dropped/sysctl-same'],
    ['net.ipv4.conf.all.arp_ignore', '1', 'dropped/sysctl-same'],
    ['net.ipv4.conf.all.arp_ignore', '2', 'dropped/sysctl'],
    ['net.ipv4.ip_local_port_range', '2000 3000', 'dropped/sysctl'],
    ['net.ipv4.tcp_keepalive_time', '600', 'dropped/sysctl'],
  ])('%s %s: %s', (key, value, code) => {
    expect(judged(twoLinks, setting(key, value))).toBe(code);
  });

  test('IPv6 switched off is a loss where an IPv6 address is handed over nevertheless', () => {
    const off = setting('net.ipv6.conf.*.disable_ipv6', '1', 2);
    expect(judged(oneLink, off)).toBe('dropped/sysctl-idle');
    const addresses = [...oneLink.addresses, address(2, '2001:db8::2/64')];
    expect(judged({ ...oneLink, addresses }, off)).toBe('dropped/sysctl');
  });

  test('those of a link that is not handed over stay with it', () => {
    const off = setting('net.ipv4.conf.*.proxy_arp', '1', 3);
    expect(judged(oneLink, off)).toBe('dropped/filter-elsewhere');
    expect(judged(twoLinks, off)).toBe('dropped/sysctl');
  });
});
