/** Ops as text, one line per op in the order they run: what a dry run prints and a fixture records. */
import type { BindPacketSocket, CallSandbox, DeleteAddress, Op } from '../model/ops.js';
import { escapeName } from './escape-name.js';

const bindText = (op: BindPacketSocket): string =>
  [
    `bind a packet socket to ${op.link} (ifindex ${op.ifindex}), channel ${op.channel}`,
    ...(op.vnetHeader ? ['with virtio-net headers'] : []),
    ...op.memberships.map((address) => `join ${address}`),
  ].join(', ');

/** In the words of `ip address`, which name the peer before the prefix length. */
const deleteText = ({ local, peer, prefixLen, link, ifindex }: DeleteAddress): string =>
  peer === undefined
    ? `delete address ${local}/${prefixLen} of ${link} (ifindex ${ifindex})`
    : `delete address ${local} peer ${peer}/${prefixLen} of ${link} (ifindex ${ifindex})`;

const callText = ({ method, files }: CallSandbox): string =>
  `call ${method} with ${files} ${files === 1 ? 'file' : 'files'}`;

const textOf = (op: Op): string => {
  switch (op._tag) {
    case 'BindPacketSocket':
      return bindText(op);
    case 'DeleteAddress':
      return deleteText(op);
    case 'CallSandbox':
      return callText(op);
  }
};

/** One op as a line, names escaped, without the line feed. */
export const opText = (op: Op): string => escapeName(textOf(op));

/** Every op on its own line, each line ended by a line feed; empty for no ops. */
export const opsText = (ops: ReadonlyArray<Op>): string =>
  ops.map((op) => `${opText(op)}\n`).join('');
