/** A client of gVisor's urpc: one request with descriptors on its first byte, one reply, again. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as IO from 'fp-ts/lib/IO.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { MSG_DONTWAIT, MSG_NOSIGNAL } from '../linux/abi.js';
import { EAGAIN, ECONNRESET, EPIPE } from '../linux/errno.js';
import type { LibcError } from '../linux/failure.js';
import { failedWith, reasonOf } from '../linux/failure.js';
import type { Fd } from '../linux/fd.js';
import { sendWithFiles } from '../linux/fd-passing.js';
import { close, recv, send, whenReady } from '../linux/libc.js';
import type { SandboxAddress } from './address.js';
import { connectSocket } from './address.js';
import type { CallError, ConnectError, ExchangeBroken } from './failure.js';
import { type Reply, replyScanner } from './reply.js';

/** A connected control socket. Calls are strictly one after the other. */
export interface SandboxConnection {
  /** Sends `request` (one JSON document), all `files` on its first byte; resolves to `result` of the reply. */
  readonly call: (
    request: { readonly method: string; readonly json: string },
    files: ReadonlyArray<Fd>,
  ) => TE.TaskEither<CallError, unknown>;
  readonly close: IO.IO<void>;
}

export interface UrpcLimits {
  /** milliseconds that the listener may take to take the connection in */
  readonly connectMs: number;
  /** milliseconds that the sandbox may take to read the request */
  readonly sendMs: number;
  /** milliseconds from the last byte sent to the last byte of the reply */
  readonly replyMs: number;
  /** the longest reply taken, in bytes */
  readonly replyBytes: number;
}

/** A sandbox answers within milliseconds; a machine under load may make it wait much longer. */
export const URPC_LIMITS: UrpcLimits = {
  connectMs: 10_000,
  sendMs: 10_000,
  replyMs: 60_000,
  replyBytes: 16 * 1024 * 1024,
};

const READ_BYTES = 64 * 1024;

interface Exchange {
  readonly fd: Fd;
  readonly method: string;
  readonly limits: UrpcLimits;
}

type Exchanged<A> = E.Either<CallError, A>;

const exchangeBroken = (
  { method }: Pick<Exchange, 'method'>,
  sent: boolean,
  why: ExchangeBroken['why'],
  detail: string,
): E.Either<ExchangeBroken, never> => E.left({ _tag: 'ExchangeBroken', method, sent, why, detail });

/** Makes a non-blocking call, and again whenever `fd` is ready for it, until `deadline`. */
const beforeDeadline = async <A>(
  fd: Fd,
  what: 'readable' | 'writable',
  call: IOE.IOEither<LibcError, A>,
  deadline: number,
): Promise<E.Either<LibcError, A | 'timeout'>> => {
  for (;;) {
    const result = call();
    if (E.isRight(result) || !failedWith(EAGAIN)(result.left)) return result;
    const ready = await whenReady(fd, what, Math.max(0, deadline - performance.now()))();
    if (E.isLeft(ready)) return ready;
    if (ready.right === 'timeout') return E.right('timeout');
  }
};

const sendPart = (fd: Fd, bytes: Uint8Array, files: ReadonlyArray<Fd>) =>
  files.length > 0
    ? sendWithFiles(fd, bytes, files, MSG_DONTWAIT)
    : send(fd, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);

/** A request that was not sent to its last byte is no JSON value: the sandbox cannot have acted on it. */
const sendFailed = (exchange: Exchange, error: LibcError): Exchanged<never> => {
  return failedWith(EPIPE, ECONNRESET)(error)
    ? exchangeBroken(exchange, false, 'closed', 'the sandbox closed the connection')
    : E.left(error);
};

/** All files ride on the first byte that goes; a file on a later one would be lost. */
const sendRequest = async (
  exchange: Exchange,
  request: Uint8Array,
  files: ReadonlyArray<Fd>,
): Promise<Exchanged<void>> => {
  const deadline = performance.now() + exchange.limits.sendMs;
  let sent = 0;
  while (sent < request.length) {
    const call = sendPart(exchange.fd, request.subarray(sent), sent === 0 ? files : []);
    const some = await beforeDeadline(exchange.fd, 'writable', call, deadline);
    if (E.isLeft(some)) return sendFailed(exchange, some.left);
    if (some.right === 'timeout')
      return exchangeBroken(exchange, false, 'timeout', 'the sandbox does not read the request');
    sent += some.right;
  }
  return E.right(undefined);
};

