import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { ENOBUFS, EOPNOTSUPP, EPERM } from '../../../src/executor/linux/errno.js';
import { type Extras, observe } from '../../../src/executor/namespace/observe.js';
import * as abi from '../../../src/executor/netlink/abi.js';
import { u32Bytes } from '../../../src/executor/netlink/attribute-writer.js';
import { connectionOver } from '../../../src/executor/netlink/connection.js';
import type { NlMessage } from '../../../src/executor/netlink/message.js';
import { encodeNeighbor } from '../../../src/executor/netlink/neighbor.js';
import { NTF_PROXY } from '../../../src/plan/model/kernel-names/neighbor.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { NamespaceState, type Neighbor } from '../../../src/plan/model/state.js';
import { datagram, type Reply, replay, scripted } from '../netlink/scripted-transport.js';

const extras: Extras = {
  netns: { inode: '4026532000', cookie: '7', root: false },
  gso: (name) => (name === 'tun0' ? undefined : name !== 'lo'),
};

const RECORDED: Readonly<Record<number, string>> = {
  [abi.RTM_GETLINK]: 'links',
  [abi.RTM_GETADDR]: 'addresses',
  [abi.RTM_GETROUTE]: 'routes',
  [abi.RTM_GETRULE]: 'rules',
  [abi.RTM_GETNEXTHOP]: 'nexthops',
};
const recordedKernel = (request: NlMessage): ReadonlyArray<Reply> => {
  const proxies = request.payload[10] === NTF_PROXY ? 'proxy-neighbors' : 'neighbors';
  return replay(RECORDED[request.type] ?? proxies, request);
};
const refusal = (request: NlMessage, errno: number): Reply =>
  datagram(request, {
    type: abi.NLMSG_ERROR,
    payload: Uint8Array.from(Buffer.concat([u32Bytes(-errno >>> 0), new Uint8Array(16)])),
  });

/** `meanwhile` is called with every request before it is answered, and says what is notified then. */
const observing = (
  meanwhile: (request: NlMessage, nth: number) => ReadonlyArray<Reply> = () => [],
  kernel: (request: NlMessage) => ReadonlyArray<Reply> = recordedKernel,
) => {
  const listening = scripted();
  let asked = 0;
  const asking = scripted((request) => {
    asked += 1;
    listening.deliver(...meanwhile(request, asked));
    return kernel(request);
  });
  const connection = connectionOver(asking, listening);
  return { asking, listening, connection, state: observe(connection, extras) };
};

const notified = (type: number, payload: Uint8Array = new Uint8Array()): Reply =>
  datagram({ seq: 0 }, { type, payload, portId: 0 });
const neighbor = (state: string, flags: ReadonlyArray<string> = []): Reply => {
  const n: Neighbor = {
    ifindex: trusted.ifIndex(2),
    family: 'inet',
    dst: trusted.ipAddress('192.0.2.9'),
    state: [state],
    flags,
  };
  const payload = encodeNeighbor(n);
  return notified(abi.RTM_NEWNEIGH, E.isRight(payload) ? payload.right : new Uint8Array());
};
const DUMPS = 7;

test('one dump per kind, links first, none per link', async () => {
  const { asking, state } = observing();
  await state();
  expect(asking.requests.map(({ type }) => type)).toStrictEqual([
    abi.RTM_GETLINK,
    abi.RTM_GETADDR,
    abi.RTM_GETROUTE,
    abi.RTM_GETRULE,
    abi.RTM_GETNEIGH,
    abi.RTM_GETNEIGH,
    abi.RTM_GETNEXTHOP,
  ]);
});

test('the state is a document that reads back the same', async () => {
  const state = await observing().state();
  if (E.isLeft(state)) throw new Error(JSON.stringify(state.left));
  expect(NamespaceState.decode(NamespaceState.encode(state.right))).toStrictEqual(state);
  const { netns, links, addresses, routes, rules, neighbors, nexthops } = state.right;
  expect(netns).toBe(extras.netns);
  const counts = [links, addresses, routes, rules, neighbors, nexthops].map((list) => list.length);
  expect(counts).toStrictEqual([6, 7, 24, 8, 6, 6]);
});

