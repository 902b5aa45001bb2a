/** Descriptors over unix sockets: sendmsg(2) and recvmsg(2) with SCM_RIGHTS, in the layout of 64-bit Linux. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import { MSG_CMSG_CLOEXEC, MSG_CTRUNC, MSG_NOSIGNAL, SCM_RIGHTS, SOL_SOCKET } from './abi.js';
import { HOST_LE } from './byte-order.js';
import type { LibcError } from './failure.js';
import { type Fd, fdOf } from './fd.js';
import { addressOf, recvmsg, sendmsg } from './libc.js';

/** Bytes of struct msghdr and struct iovec on a 64-bit system; glibc and musl agree. */
const MSGHDR = 56;
const IOVEC = 16;
/** Bytes of struct cmsghdr: size_t length (itself included), int level, int type. */
const CMSGHDR = 16;
const CONTROL = MSGHDR + IOVEC;

/** Rounds up to a multiple of 8. Source: CMSG_ALIGN in linux/socket.h. */
const align8 = (bytes: number): number => (bytes + 7) & ~7;

/** One buffer with a msghdr, its single iovec (which is `payload`) and `controlBytes` of control data. */
const layOut = (payload: Uint8Array, controlBytes: number): DataView => {
  const message = new Uint8Array(CONTROL + align8(controlBytes));
  const here = addressOf(message)();
  const view = new DataView(message.buffer);
  view.setBigUint64(16, here + BigInt(MSGHDR), HOST_LE); // msg_iov
  view.setBigUint64(24, 1n, HOST_LE); // msg_iovlen
  view.setBigUint64(32, controlBytes === 0 ? 0n : here + BigInt(CONTROL), HOST_LE); // msg_control
  view.setBigUint64(40, BigInt(controlBytes), HOST_LE); // msg_controllen
  view.setBigUint64(MSGHDR, addressOf(payload)(), HOST_LE); // iov_base
  view.setBigUint64(MSGHDR + 8, BigInt(payload.length), HOST_LE); // iov_len
  return view;
};

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer);

/**
 * Sends `bytes` with `files` on the first of them: how many bytes went. Once any went, all files went; the
 * rest of the bytes is to be sent without files. A closed peer is EPIPE, not SIGPIPE. The kernel takes at
 * most 253 files (SCM_MAX_FD), else EINVAL.
 */
export const sendWithFiles =
  (
    fd: Fd,
    bytes: Uint8Array,
    files: ReadonlyArray<Fd>,
    flags: number,
  ): IOE.IOEither<LibcError, number> =>
  () => {
    const controlBytes = files.length === 0 ? 0 : CMSGHDR + 4 * files.length;
    const message = layOut(bytes, controlBytes);
    if (controlBytes > 0) {
      message.setBigUint64(CONTROL, BigInt(controlBytes), HOST_LE);
      message.setInt32(CONTROL + 8, SOL_SOCKET, HOST_LE);
      message.setInt32(CONTROL + 12, SCM_RIGHTS, HOST_LE);
      files.forEach((file, i) => {
        message.setInt32(CONTROL + CMSGHDR + 4 * i, file, HOST_LE);
      });
    }
    return sendmsg(fd, bytesOf(message), flags | MSG_NOSIGNAL)();
  };

export interface Received {
  /** 0: the other end is closed */
  readonly bytes: number;
  /** now open in this process, close-on-exec; whoever asked closes them */
  readonly files: ReadonlyArray<Fd>;
  /** there were more files than room for them; the kernel has dropped the rest */
  readonly filesDropped: boolean;
}

const filesIn = (message: DataView, controlEnd: number): ReadonlyArray<Fd> => {
  const files: Fd[] = [];
  let at = CONTROL;
  while (at + CMSGHDR <= controlEnd) {
    const end = Math.min(at + Number(message.getBigUint64(at, HOST_LE)), controlEnd);
    if (end < at + CMSGHDR) break;
    const isRights =
      message.getInt32(at + 8, HOST_LE) === SOL_SOCKET &&
      message.getInt32(at + 12, HOST_LE) === SCM_RIGHTS;
    for (let i = at + CMSGHDR; isRights && i + 4 <= end; i += 4)
      files.push(fdOf(message.getInt32(i, HOST_LE)));
    at = align8(end);
  }
  return files;
};

/** Receives into `buffer` with room for `maxFiles` descriptors, no more. */
export const receiveWithFiles =
  (
    fd: Fd,
    buffer: Uint8Array,
    maxFiles: number,
    flags: number,
  ): IOE.IOEither<LibcError, Received> =>
  () => {
    const controlBytes = maxFiles === 0 ? 0 : CMSGHDR + 4 * maxFiles;
    const message = layOut(buffer, controlBytes);
    const got = recvmsg(fd, bytesOf(message), flags | MSG_CMSG_CLOEXEC)();
    if (E.isLeft(got)) return got;
    const controlEnd = CONTROL + Number(message.getBigUint64(40, HOST_LE));
    return E.right({
      bytes: got.right,
      files: filesIn(message, controlEnd),
      filesDropped: (message.getInt32(48, HOST_LE) & MSG_CTRUNC) !== 0,
    });
  };
