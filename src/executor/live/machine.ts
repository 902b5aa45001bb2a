/** The real Machine: this process and boot as /proc shows them, and the clocks. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { uptime } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Machine, Process } from '../effects/capabilities.js';
import { ENOENT, ESRCH } from '../linux/errno.js';
import type { SyscallError } from '../linux/failure.js';
import { fileError } from '../linux/file-error.js';

const procText = (path: string): TE.TaskEither<SyscallError, string> =>
  TE.tryCatch(() => readFile(path, 'utf8'), fileError(path));

/** Field 22. The command name in field 2 is in parentheses and may hold anything, parentheses too. */
const startTimeIn = (stat: string): string =>
  stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19) ?? '';

const field = (status: string, pattern: RegExp): string => pattern.exec(status)?.[1] ?? '0';

const softLimit = (limits: string): number => {
  const soft = field(limits, /^Max open files\s+(\S+)/m);
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
};

/** Mount points hold blanks and the like as three octal digits. */
const unescapeMount = (path: string): string =>
  path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

/** proc_pid_mountinfo(5): the fourth field is the root of the mount, which is `net:[INODE]` for a namespace. */
const mountsOf = (mountinfo: string, root: string): ReadonlyArray<string> =>
  mountinfo.split('\n').flatMap((line) => {
    const [, , , rootOfMount, point] = line.split(' ');
    return rootOfMount === root && point !== undefined ? [unescapeMount(point)] : [];
  });

/** A process that ended meanwhile, or that belongs to a user namespace above this one's. */
const CANNOT_BE_LOOKED_AT: ReadonlyArray<string> = ['ENOENT', 'ESRCH', 'EACCES'];

const namespaceOf = async (path: string): Promise<string | null> => {
  try {
    return await readlink(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (CANNOT_BE_LOOKED_AT.includes(code)) return null;
    throw error;
  }
};

/** namespaces(7): /proc/PID/ns/net is a link to `net:[INODE]`. */
const filesOfProcesses = async (root: string): Promise<ReadonlyArray<string>> => {
  const found: string[] = [];
  for (const name of await readdir('/proc')) {
    const path = `/proc/${name}/ns/net`;
    if (/^\d+$/.test(name) && (await namespaceOf(path)) === root) found.push(path);
  }
  return found;
};

const thisProcess: TE.TaskEither<SyscallError, Process> = pipe(
  TE.Do,
  TE.apS('stat', procText('/proc/self/stat')),
  TE.apS('status', procText('/proc/self/status')),
  TE.apS('limits', procText('/proc/self/limits')),
  TE.apS(
    'open',
    TE.tryCatch(() => readdir('/proc/self/fd'), fileError('/proc/self/fd')),
  ),
  TE.map(({ stat, status, limits, open }) => ({
    startTime: startTimeIn(stat),
    effectiveCapabilities: BigInt(`0x${field(status, /^CapEff:\s+([0-9a-f]+)/m)}`),
    maxOpenFiles: softLimit(limits),
    openFiles: open.length,
  })),
);

export const liveMachine: Machine = {
  bootId: pipe(
    procText('/proc/sys/kernel/random/boot_id'),
    TE.map((id) => id.trim()),
  ),
  uptime,
  now: () => new Date(),
  self: thisProcess,
  pid: process.pid,
  euid: () => process.geteuid?.() ?? 0, // it is there wherever there is a network namespace
  startTimeOf: (pid) =>
    pipe(
      procText(`/proc/${pid}/stat`),
      TE.map((stat): string | null => startTimeIn(stat)),
      TE.orElse((error) =>
        error.errno === ENOENT || error.errno === ESRCH ? TE.right(null) : TE.left(error),
      ),
    ),
  netnsFiles: (inode) =>
    pipe(
      TE.Do,
      TE.apS('mountinfo', procText('/proc/self/mountinfo')),
      TE.apS(
        'ofProcesses',
        TE.tryCatch(() => filesOfProcesses(`net:[${inode}]`), fileError('/proc')),
      ),
      TE.map(({ mountinfo, ofProcesses }) => [
        ...mountsOf(mountinfo, `net:[${inode}]`),
        ...ofProcesses,
      ]),
    ),
  sleep: (milliseconds) => () => wait(milliseconds),
};