test('GSO is asked link by link and absent where it cannot be', async () => {
  const state = await observing().state();
  const gso = E.isRight(state) ? state.right.links.map(({ name, gso: on }) => [name, on]) : state;
  expect(gso).toStrictEqual([
    ['lo', false],
    ['eth0', true],
    ['br0', true],
    ['mv0', true],
    ['tun0', undefined],
    ['tap0', true],
  ]);
});

test('proxy neighbors come after the others', async () => {
  const state = await observing().state();
  expect(E.isRight(state) && state.right.neighbors.at(-1)).toMatchObject({
    dst: '2001:db8::99',
    flags: ['proxy'],
  });
});

describe('a change between two dumps starts the scan over', () => {
  test.each([
    ['an address', notified(abi.RTM_DELADDR)],
    ['a link', notified(abi.RTM_NEWLINK)],
    ['a route', notified(abi.RTM_DELROUTE)],
    ['a rule', notified(abi.RTM_NEWRULE)],
    ['a nexthop object', notified(abi.RTM_NEWNEXTHOP)],
    ['a permanent neighbor', neighbor('permanent')],
    ['a proxy neighbor', neighbor('reachable', ['proxy'])],
    ['more than the socket could hold', ENOBUFS],
  ])('%s', async (_, notification) => {
    const { asking, state } = observing((_request, nth) => (nth === 3 ? [notification] : []));
    expect(E.isRight(await state())).toBe(true);
    expect(asking.requests).toHaveLength(2 * DUMPS);
  });

  test('a neighbor that is learnt or forgotten does not', async () => {
    const { asking, state } = observing(() => [neighbor('reachable'), neighbor('stale')]);
    expect(E.isRight(await state())).toBe(true);
    expect(asking.requests).toHaveLength(DUMPS);
  });

  test('nor does a change before the scan', async () => {
    const { asking, listening, state } = observing();
    listening.deliver(notified(abi.RTM_NEWADDR), ENOBUFS, notified(abi.RTM_NEWADDR));
    expect(E.isRight(await state())).toBe(true);
    expect(asking.requests).toHaveLength(DUMPS);
  });
});

test('an interrupted dump starts the scan over', async () => {
  let first = true;
  const { asking, state } = observing(undefined, (request) => {
    if (request.type !== abi.RTM_GETROUTE || !first) return recordedKernel(request);
    first = false;
    return [datagram(request, { type: abi.NLMSG_DONE, flags: abi.NLM_F_DUMP_INTR })];
  });
  expect(E.isRight(await state())).toBe(true);
  expect(asking.requests).toHaveLength(3 + DUMPS);
});

test('a namespace that is never at rest is given up', async () => {
  const { asking, state } = observing((request) =>
    request.type === abi.RTM_GETROUTE ? [notified(abi.RTM_NEWROUTE)] : [],
  );
  expect(await state()).toStrictEqual(
    E.left({ _tag: 'DumpInterrupted', request: 'scan', attempts: 10 }),
  );
  expect(asking.requests).toHaveLength(10 * DUMPS);
});

test('a kernel without nexthop objects or policy rules has none', async () => {
  const { state } = observing(undefined, (request) =>
    request.type === abi.RTM_GETNEXTHOP || request.type === abi.RTM_GETRULE
      ? [refusal(request, EOPNOTSUPP)]
      : recordedKernel(request),
  );
  expect(await state()).toMatchObject(E.right({ rules: [], nexthops: [] }));
});

test.each([
  ['EPERM from nexthops', abi.RTM_GETNEXTHOP, EPERM],
  ['EOPNOTSUPP from routes', abi.RTM_GETROUTE, EOPNOTSUPP],
])('%s is an error', async (_, type, errno) => {
  const { state } = observing(undefined, (request) =>
    request.type === type ? [refusal(request, errno)] : recordedKernel(request),
  );
  expect(await state()).toMatchObject(E.left({ _tag: 'NetlinkError', errno }));
});

test('two observations at once do not take each other’s notifications', async () => {
  const { connection, asking, state } = observing((_request, nth) =>
    nth === DUMPS ? [notified(abi.RTM_DELADDR)] : [],
  );
  const [one, two] = await Promise.all([state(), observe(connection, extras)()]);
  expect(E.isRight(one) && E.isRight(two)).toBe(true);
  expect(asking.requests).toHaveLength(3 * DUMPS);
});
