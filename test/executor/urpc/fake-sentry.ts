/** A sandbox's control socket for tests: it counts the descriptors it is handed and answers as it is told. */
import { fstatSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import {
  AF_UNIX,
  MSG_DONTWAIT,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from '../../../src/executor/linux/abi.js';
import type { Fd } from '../../../src/executor/linux/fd.js';
import { receiveWithFiles } from '../../../src/executor/linux/fd-passing.js';
import * as libc from '../../../src/executor/linux/libc.js';
import { sockaddrUnAbstract, sockaddrUnFile } from '../../../src/executor/linux/sockaddr.js';

export const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

export interface Request {
  readonly text: string;
  /** inodes of the files that came with the first byte, and with any later one */
  readonly first: ReadonlyArray<number>;
  readonly later: ReadonlyArray<number>;
}

const receive = async (fd: Fd, size: number) => {
  right(await libc.whenReady(fd, 'readable', null)());
  const buffer = new Uint8Array(size);
  const { bytes, files } = right(receiveWithFiles(fd, buffer, 253, MSG_DONTWAIT)());
  const inodes = files.map((file) => fstatSync(file).ino);
  for (const file of files) libc.close(file)();
  return { text: Buffer.from(buffer.subarray(0, bytes)).toString('latin1'), inodes };
};

/** As gVisor reads: one byte with the files, then until the JSON value is complete. */
export const readRequest = async (fd: Fd): Promise<Request> => {
  const { text: start, inodes: first } = await receive(fd, 1);
  const later: number[] = [];
  let text = start;
  while (start !== '' && !isComplete(text)) {
    const more = await receive(fd, 65536);
    if (more.text === '') break;
    later.push(...more.inodes);
    text += more.text;
  }
  return { text: Buffer.from(text, 'latin1').toString('utf8'), first, later };
};

const isComplete = (text: string): boolean => {
  if (!text.endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

export const say = (fd: Fd, text: string): void => {
  right(libc.send(fd, Buffer.from(text), 0)());
};

export interface FakeSentry {
  readonly requests: ReadonlyArray<Request>;
  readonly close: () => void;
}

const socketAt = (sockaddr: Uint8Array | null): Fd => {
  if (sockaddr === null) throw new Error('no such address');
  const fd = right(libc.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)());
  right(libc.bind(fd, sockaddr)());
  return fd;
};

export const listenAt = (sockaddr: Uint8Array | null, backlog = 16): Fd => {
  const fd = socketAt(sockaddr);
  right(libc.listen(fd, backlog)());
  return fd;
};

export const atFile = (path: string) => sockaddrUnFile(path);
export const atAbstract = (name: string, trailingNul: boolean) =>
  sockaddrUnAbstract(name, trailingNul);

/** Answers each request of each connection with what `answer` does to it; a connection ends when it says so. */
export const fakeSentry = (
  listener: Fd,
  answer: (fd: Fd, request: Request, count: number) => 'more' | 'end',
): FakeSentry => {
  const requests: Request[] = [];
  const serve = async (fd: Fd): Promise<void> => {
    for (;;) {
      const request = await readRequest(fd);
      if (request.text === '') break;
      requests.push(request);
      if (answer(fd, request, requests.length) === 'end') break;
    }
    libc.close(fd)();
  };
  const stop = right(
    libc.watch(listener, 'readable', () => {
      const accepted = libc.accept4(listener, 0)();
      if (E.isRight(accepted)) void serve(accepted.right);
    })(),
  );
  return {
    requests,
    close: () => {
      stop();
      libc.close(listener)();
    },
  };
};
