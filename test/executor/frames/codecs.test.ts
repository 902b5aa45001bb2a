import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeArp, encodeArp } from '../../../src/executor/frames/arp.js';
import { checksumOf, sum16 } from '../../../src/executor/frames/checksum.js';
import { decodeEthernet, ETH_HLEN, encodeEthernet } from '../../../src/executor/frames/ethernet.js';
import {
  decodeIcmp,
  decodeIcmp6,
  encodeIcmp,
  encodeIcmp6,
} from '../../../src/executor/frames/icmp.js';
import { decodeIpv4, encodeIpv4 } from '../../../src/executor/frames/ipv4.js';
import { decodeIpv6, encodeIpv6 } from '../../../src/executor/frames/ipv6.js';
import {
  decodeNdp,
  encodeAdvertisement,
  encodeSolicitation,
  multicastMac,
  solicitedNodeGroup,
} from '../../../src/executor/frames/ndp.js';
import { takeVnetHeader, withVnetHeader } from '../../../src/executor/frames/virtio-net.js';
import { HOST_LE } from '../../../src/executor/linux/byte-order.js';
import { captured, hex } from '../../sandbox/wire.js';

const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
const u16 = fc.nat(0xffff);
const payload = fc.uint8Array({ maxLength: 200 });
const packetOf = (frame: Uint8Array) => frame.subarray(ETH_HLEN);

/** `frame` with one byte changed. */
const damaged = (frame: Uint8Array, offset: number): Uint8Array => {
  const out = frame.slice();
  out[offset] = (out[offset] ?? 0) ^ 0x10;
  return out;
};

describe('checksum', () => {
  test('RFC 1071 section 3: the example sums to ddf2', () => {
    expect(checksumOf(sum16(hex('0001 f203 f4f5 f6f7')))).toBe(0xddf2 ^ 0xffff);
  });

  test('over bytes and their own checksum it is 0, wherever they are split', () => {
    fc.assert(
      fc.property(payload, fc.nat(100), (data, at) => {
        const checksum = checksumOf(sum16(data, 2 * at));
        const split = 2 * Math.min(at, data.length >> 1);
        const parts = sum16(data.subarray(split), sum16(data.subarray(0, split), 2 * at));
        expect(checksumOf(parts + checksum)).toBe(0);
      }),
    );
  });
});

