import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeArp } from '../../src/executor/frames/arp.js';
import { checksumOf, sum16 } from '../../src/executor/frames/checksum.js';
import { decodeEthernet, encodeEthernet } from '../../src/executor/frames/ethernet.js';
import { encodeIcmp, encodeIcmp6 } from '../../src/executor/frames/icmp.js';
import { decodeIpv4, encodeIpv4 } from '../../src/executor/frames/ipv4.js';
import { decodeIpv6, encodeIpv6 } from '../../src/executor/frames/ipv6.js';
import { encodeAdvertisement, encodeSolicitation } from '../../src/executor/frames/ndp.js';
import { MAX_NEIGHBORS, MAX_WAITING } from '../../src/sandbox/neighbor-table.js';
import { createStack } from '../../src/sandbox/stack.js';
import { cases } from '../support/cases.js';
import { captured, hex, networkOf, OWN_MAC, PEER_MAC } from './wire.js';

const ethernet = (type: number, payload: Uint8Array, source = PEER_MAC, destination = OWN_MAC) =>
  encodeEthernet({ destination, source, type, payload });

const v4 = (text: string) => Uint8Array.from(text.split('.'), Number);

const ping = (source: Uint8Array, destination = v4('192.0.2.2'), data = hex('0001 0001 abcd')) =>
  ethernet(
    0x800,
    encodeIpv4({
      protocol: 1,
      source,
      destination,
      payload: encodeIcmp({ type: 8, code: 0, body: data }),
    }),
  );

const ping6 = (source: Uint8Array, destination = OWN6) => {
  const ends = { source, destination };
  const payload = encodeIcmp6({ type: 128, code: 0, body: hex('0001 0001 abcd') }, ends);
  return ethernet(0x86dd, encodeIpv6({ ...ends, nextHeader: 58, hopLimit: 64, payload }));
};

const PEER6 = hex('20010db8 00000000 00000000 00000001');
const OWN6 = hex('20010db8 00000000 00000000 00000002');

const arpReply = (address: string, mac: Uint8Array) =>
  ethernet(
    0x806,
    encodeArp({
      operation: 2,
      senderMac: mac,
      senderAddress: v4(address),
      targetMac: OWN_MAC,
      targetAddress: v4('192.0.2.2'),
    }),
    mac,
  );

const answers = (frames: ReadonlyArray<Uint8Array>): Uint8Array => {
  expect(frames).toHaveLength(1);
  return frames[0] ?? new Uint8Array();
};

/** Where a frame goes, as the last byte of its MAC, and the ICMP or ARP inside. */
const destinationOf = (frame: Uint8Array) => Buffer.from(frame.subarray(0, 6)).toString('hex');

describe('answers what Linux asks as Linux answers it', () => {
  test('ARP request', () => {
    const stack = createStack(networkOf());
    expect(stack.receive(0, captured.arpRequest)).toStrictEqual([captured.arpReply]);
    expect(stack.counters).toStrictEqual({ arp: 1, ndp: 0, echo: 0 });
  });

  test('neighbor solicitation', () => {
    const stack = createStack(networkOf());
    expect(stack.receive(0, captured.solicitation)).toStrictEqual([captured.advertisement]);
    expect(stack.counters).toStrictEqual({ arp: 0, ndp: 1, echo: 0 });
  });

  test('echo request: all but identification and fragment bits of the IP header', () => {
    const stack = createStack(networkOf());
    stack.receive(0, captured.arpRequest);
    const reply = answers(stack.receive(0, captured.echo));
    const normal = (frame: Uint8Array) => {
      const out = frame.slice();
      out.set([0, 0, 0, 0], 18); // identification, flags
      out.set([0, 0], 24); // header checksum, proven by decodeIpv4
      return out;
    };
    expect(normal(reply)).toStrictEqual(normal(captured.echoReply));
    expect(decodeIpv4(reply.subarray(14))).not.toBeNull();
    expect(stack.counters.echo).toBe(1);
  });

  test('echo request over IPv6: all but the flow label', () => {
    const stack = createStack(networkOf());
    stack.receive(0, captured.solicitation);
    const reply = answers(stack.receive(0, captured.echo6)).slice();
    reply.set(captured.echoReply6.subarray(14, 18), 14);
    expect(reply).toStrictEqual(captured.echoReply6);
  });
});

