/** A plan with something in every list, decoded by its codec, for tests of what is printed and compared. */
import * as E from 'fp-ts/lib/Either.js';
import { NetworkPlan } from '../../src/plan/model/network-plan.js';

const document = {
  kind: 'NetworkPlan',
  formatVersion: 2,
  target: 'latest',
  network: 'sandbox',
  options: { target: 'latest', links: ['eth0'] },
  basis: {
    stateHash: '0123456789abcdef',
    scanned: 9,
    netns: { inode: '4026532300', cookie: '7', root: false },
  },
  loopbackLinks: [
    {
      name: 'lo',
      addresses: [
        { address: '127.0.0.1', prefixLen: 8, from: ['addresses[0]'] },
        { address: '::1', prefixLen: 128, from: ['addresses[1]'] },
      ],
      routes: [{ destination: '198.51.100.0/24', gateway: null, from: ['routes[4]'] }],
      from: ['links[0]'],
    },
  ],
  fdLinks: [
    {
      name: 'eth0',
      ifindex: 2,
      mtu: 1450,
      layer: 'ethernet',
      linkAddress: '02:42:0a:01:02:03',
      addresses: [
        { address: '192.0.2.2', prefixLen: 24, from: ['addresses[2]'] },
        { address: '2001:db8::2', prefixLen: 64, from: ['addresses[3]'] },
      ],
      routes: [
        { destination: '192.0.2.0/24', gateway: null, from: ['routes[0]'] },
        { destination: '203.0.113.0/24', gateway: '192.0.2.9', mtu: 1400, from: ['routes[1]'] },
      ],
      neighbors: [
        { address: '192.0.2.1', linkAddress: '02:00:00:00:00:01', from: ['neighbors[0]'] },
      ],
      channels: 2,
      gso: { mode: 'host', maxSize: 65536 },
      gro: false,
      txChecksumOffload: false,
      rxChecksumOffload: true,
      qdisc: 'fifo',
      memberships: ['33:33:ff:00:00:02'],
      hostAddresses: [
        { family: 'inet', local: '192.0.2.2', prefixLen: 24, from: ['addresses[2]'] },
        {
          family: 'inet',
          local: '10.9.0.1',
          peer: '10.9.0.2',
          prefixLen: 32,
          from: ['addresses[4]'],
        },
      ],
      from: ['links[1]'],
    },
  ],
  defaultGateways: [
    { family: 'inet', link: 'eth0', gateway: '192.0.2.1', mtu: 1400, from: ['routes[2]'] },
    { family: 'inet6', link: 'eth0', gateway: '2001:db8::1', from: ['routes[3]'] },
  ],
  losses: [
    {
      code: 'loss/prefsrc',
      path: 'routes[2]',
      summary: 'preferred source 192.0.2.2 is not carried',
      remedy: 'none is needed with one address',
      objects: ['routes[2]'],
    },
    {
      code: 'dropped/rule',
      path: 'rules[0]',
      summary: 'selects routes',
      remedy: 'remove the rule',
      objects: ['rules[0]'],
    },
  ],
  notes: [
    {
      code: 'note/no-carrier',
      path: 'links[1]',
      summary: 'eth0 has no carrier',
      remedy: 'set its peer up',
    },
  ],
  objects: [
    {
      ...{ object: 'links[0]', class: 'kept', code: 'kept/loopback-link', lasts: true },
      link: { ifindex: 1, name: 'lo', flags: ['LOOPBACK', 'UP'], type: 'loopback', mtu: 65536 },
    },
    {
      ...{ object: 'links[1]', class: 'kept', code: 'kept/fd-link', lasts: true },
      link: { ifindex: 2, name: 'eth0', flags: ['UP'], type: 'ether', mtu: 1450 },
    },
    {
      ...{ object: 'rules[0]', class: 'dropped', code: 'dropped/rule', lasts: true },
      rule: { family: 'inet', priority: 9, action: 'to_tbl', table: 100 },
    },
  ],
};

const decoded = NetworkPlan.decode(document);
if (E.isLeft(decoded)) throw new TypeError('the sample plan is no NetworkPlan');

export const samplePlan: NetworkPlan = decoded.right;

/** The sample with `edit` made on a copy, whatever it breaks. */
export const editedPlan = (edit: (plan: typeof document) => void): NetworkPlan => {
  const copy = structuredClone(document);
  edit(copy);
  const result = NetworkPlan.decode(copy);
  if (E.isLeft(result)) throw new TypeError('the edited plan is no NetworkPlan');
  return result.right;
};
