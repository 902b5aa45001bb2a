/** A bare urpc client and a sandbox on an abstract name, for tests: bytes and descriptors as the test says. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import { test as base } from 'vitest';
import { AF_UNIX, MSG_DONTWAIT, MSG_NOSIGNAL, SOCK_STREAM } from '../../src/executor/linux/abi.js';
import type { Fd } from '../../src/executor/linux/fd.js';
import { sendWithFiles } from '../../src/executor/linux/fd-passing.js';
import { close, connect, recv, send, socket, whenReady } from '../../src/executor/linux/libc.js';
import { sockaddrUnAbstract } from '../../src/executor/linux/sockaddr.js';
import { LATEST, type Target } from '../../src/plan/model/target.js';
import type { Behavior } from '../../src/sandbox/behavior.js';
import type { SandboxEvent } from '../../src/sandbox/events.js';
import { type RunningSandbox, runSandbox } from '../../src/sandbox/server.js';

export const must = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};
export const now = <A>(io: IOE.IOEither<unknown, A>): A => must(io());

export interface TestClient {
  readonly send: (text: string, files?: ReadonlyArray<Fd>) => void;
  /** sends bytes as fast as they are taken, until there are no more or the other end is closed */
  readonly pour: (bytes: Uint8Array) => Promise<void>;
  /** what came up to `length` bytes or the end of the connection */
  readonly receive: (length: number) => Promise<string>;
  /** sends, and waits for a reply of exactly this text */
  readonly call: (text: string, files?: ReadonlyArray<Fd>) => Promise<string>;
  readonly close: () => void;
}

/** Replies end where their JSON ends: the two shapes that a set-up call has. */
const COMPLETE = /^\{.*"result":(\{\}|null)\}$/s;

const openClient = (address: string): TestClient => {
  const fd = now(socket(AF_UNIX, SOCK_STREAM, 0));
  const name = sockaddrUnAbstract(address.slice(1), false);
  if (name === null) throw new Error(`too long: ${address}`);
  now(connect(fd, name));
  let open = true;
  const chunk = new Uint8Array(65_536);
  const receiveUntil = async (enough: (text: string) => boolean): Promise<string> => {
    let text = '';
    while (!enough(text)) {
      must(await whenReady(fd, 'readable', null)());
      const got = recv(fd, chunk, MSG_DONTWAIT)();
      const length = E.isRight(got) ? got.right : 0;
      if (length === 0) break;
      text += Buffer.from(chunk.subarray(0, length)).toString('utf8');
    }
    return text;
  };
  const sendAll = (text: string, files: ReadonlyArray<Fd> = []): void => {
    const bytes = new TextEncoder().encode(text);
    if (now(sendWithFiles(fd, bytes, files, 0)) !== bytes.length) throw new Error('short send');
  };
  return {
    send: sendAll,
    pour: async (bytes) => {
      let rest = bytes;
      while (rest.length > 0) {
        must(await whenReady(fd, 'writable', null)());
        const sent = send(fd, rest, MSG_DONTWAIT | MSG_NOSIGNAL)();
        if (E.isLeft(sent)) break;
        rest = rest.subarray(sent.right);
      }
    },
    receive: (length) => receiveUntil((text) => text.length >= length),
    call: (text, files = []) => {
      sendAll(text, files);
      return receiveUntil((reply) => COMPLETE.test(reply));
    },
    close: () => {
      if (open) close(fd)();
      open = false;
    },
  };
};

export interface TestSandbox {
  readonly start: (behavior?: Behavior, target?: Target) => Promise<RunningSandbox>;
  readonly client: (address: string) => TestClient;
  readonly events: SandboxEvent[];
}

let started = 0;

/** vitest's `test` with sandboxes and clients that are gone after it. */
export const test = base.extend<{ sandbox: TestSandbox }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants a destructured first parameter
  sandbox: async ({}, use) => {
    const events: SandboxEvent[] = [];
    const cleanups: (() => void)[] = [];
    await use({
      events,
      start: async (behavior = { _tag: 'Serve' }, target = LATEST) => {
        started += 1;
        const listen = `@npt-sandbox-${process.pid}-${started}`;
        const onEvent = (event: SandboxEvent): void => {
          events.push(event);
        };
        const running = must(await runSandbox({ listen, onEvent, behavior, target })());
        cleanups.push(running.stop);
        return running;
      },
      client: (address) => {
        const client = openClient(address);
        cleanups.push(client.close);
        return client;
      },
    });
    for (const cleanup of cleanups.reverse()) cleanup();
  },
});