describe('codecs', () => {
  test('ethernet: encode inverts decode', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 14, maxLength: 100 }), (frame) => {
        const decoded = decodeEthernet(frame);
        expect(decoded === null ? null : encodeEthernet(decoded)).toStrictEqual(frame);
      }),
    );
  });

  test('arp: encode inverts decode, padding is left out, other hardware is not decoded', () => {
    const packet = packetOf(captured.arpRequest);
    const padded = new Uint8Array(46);
    padded.set(packet);
    const decoded = decodeArp(padded);
    expect(decoded === null ? null : encodeArp(decoded)).toStrictEqual(packet);
    for (const offset of [1, 2, 4, 5]) expect(decodeArp(damaged(packet, offset))).toBeNull();
  });

  test('ipv4: decode inverts encode', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        bytes(4),
        bytes(4),
        payload,
        (protocol, source, destination, data) => {
          const packet = { protocol, source, destination, payload: data };
          expect(decodeIpv4(encodeIpv4(packet))).toStrictEqual(packet);
        },
      ),
    );
  });

  test('ipv4: options are skipped, and padding after the packet', () => {
    const packet = hex('46000020 00000000 40010000 c0000201 c0000202 94040000 0800f7ff 00000000');
    const checksum = checksumOf(sum16(packet.subarray(0, 24)));
    packet.set([checksum >> 8, checksum & 0xff], 10);
    expect(decodeIpv4(Uint8Array.of(...packet, 1, 2, 3))?.payload).toStrictEqual(
      hex('0800f7ff 00000000'),
    );
  });

  test.each([
    ['version', 0, 0x10],
    ['header shorter than 20', 0, 0x04],
    ['length over the frame', 2, 0x10],
    ['length under the header', 3, 0x34],
    ['more fragments', 6, 0x20],
    ['fragment offset', 7, 0x01],
  ])('ipv4: null for %s, whatever the checksum', (_, offset, flip) => {
    const packet = packetOf(captured.echo).slice();
    packet[offset] = (packet[offset] ?? 0) ^ flip;
    packet.set([0, 0], 10);
    const checksum = checksumOf(sum16(packet.subarray(0, 20)));
    packet.set([checksum >> 8, checksum & 0xff], 10);
    expect(decodeIpv4(packet)).toBeNull();
  });

  test('ipv4: null for any single damage to the header', () => {
    for (let offset = 0; offset < 20; offset++)
      expect(decodeIpv4(damaged(packetOf(captured.echo), offset))).toBeNull();
  });

  test('ipv6: decode inverts encode', () => {
    const byte = fc.nat(255);
    fc.assert(
      fc.property(byte, byte, bytes(16), bytes(16), payload, (nextHeader, hopLimit, a, b, data) => {
        const packet = { nextHeader, hopLimit, source: a, destination: b, payload: data };
        expect(decodeIpv6(encodeIpv6(packet))).toStrictEqual(packet);
      }),
    );
  });

  test('icmp: as Linux sends it, and null for any single damage', () => {
    const message = packetOf(captured.echo).subarray(20);
    const decoded = decodeIcmp(message);
    expect(decoded?.type).toBe(8);
    expect(decoded === null ? null : encodeIcmp(decoded)).toStrictEqual(message);
    for (let offset = 0; offset < message.length; offset++)
      expect(decodeIcmp(damaged(message, offset))).toBeNull();
  });

  test('icmp6: as Linux sends it, and null when the addresses or the message are damaged', () => {
    const packet = packetOf(captured.echo6);
    const decoded = decodeIpv6(packet);
    const message = decoded === null ? null : decodeIcmp6(decoded);
    expect(
      decoded === null || message === null ? null : encodeIcmp6(message, decoded),
    ).toStrictEqual(packet.subarray(40));
    for (let offset = 8; offset < packet.length; offset++) {
      const broken = decodeIpv6(damaged(packet, offset));
      expect(broken === null ? null : decodeIcmp6(broken)).toBeNull();
    }
  });

  test('ndp: decode inverts encode', () => {
    fc.assert(
      fc.property(bytes(16), bytes(6), fc.boolean(), (target, mac, solicited) => {
        expect(decodeNdp(encodeSolicitation(target, mac))).toStrictEqual({
          kind: 'solicitation',
          target,
          linkAddress: mac,
        });
        expect(decodeNdp(encodeAdvertisement(target, mac, solicited))).toStrictEqual({
          kind: 'advertisement',
          target,
          linkAddress: mac,
        });
      }),
    );
  });

  test('ndp: other options are passed over; an empty or long one spoils the message', () => {
    const fixed = new Uint8Array(20);
    const solicitation = (options: string) =>
      decodeNdp({ type: 135, code: 0, body: Uint8Array.of(...fixed, ...hex(options)) });
    expect(solicitation('')?.linkAddress).toBeNull();
    expect(solicitation('0e01 010203040506 0101 0a0b0c0d0e0f')?.linkAddress).toStrictEqual(
      hex('0a0b0c0d0e0f'),
    );
    expect(solicitation('0201 0a0b0c0d0e0f')?.linkAddress).toBeNull();
    expect(solicitation('0100 0a0b0c0d0e0f')).toBeNull();
    expect(solicitation('0102 0a0b0c0d0e0f')).toBeNull();
  });

  test('ndp: groups of RFC 4291 2.7.1 and RFC 2464 7', () => {
    const group = solicitedNodeGroup(hex('20010db8 00000000 00000000 00abcdef'));
    expect(group).toStrictEqual(hex('ff02 0000 0000 0000 0000 0001 ffab cdef'));
    expect(multicastMac(group)).toStrictEqual(hex('3333 ffab cdef'));
  });
});

describe('virtio_net_hdr', () => {
  /** The header that a packet with a partial checksum has: NEEDS_CSUM, start and offset of the field. */
  const partial = (start: number, offset: number): Uint8Array => {
    const header = new Uint8Array(10);
    const view = new DataView(header.buffer);
    view.setUint8(0, 1);
    view.setUint16(6, start, HOST_LE);
    view.setUint16(8, offset, HOST_LE);
    return header;
  };

  test('take inverts with', () => {
    fc.assert(
      fc.property(payload, (frame) => {
        expect(takeVnetHeader(withVnetHeader(frame))).toStrictEqual(frame);
      }),
    );
  });

  test('completes a partial checksum', () => {
    const { echo } = captured;
    const unfinished = echo.slice();
    unfinished.set([0, 0], 36); // ICMP has no pseudo-header, so its partial sum is 0
    expect(takeVnetHeader(Uint8Array.of(...partial(34, 2), ...unfinished))).toStrictEqual(echo);
  });

  test('null when the checksum would lie outside the frame', () => {
    fc.assert(
      fc.property(u16, u16, payload, (start, offset, frame) => {
        const taken = takeVnetHeader(Uint8Array.of(...partial(start, offset), ...frame));
        expect(taken === null).toBe(start + offset + 2 > frame.length);
      }),
    );
  });
});

test('no bytes make a decoder throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(255), (wire, type) => {
      const packet = decodeIpv6(wire);
      if (packet !== null) decodeIcmp6(packet);
      decodeNdp({ type: 135 + (type & 1), code: 0, body: wire });
      for (const decode of [decodeEthernet, decodeArp, decodeIpv4, decodeIcmp, takeVnetHeader])
        decode(wire.slice());
    }),
  );
});
