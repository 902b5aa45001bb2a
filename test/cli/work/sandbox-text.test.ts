import { expect, test } from 'vitest';
import { eventText } from '../../../src/cli/work/sandbox-text.js';
import { plain } from '../../../src/plan/views/style.js';
import type { SandboxEvent } from '../../../src/sandbox/events.js';

const text = (event: SandboxEvent): string => eventText(event, plain);

test('an accepted network is shown whole', () => {
  const accepted = text({
    _tag: 'Accepted',
    network: {
      nics: [
        {
          name: 'lo',
          kind: 'loopback',
          mtu: 65522,
          mac: null,
          addresses: [{ address: '127.0.0.1', prefixLen: 8 }],
          neighbors: [],
          channels: 0,
          gso: 'off',
        },
        {
          name: 'eth0',
          kind: 'fd',
          mtu: 1500,
          mac: '02:42:0a:01:02:03',
          addresses: [{ address: '192.0.2.2', prefixLen: 24 }],
          neighbors: [{ address: '192.0.2.1', linkAddress: '02:00:00:00:00:01' }],
          channels: 2,
          gso: 'host',
        },
      ],
      routeTable: [
        { destination: '192.0.2.0/24', gateway: null, nic: 'eth0', mtu: 0 },
        { destination: '0.0.0.0/0', gateway: '192.0.2.1', nic: 'eth0', mtu: 1400 },
      ],
    },
  });
  expect(accepted).toMatchInlineSnapshot(`
    "accepted
      lo  loopback, mtu 65522
        address  127.0.0.1/8
      eth0  02:42:0a:01:02:03, mtu 1500, 2 sockets, host gso
        address   192.0.2.2/24
        neighbor  192.0.2.1     02:00:00:00:00:01
      routes  in lookup order
        192.0.2.0/24  on-link        dev eth0
        0.0.0.0/0     via 192.0.2.1  dev eth0  mtu 1400
    "
  `);
});

test.each<readonly [SandboxEvent, string]>([
  [{ _tag: 'Listening', address: '/run/a' }, 'listening on /run/a\n'],
  [{ _tag: 'CallReceived', method: 'A.B', files: 1 }, 'call A.B with 1 file\n'],
  [{ _tag: 'CallReceived', method: 'A.B', files: 2 }, 'call A.B with 2 files\n'],
  [{ _tag: 'ConnectionBroken', why: 'cut' }, 'connection broken: cut\n'],
  [
    { _tag: 'Stopped', counters: { arp: 1, ndp: 2, echo: 3 } },
    'stopped after 1 ARP, 2 NDP and 3 echo requests\n',
  ],
])('%j', (event, line) => {
  expect(text(event)).toBe(line);
});

test('what a client sent is escaped', () => {
  const refused = text({ _tag: 'Refused', method: 'A\u001b[2J', message: 'no\nway' });
  expect(refused).toBe('refused A\\u{1b}[2J: no\\u{a}way\n');
});
