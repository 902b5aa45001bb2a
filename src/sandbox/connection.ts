/** One control connection of the sandbox: a request with its descriptors, its reply, the next request. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import { MSG_DONTWAIT, MSG_NOSIGNAL } from '../executor/linux/abi.js';
import { EAGAIN } from '../executor/linux/errno.js';
import type { LibcError } from '../executor/linux/failure.js';
import { failedWith, reasonOf } from '../executor/linux/failure.js';
import type { Fd } from '../executor/linux/fd.js';
import { receiveWithFiles } from '../executor/linux/fd-passing.js';
import { close, recv, send, watch } from '../executor/linux/libc.js';
import { type ValueEnd, valueEnd } from '../executor/urpc/value-end.js';
import type { Delivery } from './behavior.js';

/** A set-up of 100,000 IPv6 routes has about 13 MB. gVisor itself has no limit. */
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
const CHUNK_BYTES = 65_536;
/** From a request's first byte to its last. */
export const REQUEST_TIMEOUT_MS = 30_000;

export interface ConnectionOptions {
  readonly fd: Fd;
  /** room for descriptors with a request's first byte; the kernel closes the rest */
  readonly maxFiles: number;
  /** Answers one request, whose descriptors are its own from then on; null to close the connection. */
  readonly serve: (text: string, files: ReadonlyArray<Fd>) => Delivery | null;
  /** Called once, when the descriptor is closed; `why` is null when the peer left between two requests. */
  readonly closed: (why: string | null) => void;
}

interface Incoming {
  readonly end: ValueEnd;
  readonly files: ReadonlyArray<Fd>;
  readonly chunks: Uint8Array[];
  length: number;
}

type Reading = 'more' | 'later' | 'served' | { readonly broken: string | null };

const waits = failedWith(EAGAIN);

const broken = (error: LibcError): Reading =>
  waits(error) ? 'later' : { broken: reasonOf(error) };

/** What the socket has no room for yet; null when the peer is gone. */
const sendSome = (fd: Fd, bytes: Uint8Array): Uint8Array | null => {
  if (bytes.length === 0) return bytes;
  const sent = send(fd, bytes, MSG_DONTWAIT | MSG_NOSIGNAL)();
  if (E.isRight(sent)) return bytes.subarray(sent.right);
  return waits(sent.left) ? bytes : null;
};

/**
 * Serves requests one after the other until the peer leaves or the IO that this gives is run; then the
 * descriptor is closed, and those of a request that was not complete.
 *
 * Descriptors ride on the first byte, so that byte is received alone. What comes after a value and before
 * its reply is dropped, as gVisor's decoder drops what it has read too far. Source: pkg/urpc/urpc.go.
 */
export const serveConnection = (options: ConnectionOptions): IO.IO<void> => {
  const { fd } = options;
  const chunk = new Uint8Array(CHUNK_BYTES);
  let request: Incoming | null = null;
  let unwatch: IO.IO<void> = () => {};
  let timer: NodeJS.Timeout | undefined;
  let open = true;

  const finish = (why: string | null): void => {
    if (!open) return;
    open = false;
    unwatch();
    clearTimeout(timer);
    for (const file of request?.files ?? []) close(file)();
    close(fd)();
    options.closed(why);
  };

  const after = (delayMs: number, then: IO.IO<void>): void => {
    clearTimeout(timer);
    timer = setTimeout(then, delayMs);
  };

  const when = (what: 'readable' | 'writable', ready: IO.IO<void>): void => {
    unwatch();
    const watching = watch(fd, what, ready)();
    if (E.isRight(watching)) unwatch = watching.right;
    else finish('watch');
  };

  const readFirstByte = (): Reading => {
    const got = receiveWithFiles(fd, chunk.subarray(0, 1), options.maxFiles, MSG_DONTWAIT)();
    if (E.isLeft(got)) return broken(got.left);
    if (got.right.bytes === 0) return { broken: null };
    request = { end: valueEnd(), files: got.right.files, chunks: [], length: 0 };
    after(REQUEST_TIMEOUT_MS, () => finish('a request that took too long'));
    return take(request, chunk.subarray(0, 1));
  };

  const readMore = (current: Incoming): Reading => {
    const got = recv(fd, chunk, MSG_DONTWAIT)();
    if (E.isLeft(got)) return broken(got.left);
    if (got.right === 0) return { broken: 'closed inside a request' };
    return take(current, chunk.subarray(0, got.right));
  };

  const take = (current: Incoming, bytes: Uint8Array): Reading => {
    const end = current.end.take(bytes);
    if (end === 'garbage') return { broken: 'a request that is not JSON' };
    current.chunks.push(bytes.slice(0, end ?? bytes.length));
    current.length += bytes.length;
    if (current.length > MAX_REQUEST_BYTES) return { broken: 'a request that is too large' };
    if (end === null) return 'more';
    request = null;
    clearTimeout(timer);
    const delivery = options.serve(Buffer.concat(current.chunks).toString('utf8'), current.files);
    if (delivery === null) return { broken: 'a request that is not JSON' };
    if (open) reply(delivery);
    return 'served';
  };

  const onReadable = (): void => {
    let progress: Reading = 'more';
    while (progress === 'more') progress = request === null ? readFirstByte() : readMore(request);
    if (typeof progress === 'object') finish(progress.broken);
  };

  const reply = ({ bytes, delayMs, next }: Delivery): void => {
    unwatch();
    if (delayMs === 0) write(bytes, next);
    else after(delayMs, () => write(bytes, next));
  };

  const write = (bytes: Uint8Array, next: Delivery['next']): void => {
    const rest = sendSome(fd, bytes);
    if (rest === null) finish('closed before the reply');
    else if (rest.length > 0) when('writable', () => write(rest, next));
    else if (next === 'close') finish(null);
    else when('readable', next === 'call' ? onReadable : ignore);
  };

  /** A hung sandbox reads nothing; only the peer's leaving ends the connection. */
  const ignore = (): void => {
    const got = recv(fd, chunk, MSG_DONTWAIT)();
    if (E.isRight(got) ? got.right === 0 : !waits(got.left)) finish(null);
  };

  when('readable', onReadable);
  return () => finish(null);
};
