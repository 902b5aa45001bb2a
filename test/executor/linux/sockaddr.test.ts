import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packetMreq } from '../../../src/executor/linux/packet-socket.js';
import {
  sockaddrLl,
  sockaddrNl,
  sockaddrUnAbstract,
  sockaddrUnFile,
} from '../../../src/executor/linux/sockaddr.js';
import { trusted } from '../../../src/plan/model/scalars.js';

const hex = (bytes: Uint8Array | null) =>
  bytes === null ? null : Buffer.from(bytes).toString('hex');

// Written down for a little-endian machine, as all that Node is built for are but s390x and ppc64.
describe('socket addresses', () => {
  test('sockaddr_ll has its protocol in network order and the rest in host order', () => {
    expect(hex(sockaddrLl(trusted.ifIndex(0x01020304), 3))).toBe(
      '1100000304030201000000000000000000000000',
    );
  });

  test('sockaddr_nl asks for a port id of the kernel’s choice', () => {
    expect(hex(sockaddrNl())).toBe('100000000000000000000000');
  });

  test('sockaddr_un of a file ends in a NUL', () => {
    expect(hex(sockaddrUnFile('/a'))).toBe('01002f6100');
    expect(sockaddrUnFile('/a\0b')).toBeNull();
  });

  test('sockaddr_un of an abstract name begins with a NUL and ends where it is told to', () => {
    expect(hex(sockaddrUnAbstract('ab', false))).toBe('0100006162');
    expect(hex(sockaddrUnAbstract('ab', true))).toBe('010000616200');
  });

  test('a name fits exactly as long as its UTF-8 bytes fit 108', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 120 }).filter((s) => !s.includes('\0'));
    fc.assert(
      fc.property(name, (s) => {
        const bytes = Buffer.byteLength(s);
        expect(sockaddrUnFile(s)?.length ?? null).toBe(bytes <= 107 ? bytes + 3 : null);
        expect(sockaddrUnAbstract(s, true)?.length ?? null).toBe(bytes <= 106 ? bytes + 4 : null);
        expect(sockaddrUnAbstract(s, false)?.length ?? null).toBe(bytes <= 107 ? bytes + 3 : null);
      }),
    );
  });

  test('packet_mreq has room for 8 bytes of address, or for as many as there are', () => {
    const ifindex = trusted.ifIndex(2);
    expect(hex(packetMreq(ifindex, trusted.linkAddress('33:33:ff:00:00:02')))).toBe(
      '02000000000006003333ff0000020000',
    );
    const infiniband = trusted.linkAddress(Array(20).fill('ab').join(':'));
    expect(hex(packetMreq(ifindex, infiniband))).toBe(`0200000000001400${'ab'.repeat(20)}`);
  });
});
