import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { TARGETS, targetOf } from '../../../src/plan/model/target.js';
import { decodeArgs, type NetworkArgs } from '../../../src/sandbox/contract/args.js';
import { checkContract, duplicateNic } from '../../../src/sandbox/contract/contract.js';
import { GOLDEN, golden, planOf } from '../../executor/urpc/golden.js';
import { destination, gateway, IDLE, lo, REFUSED } from '../../support/sentry-answers.js';

const argsOf = (arg: unknown): NetworkArgs => {
  const decoded = decodeArgs(arg);
  if (E.isLeft(decoded)) throw new Error(decoded.left);
  return decoded.right;
};
const goldenArgs = (name: string): NetworkArgs => argsOf(JSON.parse(golden(name)).arg);
const check = (arg: unknown, files = 0) => checkContract(argsOf(arg), files);

test('case c of head becomes this network', () => {
  expect(checkContract(goldenArgs('head-c'), 2)).toStrictEqual(
    E.right({
      nics: [
        {
          name: 'lo',
          kind: 'loopback',
          mtu: 65522,
          mac: null,
          addresses: [
            { address: '127.0.0.1', prefixLen: 8 },
            { address: '::1', prefixLen: 128 },
          ],
          neighbors: [],
          channels: 0,
          gso: 'off',
        },
        {
          name: 'eth0',
          kind: 'fd',
          mtu: 1500,
          mac: '02:42:0a:01:02:03',
          addresses: [
            { address: '10.1.2.3', prefixLen: 24 },
            { address: 'fd00:1::3', prefixLen: 64 },
            { address: 'fe80::42:aff:fe01:203', prefixLen: 64 },
          ],
          neighbors: [
            { address: '10.1.2.9', linkAddress: '02:00:00:00:00:09' },
            { address: 'fd00:1::9', linkAddress: '02:00:00:00:00:0a' },
          ],
          channels: 2,
          gso: 'gvisor',
        },
      ],
      routeTable: [
        { destination: '::1/128', gateway: null, nic: 'lo', mtu: 0 },
        { destination: 'fd00:1::/64', gateway: null, nic: 'eth0', mtu: 0 },
        { destination: 'fe80::/64', gateway: null, nic: 'eth0', mtu: 0 },
        { destination: '10.1.2.0/24', gateway: null, nic: 'eth0', mtu: 0 },
        { destination: '192.0.2.0/24', gateway: '10.1.2.254', nic: 'eth0', mtu: 0 },
        { destination: '127.0.0.0/8', gateway: null, nic: 'lo', mtu: 0 },
        { destination: '0.0.0.0/0', gateway: '10.1.2.1', nic: 'eth0', mtu: 0 },
        { destination: '::/0', gateway: 'fd00:1::1', nic: 'eth0', mtu: 0 },
      ],
    }),
  );
});

describe('every golden message is accepted by its release', () => {
  test.each(GOLDEN)('%s %s', (dialect, name) => {
    const files = planOf(name, dialect).fdLinks.reduce((sum, link) => sum + link.channels, 0);
    const args = goldenArgs(`${dialect}-${name}`);
    expect(checkContract(args, files, targetOf(dialect))).toMatchObject({ _tag: 'Right' });
    expect(checkContract(args, files + 1, targetOf(dialect))).toMatchObject({ _tag: 'Left' });
  });
});

describe('the links of 2018-04', () => {
  const args = goldenArgs('2018-04-b');

  test('may share a name, and have a MAC though none was sent', () => {
    expect(checkContract(args, 1, targetOf('2018-04'))).toMatchObject({
      right: {
        nics: [
          { name: 'lo', mac: null },
          { name: 'lo', mac: null },
          { name: 'eth0', mac: '02:00:00:00:00:03' },
        ],
      },
    });
  });

  test('may not share it since there is one loopback link', () => {
    expect(checkContract(args, 0, targetOf('2020-05'))).toStrictEqual(
      E.left(duplicateNic(2, 'lo')),
    );
  });
});

