/** The embedded reference sandbox: takes the set-up call as the sentry does and answers ARP, NDP and ping. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LibcError } from '../executor/linux/failure.js';
import { reasonOf } from '../executor/linux/failure.js';
import type { Fd } from '../executor/linux/fd.js';
import { close } from '../executor/linux/libc.js';
import { LATEST, type Target } from '../plan/model/target.js';
import { type Behavior, deliver } from './behavior.js';
import { answerCall } from './calls.js';
import { serveConnection } from './connection.js';
import type { AcceptedNetwork } from './contract/accepted.js';
import type { SandboxEvent } from './events.js';
import { hostedNetwork } from './hosted-network.js';
import { openListener } from './listener.js';
import type { Counters } from './stack.js';

/** Open at the same time; more are closed at once. */
const MAX_CONNECTIONS = 16;

export interface SandboxOptions {
  /** a path for a socket file, made now and removed at the end, or `@NAME` for an abstract name */
  readonly listen: string;
  readonly onEvent: (event: SandboxEvent) => void;
  /** the gVisor that it behaves as: methods, checks, descriptors; the newest unless given */
  readonly target?: Target;
  /** for tests of what talks to it; otherwise it serves */
  readonly behavior?: Behavior;
}

export interface RunningSandbox {
  readonly address: string;
  /** the network there is, or was when it stopped; no NICs before the first accepted call */
  readonly accepted: IO.IO<AcceptedNetwork>;
  readonly counters: IO.IO<Counters>;
  /** Closes every connection and socket. Again is nothing. */
  readonly stop: IO.IO<void>;
  /** Resolves when it has stopped and its sockets are closed, asked to or because it could accept no more. */
  readonly closed: T.Task<void>;
}

const start =
  ({
    listen: address,
    onEvent,
    target = LATEST,
    behavior = { _tag: 'Serve' },
  }: SandboxOptions): IOE.IOEither<LibcError, RunningSandbox> =>
  () => {
    const network = hostedNetwork();
    const connections = new Map<Fd, IO.IO<void>>();

    const serve = (text: string, files: ReadonlyArray<Fd>) => {
      const reply = answerCall({ network, target, behavior, onEvent }, text, files);
      return reply === null ? null : deliver(behavior, reply);
    };

    const accepted = (fd: Fd): void => {
      if (connections.size >= MAX_CONNECTIONS) {
        close(fd)();
        return;
      }
      const closed = (why: string | null): void => {
        connections.delete(fd);
        if (why !== null) onEvent({ _tag: 'ConnectionBroken', why });
      };
      connections.set(fd, serveConnection({ fd, maxFiles: target.maxFiles, serve, closed }));
    };

    const listener = openListener({
      address,
      accepted,
      failed: (error) => {
        onEvent({ _tag: 'ConnectionBroken', why: reasonOf(error) });
        stop();
      },
    })();
    if (E.isLeft(listener)) return listener;

    let stopped: IO.IO<void> = () => {};
    const closed = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    let running = true;
    const stop = (): void => {
      if (!running) return;
      running = false;
      listener.right();
      for (const stopConnection of [...connections.values()]) stopConnection();
      const closing = network.close();
      onEvent({ _tag: 'Stopped', counters: network.counters() });
      void closing.then(stopped);
    };

    onEvent({ _tag: 'Listening', address });
    return E.right({
      address,
      accepted: network.accepted,
      counters: network.counters,
      stop,
      closed: () => closed,
    });
  };

/**
 * Starts a sandbox in this process, in its event loop and in the caller's network namespace (where abstract
 * names live). It keeps the sentry's contract, shows what it was given, and answers on the sockets.
 */
export const runSandbox = (options: SandboxOptions): TE.TaskEither<LibcError, RunningSandbox> =>
  TE.fromIOEither(start(options));
