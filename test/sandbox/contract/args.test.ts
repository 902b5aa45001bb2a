import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { encodeCall } from '../../../src/executor/urpc/message.js';
import { decodeArgs, type NetworkArgs } from '../../../src/sandbox/contract/args.js';
import { GOLDEN, golden, planOf } from '../../executor/urpc/golden.js';

const decoded = (json: string): NetworkArgs => {
  const result = decodeArgs(JSON.parse(json).arg);
  if (E.isLeft(result)) throw new Error(result.left);
  return result.right;
};

const mask = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

test('case b of head, whole', () => {
  const none = { ip: null, mask: null, gateway: null, mtu: 0 };
  expect(decoded(golden('head-b'))).toStrictEqual({
    loopbackLinks: [
      {
        name: 'lo',
        addresses: [
          { address: '127.0.0.1', prefixLen: 8 },
          { address: '::1', prefixLen: 128 },
        ],
        routes: [
          { ip: '127.0.0.0', mask: mask(255, 0, 0, 0), gateway: null, mtu: 0 },
          { ip: '::1', mask: new Uint8Array(16).fill(255), gateway: null, mtu: 0 },
        ],
      },
    ],
    fdLinks: [
      {
        name: 'eth0',
        addresses: [{ address: '10.1.2.3', prefixLen: 24 }],
        routes: [{ ip: '10.1.2.0', mask: mask(255, 255, 255, 0), gateway: null, mtu: 0 }],
        mtu: 1500,
        linkAddress: mask(2, 0x42, 0x0a, 1, 2, 3),
        neighbors: [],
        channels: 1,
        gsoMaxSize: 65536,
        gvisorGso: false,
      },
    ],
    xdpLinks: 0,
    gateways: [
      { link: '', route: none },
      {
        link: 'eth0',
        route: {
          ip: '0.0.0.0',
          mask: mask(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0),
          gateway: '10.1.2.1',
          mtu: 0,
        },
      },
      { link: '', route: none },
    ],
    pcap: false,
    natBlob: false,
  });
});

describe('every dialect of every family is read', () => {
  test.each(GOLDEN)('%s %s', (dialect, name) => {
    const plan = planOf(name, dialect);
    const args = decoded(golden(`${dialect}-${name}`));
    const texts = (
      links: ReadonlyArray<{ readonly routes: NetworkArgs['fdLinks'][0]['routes'] }>,
    ) =>
      links.map(({ routes }) => routes.map(({ ip, mask, gateway }) => [ip, mask?.length, gateway]));
    const planned = (links: typeof plan.loopbackLinks) =>
      links.map(({ routes }) =>
        routes.map(({ destination, gateway }) => {
          const [ip = ''] = destination.split('/');
          return [ip, ip.includes(':') ? 16 : 4, gateway];
        }),
      );
    expect(texts(args.loopbackLinks)).toStrictEqual(planned(plan.loopbackLinks));
    expect(texts(args.fdLinks)).toStrictEqual(planned(plan.fdLinks));
    expect(
      args.fdLinks.map(({ addresses }) => addresses.map(({ address }) => address)),
    ).toStrictEqual(plan.fdLinks.map(({ addresses }) => addresses.map(({ address }) => address)));
    expect(
      args.gateways.flatMap(({ route }) => (route.gateway === null ? [] : [route.gateway])),
    ).toStrictEqual(plan.defaultGateways.map(({ gateway }) => gateway));
  });
});

test.each([
  ['2020-06', null],
  ['2020-11', 24],
] as const)('an address of %s has the prefix length %s', (dialect, prefixLen) => {
  expect(decoded(golden(`${dialect}-b`)).fdLinks[0]?.addresses).toStrictEqual([
    { address: '10.1.2.3', prefixLen },
  ]);
});

test.each(['2019-10', '2022-07', '2022-12', '2024-04', 'head'])(
  'the GSO flag of %s is seen under its name',
  (dialect) => {
    expect(decoded(golden(`${dialect}-c`)).fdLinks[0]?.gvisorGso).toBe(true);
    expect(decoded(golden(`${dialect}-b`)).fdLinks[0]?.gvisorGso).toBe(false);
  },
);

test('the message of target latest is read as that of head', () => {
  expect(decoded(encodeCall(planOf('c', 'latest')).json)).toStrictEqual(decoded(golden('head-c')));
});

test('null is the zero value, with which a sentry wipes its routes', () => {
  expect(decodeArgs(null)).toMatchObject({
    _tag: 'Right',
    right: { fdLinks: [], loopbackLinks: [] },
  });
});

test('what no family sends is refused in the words of Go', () => {
  expect(decodeArgs({ FDBasedLinks: [{ Addresses: [7] }] })).toStrictEqual(
    E.left(
      'json: cannot unmarshal number into Go struct field FDBasedLink.FDBasedLinks.Addresses of type boot.IPWithPrefix',
    ),
  );
  expect(decodeArgs({ FDBasedLinks: [{ Addresses: ['7'] }] })).toStrictEqual(
    E.left('invalid IP address: 7'),
  );
});
