/** The questions of a probe byte by byte, and what an answer says. */
import { expect, test } from 'vitest';
import { encodeArp } from '../../../../src/executor/frames/arp.js';
import { ETH_P_ARP, ETH_P_IPV6, encodeEthernet } from '../../../../src/executor/frames/ethernet.js';
import { encodeIcmp6 } from '../../../../src/executor/frames/icmp.js';
import { encodeIpv6, IPPROTO_ICMPV6 } from '../../../../src/executor/frames/ipv6.js';
import { ALL_NODES, encodeAdvertisement } from '../../../../src/executor/frames/ndp.js';
import { claimOf, probeFrame } from '../../../../src/executor/handover/probe/frames.js';
import { parseAddress } from '../../../../src/plan/model/address.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (address: string): Uint8Array => {
  const parsed = parseAddress(address);
  if (parsed === null) throw new Error(address);
  return parsed;
};
const MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
const OTHER = Uint8Array.of(2, 0, 0, 0, 0, 0xfe);

test('IPv4 is asked for by an ARP probe to all, from no address', () => {
  const frame = probeFrame({ mac: MAC, linkLocal: null }, bytes('10.0.0.2'));
  expect(hex(frame)).toBe(
    'ffffffffffff' +
      '020000000001' +
      '0806' +
      '0001080006040001' +
      '02000000000100000000' +
      '0000000000000a000002',
  );
});

test('IPv6 is asked for from the link-local address, with the MAC to answer to', () => {
  const asker = { mac: MAC, linkLocal: bytes('fe80::1') };
  const frame = hex(probeFrame(asker, bytes('fd00::ab:cdef')));
  expect(frame.slice(0, 28)).toBe('3333ffabcdef02000000000186dd');
  expect(frame.slice(28, 44)).toBe('6000000000203aff');
  expect(frame.slice(44, 76)).toBe(hex(bytes('fe80::1')));
  expect(frame.slice(76, 108)).toBe(hex(bytes('ff02::1:ffab:cdef')));
  expect(frame.slice(108, 112)).toBe('8700');
  expect(frame.slice(124)).toBe(`${hex(bytes('fd00::ab:cdef'))}0101020000000001`);
});

test('without a link-local address, from :: and without a MAC', () => {
  const frame = hex(probeFrame({ mac: MAC, linkLocal: null }, bytes('fd00::2')));
  expect(frame.slice(28, 44)).toBe('6000000000183aff');
  expect(frame.slice(44, 76)).toBe('0'.repeat(32));
  expect(frame.slice(124)).toBe(hex(bytes('fd00::2')));
});

const arp = (operation: number): Uint8Array =>
  encodeEthernet({
    destination: MAC,
    source: MAC,
    type: ETH_P_ARP,
    payload: encodeArp({
      operation,
      senderMac: OTHER,
      senderAddress: bytes('10.0.0.2'),
      targetMac: MAC,
      targetAddress: bytes('0.0.0.0'),
    }),
  });

const advertisement = (hopLimit: number): Uint8Array => {
  const ends = { source: bytes('fe80::2'), destination: ALL_NODES };
  const payload = encodeIcmp6(encodeAdvertisement(bytes('fd00::2'), OTHER, false), ends);
  return encodeEthernet({
    destination: MAC,
    source: MAC,
    type: ETH_P_IPV6,
    payload: encodeIpv6({ ...ends, nextHeader: IPPROTO_ICMPV6, hopLimit, payload }),
  });
};

test.each([
  ['an ARP reply', arp(2), { address: '10.0.0.2', mac: '02:00:00:00:00:fe' }],
  ['an ARP request in its name', arp(1), { address: '10.0.0.2', mac: '02:00:00:00:00:fe' }],
  ['an advertisement', advertisement(255), { address: 'fd00::2', mac: '02:00:00:00:00:fe' }],
  ['an advertisement that was forwarded', advertisement(254), null],
  ['a solicitation', probeFrame({ mac: MAC, linkLocal: bytes('fe80::1') }, bytes('fd00::2')), null],
  ['a stump', new Uint8Array(9), null],
])('%s', (_, frame, claim) => {
  expect(claimOf(frame)).toStrictEqual(claim);
});
