/** Each selector of a rule against packets on both sides of it. */
import { expect, test } from 'vitest';
import { trusted } from '../../../../src/plan/model/scalars.js';
import type { Rule } from '../../../../src/plan/model/state.js';
import { kernelNamespace } from '../../../../src/plan/routing/kernel/namespace.js';
import { flowOf, type Packet } from '../../../../src/plan/routing/kernel/packet.js';
import { matches, readRule } from '../../../../src/plan/routing/kernel/rule-match.js';
import { link, lo, state } from '../../../support/states.js';

const namespace = kernelNamespace(
  state({
    links: [
      lo,
      link(2, 'eth0'),
      link(3, 'eth1'),
      link(4, 'red', { kind: 'vrf' }),
      link(5, 'eth2', { master: 4, masterKind: 'vrf' }),
    ],
  }),
);

type LoosePacket = { readonly [K in keyof Packet]?: string | number };

const isFor = (rule: object, packet: LoosePacket): boolean | null => {
  const whole = { family: 'inet', priority: 9, action: 'nop', ...rule } as Rule;
  const destination = whole.family === 'inet' ? '192.0.2.1' : '2001:db8::1';
  const sent = { destination, ...packet } as Packet;
  return matches(readRule(whole), flowOf(namespace.indexOf)(sent), namespace);
};

type Case = readonly [rule: object, packet: LoosePacket, match: boolean | null];

const INET: ReadonlyArray<Case> = [
  [{}, {}, true],
  [{ dst: '192.0.2.0/31' }, {}, true],
  [{ dst: '192.0.2.2/31' }, {}, false],
  [{ src: '10.0.0.0/8' }, { source: '10.255.255.255' }, true],
  [{ src: '10.0.0.0/8' }, { source: '11.0.0.0' }, false],
  // 0.0.0.0 stands for a source that is not chosen yet
  [{ src: '10.0.0.0/8' }, {}, false],
  [{ src: '0.0.0.0/1' }, {}, true],
  [{ iif: 'lo' }, {}, true],
  [{ iif: 'eth0' }, {}, false],
  [{ iif: 'gone' }, {}, false],
  [{ oif: 'eth0' }, { oif: 'eth0' }, true],
  [{ oif: 'eth0' }, { oif: 'eth1' }, false],
  [{ oif: 'eth0' }, {}, false],
  [{ oif: 'gone' }, { oif: 'eth0' }, false],
  [{ fwmark: 1 }, { mark: 1 }, true],
  [{ fwmark: 1 }, { mark: 3 }, false],
  [{ fwmark: 1 }, {}, false],
  [{ fwmark: 0x10, fwmask: 0xf0 }, { mark: 0x1f }, true],
  [{ fwmark: 0x10, fwmask: 0xf0 }, { mark: 0x2f }, false],
  [{ fwmask: 0xf0 }, { mark: 0x0f }, true],
  [{ fwmask: 0xf0 }, { mark: 0x1f }, false],
  [{ fwmark: 0x8000_0000 }, { mark: 0x8000_0000 }, true],
  [{ tos: 0x10 }, { tos: 0x10 }, true],
  [{ tos: 0x10 }, { tos: 0x11 }, true],
  [{ tos: 0x10 }, { tos: 0xf0 }, true],
  [{ tos: 0x10 }, { tos: 0x18 }, false],
  [{ dscp: 4 }, { tos: 0x10 }, true],
  [{ dscp: 4 }, { tos: 0xf0 }, false],
  [{ dscp: 4, dscpMask: 4 }, { tos: 0x1c }, true],
  [{ dscp: 0, dscpMask: 63 }, { tos: 0x04 }, false],
  [{ uidRange: { start: 1000, end: 1999 } }, { uid: 1000 }, true],
  [{ uidRange: { start: 1000, end: 1999 } }, { uid: 1999 }, true],
  [{ uidRange: { start: 1000, end: 1999 } }, { uid: 2000 }, false],
  [{ uidRange: { start: 1000, end: 1999 } }, {}, false],
  [{ uidRange: { start: 0, end: 999 } }, {}, true],
  [{ ipproto: 6 }, { ipproto: 6 }, true],
  [{ ipproto: 6 }, { ipproto: 17 }, false],
  [{ ipproto: 17 }, {}, true],
  [{ sport: { start: 80, end: 90 } }, { sport: 90 }, true],
  [{ sport: { start: 80, end: 90 } }, { sport: 91 }, false],
  [{ sport: { start: 80, end: 90 } }, {}, false],
  [{ dport: { start: 80, end: 80 } }, { dport: 80 }, true],
  [{ dport: { start: 80, end: 80 } }, { sport: 80 }, false],
  [{ dport: { start: 0x50, end: 0x50 }, dportMask: 0xfff0 }, { dport: 0x5f }, true],
  [{ dport: { start: 0x50, end: 0x50 }, dportMask: 0xfff0 }, { dport: 0x60 }, false],
  [{ tunId: '7' }, {}, false],
  [{ realms: '3/5', protocol: 'static' }, {}, true],
  [{ invert: true }, {}, false],
  [{ invert: true, fwmark: 1 }, {}, true],
  [{ invert: true, fwmark: 1 }, { mark: 1 }, false],
  [{ invert: true, iif: 'gone' }, {}, true],
  [{ fwmark: 1, ipproto: 6 }, { mark: 1 }, false],
  [{ l3mdev: true }, {}, false],
  [{ l3mdev: true }, { oif: 'eth0' }, false],
  // no kernel was asked about a vrf
  [{ l3mdev: true }, { oif: 'eth2' }, null],
  [{ oif: 'red' }, { oif: 'red' }, null],
  // an attribute that is not known: only a selector that fails decides
  [{ other: { 99: '00' } }, {}, null],
  [{ other: { 99: '00' }, fwmark: 1 }, {}, false],
  [{ other: { 99: '00' }, fwmark: 1, invert: true }, {}, true],
  [{ flags: ['permanent'] }, {}, true],
  [{ flags: ['0x20'] }, {}, null],
];

const INET6: ReadonlyArray<Case> = [
  [{ dst: '2001:db8::/127' }, {}, true],
  [{ dst: '2001:db8::2/127' }, {}, false],
  [{ src: '2001:db8::/32' }, { source: '2001:db8:ffff::' }, true],
  // what is not chosen yet is in no prefix
  [{ src: '::/1' }, {}, false],
  [{ src: '::/1', flags: ['find_saddr'] }, {}, null],
  [{ tos: 0x10 }, { tos: 0x13 }, true],
  [{ tos: 0x10 }, { tos: 0xf0 }, false],
  [{ flowlabel: 0x12345, flowlabelMask: 0xfffff }, { flowlabel: 0x12345 }, true],
  [{ flowlabel: 0x12345, flowlabelMask: 0xfffff }, {}, false],
  [{ flowlabel: 0x12300, flowlabelMask: 0xfff00 }, { flowlabel: 0x123ff }, true],
];

test.each(INET)('IPv4 %j, %j: %s', (rule, packet, match) => {
  expect(isFor(rule, packet)).toBe(match);
});

test.each(INET6)('IPv6 %j, %j: %s', (rule, packet, match) => {
  expect(isFor({ family: 'inet6', ...rule }, packet)).toBe(match);
});

test('a link that is not there is none to be bound to', () => {
  const packet = { destination: trusted.ipAddress('192.0.2.1'), oif: trusted.ifName('gone') };
  expect(flowOf(namespace.indexOf)(packet).oif).toBe(-1);
});
