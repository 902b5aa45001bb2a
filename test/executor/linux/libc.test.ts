import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import {
  AF_UNIX,
  LOCK_EX,
  LOCK_NB,
  MSG_DONTWAIT,
  O_CREAT,
  O_RDWR,
  POLLIN,
  POLLOUT,
  SO_RCVBUF,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../../../src/executor/linux/abi.js';
import { EAGAIN, EBADF, EINVAL, ENOENT } from '../../../src/executor/linux/errno.js';
import type { LibcError } from '../../../src/executor/linux/failure.js';
import type { Fd } from '../../../src/executor/linux/fd.js';
import * as libc from '../../../src/executor/linux/libc.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};
const errnoOf = (result: E.Either<LibcError, unknown>): number | null =>
  E.isLeft(result) && result.left._tag === 'SyscallError' ? result.left.errno : null;

const withPair = async (use: (a: Fd, b: Fd) => void | Promise<void>): Promise<void> => {
  const [a, b] = right(libc.socketpair(AF_UNIX, SOCK_STREAM)());
  try {
    await use(a, b);
  } finally {
    libc.close(a)();
    libc.close(b)();
  }
};

describe('system calls', () => {
  test('bytes go through send and recv, to a part of a buffer too', () =>
    withPair((a, b) => {
      expect(libc.send(a, Uint8Array.of(1, 2, 3).subarray(1), 0)()).toStrictEqual(E.right(2));
      const buffer = new Uint8Array(4);
      expect(libc.recv(b, buffer.subarray(1), 0)()).toStrictEqual(E.right(2));
      expect([...buffer]).toStrictEqual([0, 2, 3, 0]);
    }));

  test('a failure has the call, its errno and what it was about', () =>
    withPair((_, b) => {
      expect(libc.about('the test')(libc.recv(b, new Uint8Array(1), MSG_DONTWAIT))()).toStrictEqual(
        E.left({ _tag: 'SyscallError', call: 'recv', errno: EAGAIN, about: 'the test' }),
      );
      expect(libc.open('/npt/none', O_RDWR)()).toStrictEqual(
        E.left({ _tag: 'SyscallError', call: 'open', errno: ENOENT, about: '/npt/none' }),
      );
      expect(errnoOf(libc.open('/etc/passwd\0.txt', O_RDWR)())).toBe(EINVAL);
      expect(errnoOf(libc.listen(-1 as Fd, 1)())).toBe(EBADF);
    }));

  test('options are read back as they were set', () =>
    withPair((a) => {
      right(libc.setsockoptInt(a, SOL_SOCKET, SO_RCVBUF, 10_000)());
      expect(right(libc.getsockoptInt(a, SOL_SOCKET, SO_RCVBUF)())).toBe(20_000);
    }));

  test('poll tells each descriptor’s own events', () =>
    withPair((a, b) => {
      right(libc.send(a, Uint8Array.of(1), 0)());
      const events = POLLIN | POLLOUT;
      const found = right(
        libc.poll(
          [
            { fd: a, events },
            { fd: b, events },
          ],
          0,
        )(),
      );
      expect(found).toStrictEqual([POLLOUT, POLLIN | POLLOUT]);
    }));

  test('flock keeps a second open file out until the first is closed', () => {
    const dir = mkdtempSync(join(tmpdir(), 'npt-'));
    const open = () => right(libc.open(join(dir, 'lock'), O_RDWR | O_CREAT, 0o600)());
    try {
      const [one, two] = [open(), open()];
      right(libc.flock(one, LOCK_EX | LOCK_NB)());
      expect(errnoOf(libc.flock(two, LOCK_EX | LOCK_NB)())).toBe(EAGAIN);
      libc.close(one)();
      expect(libc.flock(two, LOCK_EX | LOCK_NB)()).toStrictEqual(E.right(undefined));
      libc.close(two)();
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('whenReady waits for bytes, for the end, and no longer than it is told', () =>
    withPair(async (a, b) => {
      expect(await libc.whenReady(b, 'readable', 1)()).toStrictEqual(E.right('timeout'));
      expect(await libc.whenReady(b, 'writable', null)()).toStrictEqual(E.right('ready'));
      const waiting = libc.whenReady(b, 'readable', null)();
      right(libc.send(a, Uint8Array.of(1), 0)());
      expect(await waiting).toStrictEqual(E.right('ready'));
      right(libc.recv(b, new Uint8Array(1), 0)());
      const [closed, other] = right(libc.socketpair(AF_UNIX, SOCK_STREAM)());
      const ending = libc.whenReady(other, 'readable', null)();
      libc.close(closed)();
      expect(await ending).toStrictEqual(E.right('ready'));
      libc.close(other)();
    }));
});