describe('lookup order', () => {
  const route = (ip: string, mask: string) => ({ Destination: { IP: ip, Mask: mask } });
  const arg = {
    LoopbackLinks: [
      { Name: 'lo', Routes: [route('10.0.0.0', '/wAAAA=='), route('10.1.0.0', '//8AAA==')] },
    ],
  };
  const order = (target: string) =>
    E.map((network: { routeTable: ReadonlyArray<{ destination: string }> }) =>
      network.routeTable.map(({ destination }) => destination),
    )(checkContract(argsOf(arg), 0, targetOf(target)));

  test('is that of the call before 20240715.0', () => {
    expect(order('2024-05b')).toStrictEqual(E.right(['10.0.0.0/8', '10.1.0.0/16']));
  });

  test('has longer prefixes first since', () => {
    expect(order('20240715.0')).toStrictEqual(E.right(['10.1.0.0/16', '10.0.0.0/8']));
  });
});

test.each(REFUSED)('%s is refused in the words of the sentry', (_, arg, text) => {
  expect(check(arg)).toStrictEqual(E.left(text));
});

test.each(IDLE)('%s is accepted, as by the sentry, and comes to nothing', (_, arg) => {
  expect(check(arg)).toMatchObject({
    _tag: 'Right',
    right: { nics: [{ addresses: [] }], routeTable: [] },
  });
});

test.each<[what: string, arg: unknown, text: string]>([
  ['XDP links', { XDPLinks: [{}] }, 'XDP links are not served here'],
  [
    'a mask with holes',
    lo({ Routes: [destination('10.0.0.0', '/wD/AA==')] }),
    'a mask that is not a prefix length is not served here',
  ],
])('%s, which a sentry may take, is refused in words of our own', (_, arg, text) => {
  expect(check(arg)).toStrictEqual(E.left(text));
});

test.each(['AAAAAAAAAAAAAP//AAAAAA==', 'AAAAAA=='])(
  'an IPv4 default may have the mask %s',
  (mask) => {
    expect(
      check(gateway('lo', { ...destination('0.0.0.0', mask), Gateway: '10.0.0.1' })),
    ).toMatchObject({
      right: { routeTable: [{ destination: '0.0.0.0/0', gateway: '10.0.0.1' }] },
    });
  },
);

test('a capture file and a NAT table are one descriptor more each', () => {
  const arg = { FDBasedLinks: [{ Name: 'x', NumChannels: 1 }], PCAP: true, NATBlob: true };
  expect(check(arg, 3)).toMatchObject({ _tag: 'Right' });
  expect(check(arg, 1)).toMatchObject({ _tag: 'Left' });
});

test.each([
  [0, false, 'off'],
  [65536, false, 'host'],
  [65536, true, 'gvisor'],
])('GSOMaxSize %i with flag %s is %s', (GSOMaxSize, GVisorGSOEnabled, gso) => {
  const arg = { FDBasedLinks: [{ Name: 'x', NumChannels: 1, GSOMaxSize, GVisorGSOEnabled }] };
  expect(check(arg, 1)).toMatchObject({ right: { nics: [{ gso }] } });
});

test('before 2019-06 a link had one descriptor and another error', () => {
  const args = argsOf({ FDBasedLinks: [{ Name: 'x' }] });
  const before = TARGETS.filter(({ multiChannel }) => !multiChannel);
  expect(before.map(({ dialect }) => dialect)).toStrictEqual(['2018-04', '2018-04', '2019-05']);
  for (const target of before) {
    expect(checkContract(args, 1, target)).toMatchObject({ right: { nics: [{ channels: 1 }] } });
    expect(checkContract(args, 0, target)).toStrictEqual(
      E.left('FilePayload must be same length at FDBasedLinks'),
    );
  }
});
