import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect, test } from 'vitest';
import { EBUSY, EIO, ENOBUFS, EPERM } from '../../../src/executor/linux/errno.js';
import * as abi from '../../../src/executor/netlink/abi.js';
import { addressDump } from '../../../src/executor/netlink/address.js';
import {
  AttributeWriter,
  textBytes,
  u32Bytes,
} from '../../../src/executor/netlink/attribute-writer.js';
import { type ChangeRequest, connectionOver } from '../../../src/executor/netlink/connection.js';
import type { NlMessage } from '../../../src/executor/netlink/message.js';
import { ruleDump } from '../../../src/executor/netlink/rule.js';
import type { NetlinkChange } from '../../../src/plan/model/netlink-change.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import {
  datagram,
  type Kernel,
  PORT,
  recordedPayloads,
  replay,
  scripted,
} from './scripted-transport.js';

const DONE = { type: abi.NLMSG_DONE, payload: new Uint8Array(4) };
const payloads = recordedPayloads('rules', abi.RTM_NEWRULE);
const rule = (n: number) => ({ type: abi.RTM_NEWRULE, payload: payloads[n] ?? new Uint8Array() });

const connect = (kernel: Kernel) => {
  const asking = scripted(kernel);
  return { asking, connection: connectionOver(asking, scripted()) };
};
const dumpRules = (kernel: Kernel) => connect(kernel).connection.dump(ruleDump)();
const priorities = (rules: E.Either<unknown, ReadonlyArray<{ priority: number }>>) =>
  E.isRight(rules) ? rules.right.map(({ priority }) => priority) : rules;

test('a dump goes on over datagrams until NLMSG_DONE', async () => {
  const rules = await dumpRules((request) => [
    datagram(request, rule(0), rule(1)),
    datagram(request, rule(2)),
    datagram(request, DONE),
    datagram(request, rule(3)),
  ]);
  expect(priorities(rules)).toStrictEqual([0, 50, 32765]);
});

test('a dump asks for all objects, in one numbered request', async () => {
  const { asking, connection } = connect((request) => [datagram(request, DONE)]);
  await connection.dump(ruleDump)();
  await connection.dump(addressDump)();
  const flags = abi.NLM_F_REQUEST | abi.NLM_F_DUMP;
  expect(asking.requests).toStrictEqual([
    { type: abi.RTM_GETRULE, flags, seq: 1, portId: 0, payload: new Uint8Array(12) },
    { type: abi.RTM_GETADDR, flags, seq: 2, portId: 0, payload: new Uint8Array(8) },
  ]);
});

test('replies with another number or port are not part of it', async () => {
  const rules = await dumpRules((request) => [
    datagram(request, { ...rule(0), seq: request.seq - 1 }, rule(1)),
    datagram(request, { ...DONE, seq: request.seq - 1 }),
    datagram(request, { ...rule(2), portId: PORT + 1 }, rule(3), DONE),
  ]);
  expect(priorities(rules)).toStrictEqual([50, 32766]);
});

const interruption: ReadonlyArray<[string, Kernel]> = [
  [
    'NLM_F_DUMP_INTR on an object',
    (request) => [datagram(request, { ...rule(0), flags: abi.NLM_F_DUMP_INTR }, DONE)],
  ],
  [
    'NLM_F_DUMP_INTR on the end',
    (request) => [datagram(request, rule(0), { ...DONE, flags: abi.NLM_F_DUMP_INTR })],
  ],
  ['ENOBUFS', (request) => [datagram(request, rule(0)), ENOBUFS, datagram(request, DONE)]],
  ['ENOBUFS and then silence', (request) => [datagram(request, rule(0)), ENOBUFS]],
  ['NLMSG_OVERRUN', (request) => [datagram(request, { type: abi.NLMSG_OVERRUN }, DONE)]],
];
test.each(interruption)('%s makes the dump interrupted', async (_, kernel) => {
  expect(await dumpRules(kernel)).toStrictEqual(
    E.left({ _tag: 'DumpInterrupted', request: 'RTM_GETRULE', attempts: 1 }),
  );
});

test('a dump without an end is an error', async () => {
  expect(await dumpRules((request) => [datagram(request, rule(0))])).toMatchObject(
    E.left({ _tag: 'WireError', problem: 'RTM_GETRULE ends without NLMSG_DONE' }),
  );
});

test('an errno in NLMSG_DONE is an error', async () => {
  const payload = u32Bytes(-EPERM >>> 0);
  const rules = await dumpRules((request) => [
    datagram(request, rule(0), { type: abi.NLMSG_DONE, payload }),
  ]);
  expect(rules).toStrictEqual(
    E.left({
      _tag: 'NetlinkError',
      request: 'RTM_GETRULE',
      errno: EPERM,
      message: '',
      change: null,
    }),
  );
});

test('a datagram longer than the buffer is an error, not a shorter list', async () => {
  const rules = await dumpRules((request) => [new Uint8Array(65_537), datagram(request, DONE)]);
  expect(rules).toMatchObject(
    E.left({ _tag: 'WireError', problem: 'a datagram of 65537 bytes, cut at 65536' }),
  );
});

