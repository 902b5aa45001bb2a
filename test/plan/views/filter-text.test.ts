import { expect, test } from 'vitest';
import type { FilterChain, Translation } from '../../../src/plan/model/filters.js';
import { NO_NAMES } from '../../../src/plan/model/link-names.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { filterText, translationText } from '../../../src/plan/views/filter-text.js';

const ip = trusted.ipAddress;
const names = new Map([[2, 'eth0']]);

const chain: FilterChain = {
  framework: 'nftables',
  family: 'inet',
  table: 'fw',
  chain: 'input',
  hook: 'input',
  priority: -5,
  policy: 'drop',
  rules: 11,
  actions: ['accept', 'reject'],
  digest: 'e7aa20463a267c22',
  type: 'filter',
};

test('a chain is one line that names table, chain, hook, policy, rules and what they do', () => {
  expect(filterText(NO_NAMES, { chain })).toBe(
    'nftables inet table fw chain input: type filter hook input priority -5 policy drop, 11 rules (accept, reject)',
  );
  const { type: _, ...legacy } = chain;
  const more = {
    framework: 'iptables' as const,
    dormant: true,
    devices: ['eth0', 'eth1'],
    rules: 1,
    actions: [],
    partial: true,
  };
  expect(filterText(NO_NAMES, { chain: { ...legacy, ...more } })).toBe(
    'iptables-legacy inet table fw chain input: dormant hook input dev eth0,eth1 priority -5 policy drop, at least 1 rule',
  );
});

test('of many translations three are shown, the others counted', () => {
  const one: Translation = { kind: 'dnat', destination: ip('192.0.2.1') };
  const text = (count: number) =>
    filterText(NO_NAMES, {
      chain: { ...chain, translations: Array<Translation>(count).fill(one) },
    });
  expect(text(3)).toMatch(/; (dnat 192\.0\.2\.1(, )?){3}$/);
  expect(text(5)).toMatch(/192\.0\.2\.1 and 2 more$/);
});

test.each([
  [{ kind: 'masquerade' }, 'masquerade'],
  [
    {
      kind: 'dnat',
      protocol: 'udp',
      destination: ip('127.0.0.11'),
      destinationPort: 53,
      to: ip('127.0.0.11'),
      toPort: 36527,
    },
    'dnat udp 127.0.0.11:53 to 127.0.0.11:36527',
  ],
  [
    { kind: 'snat', source: ip('127.0.0.11'), sourcePort: 9, toPort: 53 },
    'snat from 127.0.0.11:9 to :53',
  ],
  [
    { kind: 'dnat', destination: ip('2001:db8::7'), destinationPort: 80, to: ip('2001:db8::1') },
    'dnat [2001:db8::7]:80 to 2001:db8::1',
  ],
] as const)('%o', (translation, text) => {
  expect(translationText(translation)).toBe(text);
});

test('the other kinds, with links by their names', () => {
  const ifindex = trusted.ifIndex(2);
  const digest = '00';
  const ipsec = { direction: 'in', policies: 2, blocking: 1, digest };
  expect(filterText(names, { ipsec })).toBe('ipsec in: 2 policies (1 blocking)');
  const tc = { ifindex, hook: 'ingress', kinds: ['bpf', 'u32'], filters: 3, digest } as const;
  expect(filterText(names, { linkFilter: tc })).toBe(
    'tc ingress on eth0: 3 classifiers (bpf, u32)',
  );
  const xdp = { ...tc, hook: 'xdp', kinds: ['native'], filters: 1 } as const;
  expect(filterText(names, { linkFilter: xdp })).toBe('xdp program on eth0 (native)');
  const sysctl = { key: 'net.ipv4.conf.*.rp_filter', value: '1', ifindex };
  expect(filterText(names, { sysctl })).toBe('sysctl net.ipv4.conf.eth0.rp_filter = 1');
  expect(filterText(names, { sysctl: { key: 'net.ipv4.ip_forward', value: '1' } })).toBe(
    'sysctl net.ipv4.ip_forward = 1',
  );
});
