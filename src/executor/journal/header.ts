/** The header of a journal: what a namespace was like before an apply, and whose apply it was. */
import * as t from 'io-ts';
import { ObjectPathCodec } from '../../plan/model/account.js';
import { closed } from '../../plan/model/closed.js';
import { type LastingAddress, lastingAddress } from '../../plan/model/lasting.js';
import { Count } from '../../plan/model/scalars.js';
import { NamespaceState, NetnsIdentity } from '../../plan/model/state.js';

export const JournalSandbox = closed(
  'JournalSandbox',
  { address: t.string },
  {
    container: t.string,
    pid: Count,
    /** of that pid, as in /proc/PID/stat */
    startTime: t.string,
  },
);
export type JournalSandbox = t.TypeOf<typeof JournalSandbox>;

export const JournalHeader = closed('JournalHeader', {
  kind: t.literal('Journal'),
  formatVersion: t.literal(2),
  bootId: t.string,
  netns: NetnsIdentity,
  /** the namespace's file, as apply was given it */
  path: t.string,
  /** who wrote it: pid and start time in clock ticks after boot */
  pid: Count,
  startTime: t.string,
  /** ISO 8601, UTC; for people */
  at: t.string,
  /** seconds after boot; for the lifetimes of addresses */
  uptime: t.number,
  target: t.string,
  stateHash: t.string,
  sandbox: JournalSandbox,
  /** the addresses of `before` that the plan takes: `addresses[2]` */
  taken: t.readonlyArray(ObjectPathCodec),
  before: NamespaceState,
});
export type JournalHeader = t.TypeOf<typeof JournalHeader>;

/** The addresses that were taken, as they were. */
export const takenAddresses = ({ taken, before }: JournalHeader): ReadonlyArray<LastingAddress> => {
  const paths = new Set(taken);
  return before.addresses
    .filter((_, i) => paths.has(`addresses[${i}]`))
    .map((address) => lastingAddress(address));
};