describe('stays silent', () => {
  const silent = (frame: Uint8Array, nic = {}) => {
    const stack = createStack(networkOf(nic));
    expect(stack.receive(0, frame)).toStrictEqual([]);
    expect(stack.counters).toStrictEqual({ arp: 0, ndp: 0, echo: 0 });
  };
  const at = (frame: Uint8Array, offset: number, ...bytes: ReadonlyArray<number>) => {
    const out = frame.slice();
    out.set(bytes, offset);
    return out;
  };

  test.each([
    ['a frame for another station', at(captured.echo, 5, 9)],
    ['its own transmission', at(captured.arpRequest, 11, 2)],
    ['ARP for another address', at(captured.arpRequest, 41, 9)],
    ['an echo for another address', ping(v4('192.0.2.1'), v4('192.0.2.9'))],
    ['an echo to the broadcast address', ping(v4('192.0.2.1'), v4('192.0.2.255'))],
    ['an echo from a multicast source', ping(v4('224.0.0.1'))],
    ['an echo from itself', ping(v4('192.0.2.2'))],
    ['an echo from nowhere', ping(v4('0.0.0.0'))],
    ['an echo with a damaged payload', at(captured.echo, 49, 0xff)],
    ['an echo reply', captured.echoReply],
    ['an IPv6 echo from a multicast source', ping6(hex('ff020000 00000000 00000000 00000001'))],
    ['an IPv6 echo for another address', ping6(PEER6, PEER6)],
    ['a solicitation that a router forwarded', at(captured.solicitation, 21, 64)],
    ['a solicitation with a wrong checksum', at(captured.solicitation, 56, 0)],
    ['an unknown protocol', at(captured.echo, 12, 0x88, 0xcc)],
  ])('to %s', (_, frame) => silent(frame));

  test('to a ping of an address of another NIC', () => silent(captured.echo, { addresses: [] }));

  test('to a NIC that is not there', () => {
    expect(createStack(networkOf()).receive(7, captured.arpRequest)).toStrictEqual([]);
  });

  test('when the reply is longer than the MTU', () => {
    const stack = createStack(networkOf({ mtu: 35 }));
    stack.receive(0, captured.arpRequest);
    expect(stack.receive(0, captured.echo)).toStrictEqual([]);
  });
});

describe('finds the way back', () => {
  const routes = [
    { destination: '198.51.100.0/24', gateway: '192.0.2.250', nic: 'eth0', mtu: 0 },
    { destination: '192.0.2.0/24', gateway: null, nic: 'eth0', mtu: 0 },
    { destination: '198.51.100.128/25', gateway: '192.0.2.251', nic: 'eth0', mtu: 0 },
    { destination: '0.0.0.0/0', gateway: '192.0.2.254', nic: 'other', mtu: 0 },
  ];

  test('asks for the first matching route, queues, and sends what waited in order', () => {
    const stack = createStack(networkOf({}, routes));
    const first = ping(v4('198.51.100.200'), undefined, hex('0001 0001'));
    const second = ping(v4('198.51.100.200'), undefined, hex('0001 0002'));
    const question = answers(stack.receive(0, first));
    expect(question).toStrictEqual(
      encodeEthernet({
        destination: hex('ffff ffff ffff'),
        source: OWN_MAC,
        type: 0x806,
        payload: encodeArp({
          operation: 1,
          senderMac: OWN_MAC,
          senderAddress: v4('192.0.2.2'),
          targetMac: new Uint8Array(6),
          targetAddress: v4('192.0.2.250'),
        }),
      }),
    );
    expect(stack.receive(0, second)).toStrictEqual([question]);
    const gateway = hex('0200 0000 00fa');
    const sent = stack.receive(0, arpReply('192.0.2.250', gateway));
    expect(sent.map(destinationOf)).toStrictEqual(['0200000000fa', '0200000000fa']);
    expect(sent.map((frame) => frame.at(-1))).toStrictEqual([1, 2]);
    expect(answers(stack.receive(0, first))).toStrictEqual(sent[0]);
  });

  test('sends nothing without a route on the NIC that asked', () => {
    const stack = createStack(networkOf({}, routes));
    expect(stack.receive(0, ping(v4('203.0.113.1')))).toStrictEqual([]);
  });

  test('a permanent neighbor is used at once and never overwritten', () => {
    const neighbors = [{ address: '192.0.2.250', linkAddress: 'ee:ee:ee:ee:ee:ee' }];
    const stack = createStack(networkOf({ neighbors }, routes));
    const echo = ping(v4('198.51.100.1'));
    expect(destinationOf(answers(stack.receive(0, echo)))).toBe('eeeeeeeeeeee');
    expect(stack.receive(0, arpReply('192.0.2.250', hex('0200 0000 00fa')))).toStrictEqual([]);
    expect(destinationOf(answers(stack.receive(0, echo)))).toBe('eeeeeeeeeeee');
  });

  test('IPv6: solicits the next hop and takes the advertisement that was asked for, no other', () => {
    const stack = createStack(networkOf());
    const advertisement = () => {
      const ends = { source: PEER6, destination: OWN6 };
      const payload = encodeIcmp6(encodeAdvertisement(PEER6, PEER_MAC, true), ends);
      return ethernet(0x86dd, encodeIpv6({ ...ends, nextHeader: 58, hopLimit: 255, payload }));
    };
    expect(stack.receive(0, advertisement())).toStrictEqual([]);
    const question = answers(stack.receive(0, captured.echo6));
    const ends = { source: OWN6, destination: hex('ff020000 00000000 00000001 ff000001') };
    expect(question).toStrictEqual(
      encodeEthernet({
        destination: hex('3333 ff00 0001'),
        source: OWN_MAC,
        type: 0x86dd,
        payload: encodeIpv6({
          ...ends,
          nextHeader: 58,
          hopLimit: 255,
          payload: encodeIcmp6(encodeSolicitation(PEER6, OWN_MAC), ends),
        }),
      }),
    );
    const reply = answers(stack.receive(0, advertisement()));
    expect(decodeIpv6(reply.subarray(14))?.payload[0]).toBe(129);
  });

  test('IPv6: link-local peers need no route', () => {
    const own = 'fe80::2';
    const source = hex('fe800000 00000000 00000000 00000001');
    const destination = hex('fe800000 00000000 00000000 00000002');
    const neighbors = [{ address: 'fe80::1', linkAddress: '02:00:00:00:00:01' }];
    const addresses = [{ address: own, prefixLen: 64 }];
    const stack = createStack(networkOf({ addresses, neighbors }, []));
    expect(destinationOf(answers(stack.receive(0, ping6(source, destination))))).toBe(
      '020000000001',
    );
  });

  test('duplicate address detection is answered to all nodes, unsolicited', () => {
    const ends = { source: new Uint8Array(16), destination: OWN6 };
    const solicitation = { ...encodeSolicitation(OWN6, PEER_MAC) };
    const probe = { ...solicitation, body: solicitation.body.subarray(0, 20) };
    const payload = encodeIcmp6(probe, ends);
    const packet = encodeIpv6({ ...ends, nextHeader: 58, hopLimit: 255, payload });
    const stack = createStack(networkOf());
    const reply = answers(stack.receive(0, ethernet(0x86dd, packet)));
    expect(destinationOf(reply)).toBe('333300000001');
    expect(reply[14 + 40 + 4]).toBe(0x20); // override, not solicited
  });

  test('a link without MAC headers takes and sends bare packets, and has no neighbors', () => {
    const stack = createStack(networkOf({ mac: null }));
    const reply = answers(stack.receive(0, captured.echo.subarray(14)));
    expect(decodeIpv4(reply)?.payload[0]).toBe(0);
    const reply6 = answers(stack.receive(0, captured.echo6.subarray(14)));
    expect(decodeIpv6(reply6)?.payload[0]).toBe(129);
    expect(stack.receive(0, captured.solicitation.subarray(14))).toStrictEqual([]);
  });
});

