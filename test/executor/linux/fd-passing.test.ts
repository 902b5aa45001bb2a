import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { AF_UNIX, SOCK_STREAM } from '../../../src/executor/linux/abi.js';
import { EPIPE } from '../../../src/executor/linux/errno.js';
import type { LibcError } from '../../../src/executor/linux/failure.js';
import type { Fd } from '../../../src/executor/linux/fd.js';
import { receiveWithFiles, sendWithFiles } from '../../../src/executor/linux/fd-passing.js';
import { close, socketpair } from '../../../src/executor/linux/libc.js';

const right = <A>(result: E.Either<LibcError, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const withPair = (use: (a: Fd, b: Fd) => void): void => {
  const [a, b] = right(socketpair(AF_UNIX, SOCK_STREAM)());
  try {
    use(a, b);
  } finally {
    close(a)();
    close(b)();
  }
};

/** /dev/null and others, each with an inode of its own to know it by. */
const someFiles = (count: number): ReadonlyArray<Fd> =>
  Array.from({ length: count }, (_, i) => openSync(i % 2 ? '/dev/zero' : '/dev/null', 'r') as Fd);
const inodes = (files: ReadonlyArray<Fd>) => files.map((fd) => fstatSync(fd).ino);
const closeAll = (files: ReadonlyArray<Fd>) => {
  for (const fd of files) closeSync(fd);
};
const openFiles = () => readdirSync('/proc/self/fd').length;

describe('descriptors over a unix socket', () => {
  test.each([0, 1, 2, 128, 253])('%i of them arrive in order with the first byte', (count) =>
    withPair((a, b) => {
      const files = someFiles(count);
      expect(sendWithFiles(a, Buffer.from('hello'), files, 0)()).toStrictEqual(E.right(5));
      const first = right(receiveWithFiles(b, new Uint8Array(1), 253, 0)());
      expect(inodes(first.files)).toStrictEqual(inodes(files));
      expect(first).toMatchObject({ bytes: 1, filesDropped: false });
      const rest = right(receiveWithFiles(b, new Uint8Array(9), 253, 0)());
      expect(rest).toStrictEqual({ bytes: 4, files: [], filesDropped: false });
      closeAll([...files, ...first.files]);
    }),
  );

  test.each([1, 2, 3, 4])('room for %i takes that many and tells that more were dropped', (room) =>
    withPair((a, b) => {
      const files = someFiles(5);
      right(sendWithFiles(a, Uint8Array.of(1), files, 0)());
      const got = right(receiveWithFiles(b, new Uint8Array(1), room, 0)());
      expect(inodes(got.files)).toStrictEqual(inodes(files.slice(0, room)));
      expect(got.filesDropped).toBe(true);
      closeAll([...files, ...got.files]);
    }),
  );

  test('what arrives is close-on-exec', () =>
    withPair((a, b) => {
      const files = someFiles(1);
      right(sendWithFiles(a, Uint8Array.of(1), files, 0)());
      const got = right(receiveWithFiles(b, new Uint8Array(1), 1, 0)());
      const flags = `/proc/self/fdinfo/${got.files[0]}`;
      expect(
        Number.parseInt(/flags:\s+(\d+)/.exec(readFileSync(flags, 'utf8'))?.[1] ?? '', 8),
      ).toSatisfy((bits: number) => (bits & 0o2000000) !== 0);
      closeAll([...files, ...got.files]);
    }));

  test('a closed peer is an error and no signal', () => {
    const [a, b] = right(socketpair(AF_UNIX, SOCK_STREAM)());
    close(b)();
    expect(sendWithFiles(a, Uint8Array.of(1), [], 0)()).toMatchObject(
      E.left({ call: 'sendmsg', errno: EPIPE }),
    );
    close(a)();
  });

  test('no descriptor is left over 1,000 rounds', () =>
    withPair((a, b) => {
      const files = someFiles(3);
      const before = openFiles();
      for (let i = 0; i < 1000; i += 1) {
        right(sendWithFiles(a, Uint8Array.of(1), files, 0)());
        closeAll(right(receiveWithFiles(b, new Uint8Array(1), 2, 0)()).files);
      }
      expect(openFiles()).toBe(before);
      closeAll(files);
    }));
});