/**
 * The kernel reports a reset where the other end closed with bytes of the request unread: it has not seen
 * the end of the JSON value, so it has not acted. gVisor does so to a peer with the wrong uid
 * (until release-20230920.0), and a listener that dies with the connection still in its queue.
 */
const receiveFailed = (exchange: Exchange, error: LibcError, received: number): Exchanged<never> =>
  failedWith(ECONNRESET)(error) && received === 0
    ? exchangeBroken(
        exchange,
        false,
        'refused',
        'the sandbox closed the connection without reading',
      )
    : exchangeBroken(exchange, true, 'closed', reasonOf(error));

/** How many bytes came, or why no more will. */
const receiveSome = (
  exchange: Exchange,
  some: number | 'timeout',
  received: number,
): Exchanged<number> => {
  if (some === 'timeout')
    return exchangeBroken(exchange, true, 'timeout', `no answer in ${exchange.limits.replyMs} ms`);
  return some === 0
    ? exchangeBroken(
        exchange,
        true,
        'closed',
        `the connection ended after ${received} bytes of reply`,
      )
    : E.right(some);
};

const receiveReply = async (exchange: Exchange): Promise<Exchanged<Reply>> => {
  const { fd, limits } = exchange;
  const deadline = performance.now() + limits.replyMs;
  const buffer = new Uint8Array(READ_BYTES);
  const scan = replyScanner(limits.replyBytes);
  let received = 0;
  for (;;) {
    const call = recv(fd, buffer, MSG_DONTWAIT);
    const got = await beforeDeadline(fd, 'readable', call, deadline);
    if (E.isLeft(got)) return receiveFailed(exchange, got.left, received);
    const some = receiveSome(exchange, got.right, received);
    if (E.isLeft(some)) return some;
    received += some.right;
    const reply = scan(buffer.subarray(0, some.right));
    if (E.isLeft(reply)) return exchangeBroken(exchange, true, reply.left.why, reply.left.detail);
    if (reply.right !== null) return E.right(reply.right);
  }
};

const exchangeOnce = async (
  exchange: Exchange,
  json: string,
  files: ReadonlyArray<Fd>,
): Promise<Exchanged<Reply>> => {
  const sent = await sendRequest(exchange, Buffer.from(json), files);
  return E.isLeft(sent) ? sent : receiveReply(exchange);
};

const resultOf = (method: string, reply: Reply): Exchanged<unknown> =>
  reply.success
    ? E.right(reply.result)
    : E.left({ _tag: 'RemoteError', method, message: reply.message });

/**
 * The connection owns `fd`. Calls wait for each other. After an exchange that broke, the next call could
 * take the old reply for its own, so there is none: the socket is closed at once.
 */
const connection = (fd: Fd, limits: UrpcLimits): SandboxConnection => {
  let last: Promise<unknown> = Promise.resolve();
  let calls = 0;
  let open = true;
  let closed = false;
  const closeIfUnused = (): void => {
    if (open || closed || calls > 0) return;
    closed = true;
    close(fd)();
  };
  const callNow = async (
    { method, json }: { readonly method: string; readonly json: string },
    files: ReadonlyArray<Fd>,
  ): Promise<Exchanged<unknown>> => {
    if (!open) return exchangeBroken({ method }, false, 'closed', 'the connection is closed');
    const reply = await exchangeOnce({ fd, method, limits }, json, files);
    if (E.isLeft(reply)) {
      open = false;
      return reply;
    }
    return resultOf(method, reply.right);
  };
  return {
    call: (request, files) => () => {
      calls += 1;
      const done = last
        .then(() => callNow(request, files))
        .finally(() => {
          calls -= 1;
          closeIfUnused();
        });
      last = done;
      return done;
    },
    close: () => {
      open = false;
      closeIfUnused();
    },
  };
};

/**
 * Connects to a sandbox's control socket; the connection is to be closed by the caller. Closing it during
 * a call takes effect when that call has ended, at its time limit at the latest.
 */
export const connectSandbox =
  (limits: UrpcLimits = URPC_LIMITS) =>
  (to: SandboxAddress): TE.TaskEither<ConnectError, SandboxConnection> =>
    pipe(
      connectSocket(to, limits.connectMs),
      TE.map((fd) => connection(fd, limits)),
    );
