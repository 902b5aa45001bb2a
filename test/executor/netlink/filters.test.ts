/** Recorded policies, classifiers and settings as records. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { NLMSG_DONE } from '../../../src/executor/netlink/abi.js';
import { connectionOver } from '../../../src/executor/netlink/connection.js';
import type { Dump } from '../../../src/executor/netlink/dump.js';
import { linkSettingsDump } from '../../../src/executor/netlink/link-settings.js';
import { readTrafficControl } from '../../../src/executor/netlink/traffic-control.js';
import { byDirection, policyDump } from '../../../src/executor/netlink/xfrm.js';
import { datagram, type Kernel, replay, scripted } from './scripted-transport.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};
const dumped = async <A>(kernel: Kernel, dump: Dump<A>): Promise<ReadonlyArray<A>> =>
  right(await connectionOver(scripted(kernel), scripted()).dump(dump)());

test('IPsec policies by direction', async () => {
  const policies = await dumped((request) => replay('ipsec-policies', request), policyDump);
  expect(byDirection(policies)).toStrictEqual([
    { direction: 'in', policies: 2, blocking: 1, digest: expect.any(String) },
    { direction: 'out', policies: 1, blocking: 0, digest: expect.any(String) },
  ]);
});

test('classifiers of a link, without the tables of u32; nothing of a link whose place for them is empty', async () => {
  const kernel: Kernel = (request) => {
    if (request.type === 38) return replay('qdiscs', request);
    const view = new DataView(request.payload.buffer, request.payload.byteOffset);
    const ingressOfEth0 = view.getUint32(4, true) === 3 && view.getUint32(12, true) === 0xffff_fff2;
    return ingressOfEth0
      ? replay('classifiers', request)
      : [datagram(request, { type: NLMSG_DONE, payload: new Uint8Array(4) })];
  };
  const asking = scripted(kernel);
  const found = right(await readTrafficControl(connectionOver(asking, scripted()))());
  expect(found).toStrictEqual([
    { ifindex: 3, hook: 'ingress', kinds: ['bpf', 'u32'], filters: 2, digest: expect.any(String) },
  ]);
  // one dump of all queues; then both sides of clsact, and the one of ingress
  expect(asking.requests).toHaveLength(4);
});

test('settings of links that are not compiled in, and XDP', async () => {
  const links = await dumped((request) => replay('link-settings', request), linkSettingsDump);
  expect(links.map(({ loopback }) => loopback)).toContain(true);
  const settings = links.filter(({ loopback }) => !loopback).flatMap(({ sysctls }) => sysctls);
  expect(settings.map(({ key, value, ifindex }) => `${ifindex} ${key} ${value}`)).toStrictEqual([
    '2 net.ipv4.conf.*.arp_ignore 1',
    '2 net.ipv6.conf.*.disable_ipv6 1',
    '3 net.ipv4.conf.*.rp_filter 2',
    '3 net.ipv6.conf.*.accept_ra 2',
  ]);
  expect(links.flatMap(({ xdp }) => xdp ?? [])).toStrictEqual([
    { ifindex: 2, hook: 'xdp', kinds: ['generic'], filters: 1, digest: expect.any(String) },
  ]);
});
