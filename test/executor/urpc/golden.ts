/** The golden messages and the plans that they are the message of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { networkOf } from '../../../src/plan/model/address.js';
import { DIALECTS, type ReleasedDialect } from '../../../src/plan/model/dialects.js';
import { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import { type Target, targetOf } from '../../../src/plan/model/target.js';

const FOLDER = join(import.meta.dirname, '../../../fixtures/wire/urpc');

export const golden = (name: string): string => readFileSync(join(FOLDER, `${name}.json`), 'utf8');

interface Table {
  readonly dialect: ReleasedDialect;
  readonly firstRelease: string;
  readonly lastRelease: string;
  readonly method: string;
  readonly maxFiles: number;
  readonly family: 'A' | 'B' | 'C';
  readonly structs: Readonly<Record<string, ReadonlyArray<readonly [string, string]>>>;
}

/** The struct definitions of every dialect, cut from the source of the release tags. */
export const TABLES: ReadonlyArray<Table> = JSON.parse(golden('dialects'));

export const CASES = ['a', 'b', 'c'] as const;
export type Case = (typeof CASES)[number];

interface Literal {
  readonly addresses: ReadonlyArray<string>;
  readonly routes: ReadonlyArray<readonly [destination: string, gateway: string | null]>;
  readonly gateways: ReadonlyArray<readonly [family: 'inet' | 'inet6', gateway: string]>;
  readonly neighbors: ReadonlyArray<readonly [address: string, linkAddress: string]>;
  readonly gso: 'host' | 'gvisor';
  readonly channels: number;
}

const ETH0: Readonly<Record<'b' | 'c', Literal>> = {
  b: {
    addresses: ['10.1.2.3/24'],
    routes: [['10.1.2.0/24', null]],
    gateways: [['inet', '10.1.2.1']],
    neighbors: [],
    gso: 'host',
    channels: 1,
  },
  c: {
    addresses: ['10.1.2.3/24', 'fd00:1::3/64', 'fe80::42:aff:fe01:203/64'],
    routes: [
      ['10.1.2.0/24', null],
      ['192.0.2.0/24', '10.1.2.254'],
      ['fd00:1::/64', null],
      ['fe80::/64', null],
    ],
    gateways: [
      ['inet', '10.1.2.1'],
      ['inet6', 'fd00:1::1'],
    ],
    neighbors: [
      ['10.1.2.9', '02:00:00:00:00:09'],
      ['fd00:1::9', '02:00:00:00:00:0a'],
    ],
    gso: 'gvisor',
    channels: 2,
  },
};

const addressOf = (text: string) => {
  const [address = '', prefixLen] = text.split('/');
  return { address, prefixLen: Number(prefixLen), from: [] };
};

const routeOf = ([destination, gateway]: Literal['routes'][number]) => ({
  destination,
  gateway,
  from: [],
});

const isV4 = (text: string): boolean => !text.includes(':');

/** What the planner does to the case for a target that has less. */
const fdLinkFor = (target: Target, eth0: Literal) => {
  const usable = (text: string): boolean => target.ipv6Links || isV4(text);
  const hasGso = eth0.gso === 'host' ? target.hostGso : target.gvisorGso;
  return {
    name: 'eth0',
    ifindex: 2,
    mtu: 1500,
    layer: 'ethernet',
    linkAddress: '02:42:0a:01:02:03',
    addresses: eth0.addresses.filter(usable).map(addressOf),
    routes: eth0.routes.filter(([destination]) => usable(destination)).map(routeOf),
    neighbors: target.neighbors
      ? eth0.neighbors.map(([address, linkAddress]) => ({ address, linkAddress, from: [] }))
      : [],
    channels: target.multiChannel ? eth0.channels : 1,
    gso: hasGso ? { mode: eth0.gso, maxSize: 65536 } : { mode: 'off', maxSize: 0 },
    gro: false,
    txChecksumOffload: false,
    rxChecksumOffload: true,
    qdisc: target.qdiscs.includes('fifo') ? 'fifo' : 'none',
    memberships: [],
    hostAddresses: [],
    from: [],
  };
};

const loopbackOf = (addresses: ReadonlyArray<string>) => ({
  name: 'lo',
  addresses: addresses.map(addressOf),
  routes: addresses.map((text) => {
    const { address, prefixLen } = addressOf(text);
    return routeOf([networkOf(address, prefixLen), null]);
  }),
  from: [],
});

/** The default loopback of network none is one link for every target. */
const loopbacksFor = (target: Target, name: Case) => {
  const addresses = ['127.0.0.1/8', '::1/128'];
  return name === 'a' || target.loopback === 'merged'
    ? [loopbackOf(addresses)]
    : addresses.map((address) => loopbackOf([address]));
};

/** The plan of a golden case for a target. */
export const planOf = (name: Case, targetName: string): NetworkPlan => {
  const target = targetOf(targetName);
  const eth0 = name === 'a' ? null : ETH0[name];
  const gateways = (eth0?.gateways ?? []).filter(
    ([, gateway]) => target.ipv6Links || isV4(gateway),
  );
  return decodePlan({
    kind: 'NetworkPlan',
    formatVersion: 2,
    target: targetName,
    network: eth0 === null ? 'none' : 'sandbox',
    options: {},
    basis: { stateHash: '0', scanned: 0 },
    loopbackLinks: loopbacksFor(target, name),
    fdLinks: eth0 === null ? [] : [fdLinkFor(target, eth0)],
    defaultGateways: gateways.map(([family, gateway]) => ({
      family,
      link: 'eth0',
      gateway,
      from: [],
    })),
    losses: [],
    notes: [],
    objects: [],
  });
};

export const decodePlan = (document: unknown): NetworkPlan => {
  const decoded = NetworkPlan.decode(document);
  if (E.isLeft(decoded))
    throw new Error(`not a plan: ${JSON.stringify(decoded.left[0]?.context.at(-1)?.key)}`);
  return decoded.right;
};

/** Dialect and case of every golden message. */
export const GOLDEN: ReadonlyArray<readonly [ReleasedDialect, Case]> = DIALECTS.flatMap((dialect) =>
  CASES.map((name) => [dialect, name] as const),
);
