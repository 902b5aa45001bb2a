/** The network that calls have set up: what was accepted, and the packet sockets that are answered on. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as IO from 'fp-ts/lib/IO.js';
import * as T from 'fp-ts/lib/Task.js';
import type { Fd } from '../executor/linux/fd.js';
import { close } from '../executor/linux/libc.js';
import { closePacketSocket } from '../executor/linux/packet-socket.js';
import type { AcceptedNetwork } from './contract/accepted.js';
import { duplicateNic } from './contract/contract.js';
import { openPort } from './packet-port.js';
import { type Counters, createStack, type Stack, zeroCounters } from './stack.js';

const EMPTY: AcceptedNetwork = { nics: [], routeTable: [] };

export interface HostedNetwork {
  /**
   * Takes a network with its descriptors, `channels` of each NIC in order. Left: the sentry's words for
   * why not; then nothing has changed. Either way the descriptors are the network's, which closes what it
   * does not use.
   */
  readonly take: (network: AcceptedNetwork, files: ReadonlyArray<Fd>) => E.Either<string, void>;
  /** Gives up all NICs, to take others. */
  readonly clear: IO.IO<void>;
  /** Closes the sockets, to take nothing more; what was accepted last can still be asked for. */
  readonly close: T.Task<void>;
  readonly accepted: IO.IO<AcceptedNetwork>;
  readonly counters: IO.IO<Counters>;
}

const closeAll = (files: ReadonlyArray<Fd>): void => {
  for (const file of files) close(file)();
};

/** A network without NICs. */
export const hostedNetwork = (): HostedNetwork => {
  const counters = zeroCounters();
  let network = EMPTY;
  let stack: Stack = createStack(network, counters);
  let files: ReadonlyArray<Fd> = [];
  let ports: ReadonlyArray<IO.IO<void>> = [];

  const become = (next: AcceptedNetwork): void => {
    network = next;
    stack = createStack(next, counters);
  };

  const closeSockets = (): Promise<unknown> => {
    for (const stop of ports) stop();
    const closing = pipe(files, T.traverseArray(closePacketSocket));
    ports = [];
    files = [];
    return closing();
  };

  const clear = (): void => {
    void closeSockets();
    become(EMPTY);
  };

  const openPorts = (
    { nics }: AcceptedNetwork,
    given: ReadonlyArray<Fd>,
  ): E.Either<string, ReadonlyArray<IO.IO<void>>> => {
    const opened: IO.IO<void>[] = [];
    let from = 0;
    for (const [index, nic] of nics.entries()) {
      const port = openPort({
        files: given.slice(from, from + nic.channels),
        vnetHeader: nic.gso === 'host',
        receive: (frame) => stack.receive(index, frame),
      });
      if (E.isLeft(port)) {
        for (const stop of opened) stop();
        return port;
      }
      opened.push(port.right);
      from += nic.channels;
    }
    return E.right(opened);
  };

  /** A call that has no links leaves the NICs and replaces the routes, as a sentry's does. */
  const takeRoutes = (next: AcceptedNetwork): E.Either<string, void> => {
    become({ nics: network.nics, routeTable: next.routeTable });
    return E.right(undefined);
  };

  const takeNics = (
    next: AcceptedNetwork,
    given: ReadonlyArray<Fd>,
  ): E.Either<string, ReadonlyArray<Fd>> => {
    const opened = openPorts(next, given);
    if (E.isLeft(opened)) return opened;
    ports = opened.right;
    become(next);
    return E.right(
      given.slice(
        0,
        next.nics.reduce((sum, nic) => sum + nic.channels, 0),
      ),
    );
  };

  const take = (next: AcceptedNetwork, given: ReadonlyArray<Fd>): E.Either<string, void> => {
    const [first] = next.nics;
    if (first === undefined || network.nics.length > 0) {
      closeAll(given);
      return first === undefined ? takeRoutes(next) : E.left(duplicateNic(1, first.name));
    }
    const kept = takeNics(next, given);
    files = E.isRight(kept) ? kept.right : [];
    closeAll(given.slice(files.length));
    return E.isRight(kept) ? E.right(undefined) : kept;
  };

  return {
    take,
    clear,
    close: async () => void (await closeSockets()),
    accepted: () => network,
    counters: () => ({ ...counters }),
  };
};