describe('is bounded', () => {
  test('packets that wait for one neighbor', () => {
    const stack = createStack(networkOf());
    for (let i = 0; i < MAX_WAITING + 5; i++) stack.receive(0, ping(v4('192.0.2.1')));
    expect(stack.receive(0, arpReply('192.0.2.1', PEER_MAC))).toHaveLength(MAX_WAITING);
  });

  test('neighbors: the oldest is forgotten, a permanent one never', () => {
    const neighbors = [{ address: '10.0.0.1', linkAddress: 'ee:ee:ee:ee:ee:ee' }];
    const routes = [{ destination: '0.0.0.0/0', gateway: null, nic: 'eth0', mtu: 0 }];
    const stack = createStack(networkOf({ neighbors }, routes));
    stack.receive(0, arpReply('10.0.0.2', PEER_MAC));
    const echo = ping(v4('10.0.0.2'));
    expect(destinationOf(answers(stack.receive(0, echo)))).toBe('020000000001');
    for (let i = 0; i < MAX_NEIGHBORS; i++)
      stack.receive(0, arpReply(`10.1.${i >> 8}.${i & 255}`, PEER_MAC));
    expect(destinationOf(answers(stack.receive(0, echo)))).toBe('ffffffffffff');
    expect(destinationOf(answers(stack.receive(0, ping(v4('10.0.0.1')))))).toBe('eeeeeeeeeeee');
  });
});

describe('any bytes', () => {
  const frames = Object.values(captured);

  test('never throw, and what is sent is an Ethernet frame from this station', () => {
    const stack = createStack(networkOf());
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 4 }),
        fc.nat(90),
        (frame, changes, length) => {
          const wire = frame.slice(0, Math.max(length, 14));
          for (const [offset, value] of changes) if (offset < wire.length) wire[offset] = value;
          for (const sent of stack.receive(0, wire))
            expect(decodeEthernet(sent)?.source).toStrictEqual(OWN_MAC);
        },
      ),
      cases(2000),
    );
  });

  test('a reply never goes out with a wrong header checksum', () => {
    const stack = createStack(
      networkOf({ neighbors: [{ address: '192.0.2.1', linkAddress: '02:00:00:00:00:01' }] }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 1400 }), (data) => {
        const reply = answers(stack.receive(0, ping(v4('192.0.2.1'), undefined, data)));
        expect(checksumOf(sum16(reply.subarray(14, 34)))).toBe(0);
        expect(checksumOf(sum16(reply.subarray(34)))).toBe(0);
        expect(reply.subarray(38)).toStrictEqual(data);
      }),
    );
  });
});
