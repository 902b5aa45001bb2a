import {
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import {
  ECONNREFUSED,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  ETIMEDOUT,
} from '../../../src/executor/linux/errno.js';
import type { Fd } from '../../../src/executor/linux/fd.js';
import * as libc from '../../../src/executor/linux/libc.js';
import type { SandboxConnection } from '../../../src/executor/urpc/client.js';
import { connectSandbox, URPC_LIMITS, type UrpcLimits } from '../../../src/executor/urpc/client.js';
import {
  atAbstract,
  atFile,
  fakeSentry,
  listenAt,
  readRequest,
  right,
  say,
} from './fake-sentry.js';

const OK = '{"success":true,"err":"","result":{"n":1}}';
const request = { method: 'Network.Test', json: '{"method":"Network.Test","arg":{"a":"é}"}}' };
const openFiles = () => readdirSync('/proc/self/fd').length;
/** Everything that is closed in a later turn of the event loop. */
const settled = async () => {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

let dir = '';
let path = '';
let leakFree = 0;
beforeEach(() => {
  libc.listen(-1 as Fd, 1)(); // loads koffi
  dir = mkdtempSync(join(tmpdir(), 'npt-'));
  path = join(dir, 'control.sock');
  leakFree = openFiles();
});
afterEach(async () => {
  await settled();
  rmSync(dir, { recursive: true });
  expect(openFiles(), 'descriptors that were left open').toBe(leakFree);
});

const connected = async (
  address: string = path,
  limits: Partial<UrpcLimits> = {},
): Promise<SandboxConnection> =>
  right(await connectSandbox({ ...URPC_LIMITS, ...limits })({ address })());

const callOnce = async (
  limits: Partial<UrpcLimits> = {},
  files: ReadonlyArray<Fd> = [],
  json = request.json,
): Promise<E.Either<ExecError, unknown>> => {
  const connection = await connected(path, limits);
  try {
    return await connection.call({ ...request, json }, files)();
  } finally {
    connection.close();
  }
};

const brokenWith = (sent: boolean, why: string) =>
  E.left(expect.objectContaining({ _tag: 'ExchangeBroken', method: 'Network.Test', sent, why }));

describe('a call', () => {
  test('sends the request as it is and gives the result', async () => {
    const sentry = fakeSentry(listenAt(atFile(path)), (fd) => {
      say(fd, OK);
      return 'more';
    });
    expect(await callOnce()).toStrictEqual(E.right({ n: 1 }));
    expect(sentry.requests).toStrictEqual([{ text: request.json, first: [], later: [] }]);
    sentry.close();
  });

  test.each([1, 3, 128])('carries %i files on its first byte, in order', async (count) => {
    const sentry = fakeSentry(listenAt(atFile(path)), (fd) => {
      say(fd, OK);
      return 'more';
    });
    const files = Array.from(
      { length: count },
      (_, i) => openSync(i % 2 ? '/dev/zero' : '/dev/null', 'r') as Fd,
    );
    // larger than the socket takes at once: the rest goes later, without files
    const json = JSON.stringify({ method: 'Network.Test', arg: 'x'.repeat(2_000_000) });
    expect(await callOnce({}, files, json)).toStrictEqual(E.right({ n: 1 }));
    expect(sentry.requests[0]?.first).toStrictEqual(files.map((fd) => fstatSync(fd).ino));
    expect(sentry.requests[0]?.later).toStrictEqual([]);
    expect(sentry.requests[0]?.text).toBe(json);
    for (const fd of files) libc.close(fd)();
    sentry.close();
  });

  test('follows another on one connection, also when both are asked for at once', async () => {
    const sentry = fakeSentry(listenAt(atFile(path)), (fd, _, count) => {
      say(fd, `{"success":true,"result":${count}}  `);
      return 'more';
    });
    const connection = await connected();
    const call = connection.call(request, []);
    expect(await Promise.all([call(), call()])).toStrictEqual([E.right(1), E.right(2)]);
    expect(await call()).toStrictEqual(E.right(3));
    connection.close();
    sentry.close();
  });

  test('that the sandbox refuses is a RemoteError, and the connection goes on', async () => {
    const sentry = fakeSentry(listenAt(atFile(path)), (fd, _, count) => {
      say(fd, count === 1 ? '{"success":false,"err":"duplicate nic id","result":null}' : OK);
      return 'more';
    });
    const connection = await connected();
    expect(await connection.call(request, [])()).toStrictEqual(
      E.left({ _tag: 'RemoteError', method: 'Network.Test', message: 'duplicate nic id' }),
    );
    expect(await connection.call(request, [])()).toStrictEqual(E.right({ n: 1 }));
    connection.close();
    sentry.close();
  });

  test('leaves the event loop free while it waits', async () => {
    let answer = (): void => {};
    const sentry = fakeSentry(listenAt(atFile(path)), (fd) => {
      answer = () => say(fd, OK);
      return 'more';
    });
    const reply = callOnce();
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
      if (ticks === 5) answer();
    }, 1);
    expect(await reply).toStrictEqual(E.right({ n: 1 }));
    clearInterval(timer);
    expect(ticks).toBeGreaterThanOrEqual(5);
    sentry.close();
  });
});

