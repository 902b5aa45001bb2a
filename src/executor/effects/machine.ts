/** The machine's capability as work: each of its facts, and waiting. */
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Process } from './capabilities.js';
import type { Exec, Needs } from './exec.js';

type OnMachine<A> = Exec<Needs<'machine'>, A>;

/** The process that runs. */
export const self: OnMachine<Process> = ({ machine }) => machine.self;

export const pid: OnMachine<number> = ({ machine }) => TE.right(machine.pid);

export const euid: OnMachine<number> = ({ machine }) => TE.fromIO(machine.euid);

export const bootId: OnMachine<string> = ({ machine }) => machine.bootId;

/** Seconds since boot, suspend included. */
export const uptime: OnMachine<number> = ({ machine }) => TE.fromIO(machine.uptime);

export const now: OnMachine<Date> = ({ machine }) => TE.fromIO(machine.now);

/** Of any process, as Process has it of this one; null when there is none with that pid. */
export const startTimeOf =
  (process: number): OnMachine<string | null> =>
  ({ machine }) =>
    machine.startTimeOf(process);

export const netnsFiles =
  (inode: string): OnMachine<ReadonlyArray<string>> =>
  ({ machine }) =>
    machine.netnsFiles(inode);

export const sleep =
  (milliseconds: number): OnMachine<void> =>
  ({ machine }) =>
    TE.fromTask(machine.sleep(milliseconds));
