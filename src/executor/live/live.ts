/** The real capabilities: this machine's kernel, the sandboxes that listen on it, its files and clocks. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NetnsIdentity } from '../../plan/model/state.js';
import type { Capabilities, Netns } from '../effects/capabilities.js';
import type { ExecError } from '../failures/failure.js';
import { AF_UNIX, SOCK_STREAM } from '../linux/abi.js';
import { ethtoolGso } from '../linux/ethtool.js';
import type { LibcError } from '../linux/failure.js';
import type { Fd } from '../linux/fd.js';
import { openFramePort } from '../linux/frame-port.js';
import { close, socket } from '../linux/libc.js';
import { identityFromInside, inNetns, openNetnsFile } from '../linux/netns.js';
import { closePacketSocket, openPacketSocket } from '../linux/packet-socket.js';
import { openFilters, readFilters } from '../namespace/filters.js';
import { observe } from '../namespace/observe.js';
import { change } from '../netlink/change.js';
import { type Connection, openConnection } from '../netlink/connection.js';
import { connectSandbox } from '../urpc/client.js';
import { liveFiles } from './files.js';
import { liveMachine } from './machine.js';

/** What is opened in the one stretch inside the namespace. */
interface Inside {
  readonly connection: Connection;
  /** a socket of the namespace that carries nothing: it has the namespace's cookie, and ioctls reach its links */
  readonly socket: Fd;
  readonly identity: NetnsIdentity;
}

const openInside =
  (file: Fd): IOE.IOEither<LibcError, Inside> =>
  () => {
    const connection = openConnection();
    if (E.isLeft(connection)) return connection;
    const opened = socket(AF_UNIX, SOCK_STREAM, 0)();
    if (E.isLeft(opened)) {
      connection.right.close();
      return opened;
    }
    const identity = identityFromInside(file, opened.right)();
    if (E.isLeft(identity)) {
      connection.right.close();
      close(opened.right)();
      return identity;
    }
    return E.right({
      connection: connection.right,
      socket: opened.right,
      identity: identity.right,
    });
  };

/** Closing twice would close whatever has the number by then. */
const once = (run: IO.IO<void>): IO.IO<void> => {
  let done = false;
  return () => {
    if (!done) run();
    done = true;
  };
};

const netnsOver = (path: string, file: Fd, inside: Inside): Netns => {
  const { connection, socket: anySocket, identity } = inside;
  const gso = (name: Parameters<typeof ethtoolGso>[1]): boolean | undefined => {
    const answer = ethtoolGso(anySocket, name)();
    return E.isRight(answer) ? answer.right : undefined;
  };
  return {
    path,
    identity,
    observe: observe(connection, { netns: identity, gso }),
    filters: readFilters(connection, inNetns(file, openFilters)),
    notified: connection.notified,
    change: change(connection),
    bindPacketSocket: (op) => TE.fromIOEither(inNetns(file, openPacketSocket(op))),
    close: once(() => {
      connection.close();
      close(anySocket)();
      close(file)();
    }),
  };
};

const enterAndOpen =
  (path: string): IOE.IOEither<ExecError, Netns> =>
  () => {
    const file = openNetnsFile(path)();
    if (E.isLeft(file)) return file;
    const inside = inNetns(file.right, openInside(file.right))();
    if (E.isRight(inside)) return E.right(netnsOver(path, file.right, inside.right));
    close(file.right)();
    return inside;
  };

export const liveCapabilities: Capabilities = {
  kernel: {
    openNetns: (path) => TE.fromIOEither(enterAndOpen(path)),
    closeFd: closePacketSocket,
    openFramePort: (fd, receive) => TE.fromIOEither(openFramePort(fd, receive)),
  },
  sandbox: { connect: connectSandbox() },
  files: liveFiles,
  machine: liveMachine,
};