describe('an exchange that breaks', () => {
  test('at any byte of the reply is unknown, not failed', async () => {
    let length = 0;
    const sentry = fakeSentry(listenAt(atFile(path)), (fd) => {
      if (length > 0) say(fd, OK.slice(0, length));
      return 'end';
    });
    for (length = 0; length < OK.length; length += 1)
      expect(await callOnce(), `cut after ${length}`).toStrictEqual(brokenWith(true, 'closed'));
    expect(await callOnce()).toStrictEqual(E.right({ n: 1 }));
    sentry.close();
  });

  test('may have its reply cut in two at any byte', async () => {
    let cut = 0;
    const sentry = fakeSentry(listenAt(atFile(path)), (fd) => {
      say(fd, OK.slice(0, cut));
      setImmediate(() => say(fd, OK.slice(cut)));
      return 'more';
    });
    for (cut = 1; cut < OK.length; cut += 1)
      expect(await callOnce(), `cut after ${cut}`).toStrictEqual(E.right({ n: 1 }));
    sentry.close();
  });

  test('before the request was read to its end has done nothing', async () => {
    const listener = listenAt(atFile(path));
    const reply = callOnce();
    right(await libc.whenReady(listener, 'readable', null)());
    const fd = right(libc.accept4(listener, 0)());
    right(await libc.whenReady(fd, 'readable', null)());
    libc.close(fd)();
    expect(await reply).toStrictEqual(brokenWith(false, 'refused'));
    libc.close(listener)();
  });

  test('before the request was sent to its end has done nothing', async () => {
    const listener = listenAt(atFile(path));
    const files = [openSync('/dev/null', 'r') as Fd];
    const reply = callOnce({}, files, JSON.stringify('x'.repeat(5_000_000)));
    right(await libc.whenReady(listener, 'readable', null)());
    const fd = right(libc.accept4(listener, 0)());
    right(libc.recv(fd, new Uint8Array(100_000), 0)());
    libc.close(fd)();
    expect(await reply).toStrictEqual(brokenWith(false, 'closed'));
    for (const each of [listener, ...files]) libc.close(each)();
  });

  test('by a sandbox that does not read, or does not answer, ends at its time limit', async () => {
    const listener = listenAt(atFile(path));
    const tooMuch = JSON.stringify('x'.repeat(5_000_000));
    expect(await callOnce({ sendMs: 20 }, [], tooMuch)).toStrictEqual(brokenWith(false, 'timeout'));
    expect(await callOnce({ replyMs: 20 })).toStrictEqual(brokenWith(true, 'timeout'));
    libc.close(listener)();
  });

  test('by a reply that is none, or has no end, is told apart', async () => {
    const replies = ['HTTP/1.1 200 OK', '{"ok":1}', `{"success":true,"result":"${'x'.repeat(100)}`];
    const sentry = fakeSentry(listenAt(atFile(path)), (fd, _, count) => {
      say(fd, replies[count - 1] ?? '');
      return 'more';
    });
    expect(await callOnce()).toStrictEqual(brokenWith(true, 'garbage'));
    expect(await callOnce()).toStrictEqual(brokenWith(true, 'garbage'));
    expect(await callOnce({ replyBytes: 99 })).toStrictEqual(brokenWith(true, 'too-large'));
    sentry.close();
  });

  test('is the last of its connection', async () => {
    const sentry = fakeSentry(listenAt(atFile(path)), (fd) => {
      setTimeout(() => libc.send(fd, Buffer.from(OK), 0x4000)(), 50);
      return 'more';
    });
    const connection = await connected(path, { replyMs: 10 });
    const [first, second] = await Promise.all([
      connection.call(request, [])(),
      connection.call(request, [])(),
    ]);
    expect(first).toStrictEqual(brokenWith(true, 'timeout'));
    expect(second).toStrictEqual(brokenWith(false, 'closed'));
    connection.close();
    connection.close();
    expect(await connection.call(request, [])()).toStrictEqual(brokenWith(false, 'closed'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    sentry.close();
  });

  test('because there are more files than the kernel takes has done nothing', async () => {
    const listener = listenAt(atFile(path));
    const files = Array.from({ length: 254 }, () => listener);
    expect(await callOnce({}, files)).toMatchObject(
      E.left({ _tag: 'SyscallError', call: 'sendmsg', errno: EINVAL }),
    );
    libc.close(listener)();
  });
});

describe('the address of a sandbox', () => {
  const unreachable = (address: string, errno: number) =>
    E.left({ _tag: 'SandboxUnreachable', address, errno });
  const connect = (address: string, limits: Partial<UrpcLimits> = {}) =>
    connectSandbox({ ...URPC_LIMITS, ...limits })({ address })();
  const answersAt = async (address: string, sockaddr: Uint8Array | null) => {
    const sentry = fakeSentry(listenAt(sockaddr), (fd) => {
      say(fd, OK);
      return 'more';
    });
    const connection = await connected(address);
    expect(await connection.call(request, [])()).toStrictEqual(E.right({ n: 1 }));
    connection.close();
    sentry.close();
  };

  test.each([true, false])('is an abstract name, with a NUL at its end: %s', (trailingNul) => {
    const name = `npt-${process.pid}-sandbox`;
    return answersAt(`@${name}`, atAbstract(name, trailingNul));
  });

  test('is the abstract name with the NUL where there are both', async () => {
    const name = `npt-${process.pid}-both`;
    const [withNul, without] = [true, false].map((nul) => listenAt(atAbstract(name, nul)));
    const reply = (async () => {
      const connection = await connected(`@${name}`);
      const result = await connection.call(request, [])();
      connection.close();
      return result;
    })();
    right(await libc.whenReady(withNul as Fd, 'readable', null)());
    const fd = right(libc.accept4(withNul as Fd, 0)());
    await readRequest(fd);
    say(fd, OK);
    expect(await reply).toStrictEqual(E.right({ n: 1 }));
    for (const each of [fd, withNul as Fd, without as Fd]) libc.close(each)();
  });

  test('may be a path longer than a socket address holds', async () => {
    const deep = join(dir, 'd'.repeat(200), 'e'.repeat(200));
    mkdirSync(deep, { recursive: true });
    const folder = right(libc.open(deep, 0o10000000)());
    await answersAt(
      join(deep, 's'.repeat(60)),
      atFile(`/proc/self/fd/${folder}/${'s'.repeat(60)}`),
    );
    libc.close(folder)();
  });

  test('where nobody listens is unreachable, and says why', async () => {
    const none = join(dir, 'none');
    expect(await connect(none)).toStrictEqual(unreachable(none, ENOENT));
    const long = join(dir, 'n'.repeat(200));
    expect(await connect(long)).toStrictEqual(unreachable(long, ENOENT));
    const file = join(dir, 'file');
    writeFileSync(file, '');
    expect(await connect(file)).toStrictEqual(unreachable(file, ECONNREFUSED));
    const name = `@npt-${process.pid}-none`;
    expect(await connect(name)).toStrictEqual(unreachable(name, ECONNREFUSED));
    const tooLong = `@${'n'.repeat(108)}`;
    expect(await connect(tooLong)).toStrictEqual(unreachable(tooLong, ENAMETOOLONG));
    const cut = `${file}\0x`;
    expect(await connect(cut)).toStrictEqual(unreachable(cut, EINVAL));
  });

  test('of 107 bytes as an abstract name has no room for the NUL', () => {
    const name = `npt-${process.pid}-`.padEnd(107, 'x');
    return answersAt(`@${name}`, atAbstract(name, false));
  });

  test('whose queue stays full is given up at the time limit, and taken when it empties', async () => {
    const listener = listenAt(atFile(path), 0);
    const waiting = await connected();
    expect(await connect(path, { connectMs: 30 })).toStrictEqual(unreachable(path, ETIMEDOUT));
    const late = connected();
    libc.close(right(libc.accept4(listener, 0)()))();
    (await late).close();
    waiting.close();
    libc.close(listener)();
  });
});

test('nothing is left over 1,000 connections, calls and failures', async () => {
  const sentry = fakeSentry(listenAt(atFile(path)), (fd, _, count) => {
    if (count % 3 !== 0) say(fd, OK);
    return count % 3 === 1 ? 'more' : 'end';
  });
  const files = [openSync('/dev/null', 'r') as Fd];
  for (let i = 0; i < 1000; i += 1) {
    const outcome = await callOnce({}, files);
    expect(E.isLeft(outcome)).toBe(i % 3 === 2);
  }
  for (const fd of files) libc.close(fd)();
  sentry.close();
});
