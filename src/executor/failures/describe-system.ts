/** Failures of the kernel, of files and of bytes on the wire into prose: code, words and remedy. */
import type { LinkNames } from '../../plan/model/link-names.js';
import type { Diagnostic } from '../../plan/model/network-plan.js';
import { changeText } from '../../plan/views/change-text.js';
import {
  EACCES,
  EADDRNOTAVAIL,
  ECONNREFUSED,
  EINVAL,
  EMFILE,
  ENETDOWN,
  ENETUNREACH,
  ENFILE,
  ENOBUFS,
  ENODEV,
  ENOENT,
  ENOSPC,
  EOPNOTSUPP,
  EPERM,
  EROFS,
  errnoMeaning,
  errnoName,
} from '../linux/errno.js';
import type { NetnsNotFound } from '../linux/failure.js';
import type { ExecCode } from './codes.js';
import type { ExecError } from './failure.js';

export const diagnostic = (
  code: ExecCode,
  path: string,
  summary: string,
  remedy: string,
): Diagnostic => ({ code, path, summary, remedy });

/** `no such device (ENODEV)` */
export const errnoText = (errno: number): string => `${errnoMeaning(errno)} (${errnoName(errno)})`;

/** The right that a refused call asks for. Source: the man page of each call; capabilities(7). */
const rightFor = (call: string): string => {
  if (call === 'setns' || call === 'mount') return 'CAP_SYS_ADMIN';
  if (call === 'socket' || call === 'bind') return 'CAP_NET_RAW';
  if (call.startsWith('RTM_')) return 'CAP_NET_ADMIN in the user namespace that owns the namespace';
  return 'root, or the rights of the file';
};

const REMEDIES: ReadonlyMap<number, string> = new Map([
  [ENODEV, 'the link went away since the plan: plan again'],
  [ENETDOWN, 'the link went down since the plan: set it up, or plan again'],
  [ENETUNREACH, 'the gateway cannot be reached by any route: look at the routes and addresses'],
  [EADDRNOTAVAIL, 'the address is not on the link any more: plan again'],
  [EMFILE, 'raise the limit: ulimit -n'],
  [ENFILE, 'raise fs.file-max, or close files on this machine'],
  [ENOSPC, 'make room on the file system'],
  [EROFS, 'choose a folder that can be written, with --journal'],
  [ENOENT, 'look at the path'],
  [ECONNREFUSED, 'start the sandbox first; it listens between create and start'],
  [ENOBUFS, 'the kernel is out of buffers: try again'],
  [EOPNOTSUPP, 'this kernel lacks the feature: see netplan doctor'],
  [EINVAL, 'this kernel does not take the request: report it with the output of netplan capture'],
]);

/** What to do about an errno of a system call or an rtnetlink request. */
export const remedyFor = (call: string, errno: number): string =>
  errno === EPERM || errno === EACCES
    ? `needs ${rightFor(call)}`
    : (REMEDIES.get(errno) ?? 'see netplan doctor');

const NETNS: Readonly<
  Record<NetnsNotFound['why'], readonly [code: ExecCode, what: string, remedy: string]>
> = {
  missing: ['exec/netns-missing', 'there is no such file', 'ip netns list shows the named ones'],
  unmounted: [
    'exec/netns-unmounted',
    'the file is there but no namespace is mounted on it',
    'the namespace was deleted, or not made since the last boot; make it again',
  ],
  'not-a-netns': [
    'exec/not-a-netns',
    'it is not a network namespace',
    'give a file of /run/netns or /proc/PID/ns/net',
  ],
  'no-such-process': ['exec/no-such-process', 'there is no such process', 'look at the pid'],
  'not-permitted': ['exec/netns-not-permitted', 'it may not be opened', 'run as root'],
};

/** Kernel, files and wire. */
export type SystemError = Extract<
  ExecError,
  {
    _tag:
      | 'SyscallError'
      | 'PlatformUnsupported'
      | 'WireError'
      | 'NetlinkError'
      | 'DumpInterrupted'
      | 'NetnsNotFound'
      | 'RootNamespace'
      | 'LinkGone'
      | 'UnsafeFile'
      | 'Interrupted';
  }
>;

/** Who asks the kernel knows no names: interfaces are written by index. */
const NO_NAMES: LinkNames = new Map();

export const describeSystem = (e: SystemError): Diagnostic => {
  switch (e._tag) {
    case 'SyscallError':
      return diagnostic(
        'exec/syscall',
        e.about,
        `${e.call}${e.about === '' ? '' : ` ${e.about}`}: ${errnoText(e.errno)}`,
        remedyFor(e.call, e.errno),
      );
    case 'PlatformUnsupported':
      return diagnostic(
        'exec/platform',
        '',
        `${e.platform} on ${e.arch} cannot run this: ${e.needs} is needed${e.detail === '' ? '' : ` (${e.detail})`}`,
        'run it on 64-bit Linux; plan and diff work everywhere with --state',
      );
    case 'WireError':
      return diagnostic(
        'exec/wire',
        '',
        `malformed netlink data at byte ${e.offset}: ${e.problem}`,
        'report it, with the versions of the kernel and of the sandbox',
      );
    case 'NetlinkError': {
      const about = e.change === null ? '' : changeText(NO_NAMES)(e.change);
      return diagnostic(
        'exec/netlink',
        about,
        `${e.request}${about === '' ? '' : ` ${about}`}: ${errnoText(e.errno)}${e.message === '' ? '' : `: ${e.message}`}`,
        remedyFor(e.request, e.errno),
      );
    }
    case 'DumpInterrupted':
      return diagnostic(
        'exec/dump-interrupted',
        '',
        `the namespace kept changing while it was read (${e.request}, ${e.attempts} times)`,
        'wait until whoever configures it is done, then try again',
      );
    case 'NetnsNotFound': {
      const [code, what, remedy] = NETNS[e.why];
      return diagnostic(code, e.path, `${e.path}: ${what}`, remedy);
    }
    case 'RootNamespace':
      return diagnostic(
        'exec/root-namespace',
        e.path,
        `${e.path} is the machine's own network namespace, which is never handed over`,
        "give the container's namespace",
      );
    case 'LinkGone':
      return diagnostic('exec/link-gone', '', `link ${e.link} is gone`, 'plan again');
    case 'UnsafeFile':
      return diagnostic(
        'exec/unsafe-file',
        e.path,
        `${e.path} ${e.why}: it is not used`,
        'it must belong to the user who runs netplan, and nobody else may open it',
      );
    case 'Interrupted':
      return diagnostic('exec/interrupted', '', `interrupted by ${e.signal}`, '');
  }
};

const SYSTEM: ReadonlySet<ExecError['_tag']> = new Set<SystemError['_tag']>([
  'SyscallError',
  'PlatformUnsupported',
  'WireError',
  'NetlinkError',
  'DumpInterrupted',
  'NetnsNotFound',
  'RootNamespace',
  'LinkGone',
  'UnsafeFile',
  'Interrupted',
]);

export const isSystemError = (e: ExecError): e is SystemError => SYSTEM.has(e._tag);