test('after an object that cannot be decoded the rest is out of the way of the next dump', async () => {
  let broken = true;
  const { asking, connection } = connect((request) => {
    const first = { type: abi.RTM_NEWRULE, payload: broken ? new Uint8Array(3) : rule(0).payload };
    broken = false;
    return [datagram(request, first), datagram(request, rule(1)), datagram(request, DONE)];
  });
  expect(await connection.dump(ruleDump)()).toMatchObject(E.left({ _tag: 'WireError' }));
  expect(asking.queued()).toBe(0);
  expect(priorities(await connection.dump(ruleDump)())).toStrictEqual([0, 50]);
});

test('a socket that fails ends the dump', async () => {
  expect(await dumpRules((request) => [datagram(request, rule(0)), EIO])).toMatchObject(
    E.left({ _tag: 'SyscallError', errno: EIO }),
  );
});

test('the event loop runs between datagrams', async () => {
  let turns = 0;
  const count = () => {
    turns += 1;
    if (turns < 1000) setImmediate(count);
  };
  setImmediate(count);
  await dumpRules((request) => [
    ...Array.from({ length: 20 }, () => datagram(request, rule(0))),
    datagram(request, DONE),
  ]);
  expect(turns).toBeGreaterThanOrEqual(20);
  turns = 1000;
});

const gone: NetlinkChange = {
  _tag: 'RemoveAddress',
  ifindex: trusted.ifIndex(2),
  address: { family: 'inet', local: trusted.ipAddress('192.0.2.2'), prefixLen: 24 },
};
const request: ChangeRequest = {
  name: 'RTM_DELADDR',
  type: abi.RTM_DELADDR,
  flags: 0,
  payload: Uint8Array.of(1, 2, 3, 4),
  change: gone,
};
const ack = (asked: NlMessage, errno: number, flags = 0, tlvs: Uint8Array = new Uint8Array()) => {
  const header = new Uint8Array(16);
  new DataView(header.buffer).setUint32(0, 16 + asked.payload.length, true);
  const capped = (flags & abi.NLM_F_CAPPED) !== 0;
  const echoed = capped ? [] : [asked.payload];
  const payload = Buffer.concat([u32Bytes(-errno >>> 0), header, ...echoed, tlvs]);
  return datagram(asked, { type: abi.NLMSG_ERROR, flags, payload: Uint8Array.from(payload) });
};
const send = (kernel: Kernel) => connect(kernel).connection.request(request)();

test('a request is acknowledged with errno 0', () => {
  const { asking, connection } = connect((asked) => [ack(asked, 0)]);
  expect(connection.request(request)()).toStrictEqual(E.right(undefined));
  expect(asking.requests).toMatchObject([{ flags: abi.NLM_F_REQUEST | abi.NLM_F_ACK, seq: 1 }]);
});

const text = new AttributeWriter()
  .attribute(abi.NLMSGERR_ATTR_MSG, textBytes('No such thing'))
  .bytes();
test.each([
  ['after the request that it repeats', abi.NLM_F_ACK_TLVS],
  ['after the header alone', abi.NLM_F_ACK_TLVS | abi.NLM_F_CAPPED],
])('a refusal says why, in text %s', (_, flags) => {
  expect(send((asked) => [ack(asked, EBUSY, flags, text)])).toStrictEqual(
    E.left({
      _tag: 'NetlinkError',
      request: 'RTM_DELADDR',
      errno: EBUSY,
      message: 'No such thing',
      change: gone,
    }),
  );
});

test('a refusal without NLM_F_ACK_TLVS has no text', () => {
  expect(send((asked) => [ack(asked, EBUSY, 0, text)])).toMatchObject(E.left({ message: '' }));
});

test('the acknowledgement of another request is not taken for this one’s', () => {
  expect(send((asked) => [ack({ ...asked, seq: 77 }, 0), ack(asked, EPERM)])).toMatchObject(
    E.left({ errno: EPERM }),
  );
});

test('no acknowledgement is an error', () => {
  expect(send(() => [])).toMatchObject(
    E.left({ _tag: 'WireError', problem: 'no acknowledgement of RTM_DELADDR' }),
  );
});

test('exclusive work runs one after the other, also after work that failed', async () => {
  const { connection } = connect(() => []);
  const log: string[] = [];
  const work = (name: string, end: 'right' | 'left' | 'throw') =>
    connection.exclusive(async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`${name} ends`);
      if (end === 'throw') throw new Error(name);
      return end === 'right'
        ? E.right(name)
        : E.left({ _tag: 'DumpInterrupted' as const, request: name, attempts: 1 });
    });
  const [a, b, c] = await Promise.allSettled([
    work('a', 'left')(),
    work('b', 'throw')(),
    work('c', 'right')(),
  ]);
  expect(log).toStrictEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(a).toMatchObject({ value: E.left({ request: 'a' }) });
  expect(b).toMatchObject({ status: 'rejected' });
  expect(c).toMatchObject({ value: E.right('c') });
});

test('a recorded dump of several datagrams comes whole', async () => {
  const { connection } = connect((asked) => replay('addresses', asked));
  const addresses = await TE.map((all: ReadonlyArray<{ local: string }>) => all.length)(
    connection.dump(addressDump),
  )();
  expect(addresses).toStrictEqual(E.right(7));
});
