/** An errno in words: what it means, what can be done about it, and how it ends the work. */
import {
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
  EROFS,
  errnoMeaning,
  errnoName,
  isNotPermitted,
} from '../linux/errno.js';
import type { Ending } from './row.js';

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
export const errnoRemedy = (call: string, errno: number): string =>
  isNotPermitted(errno) ? `needs ${rightFor(call)}` : (REMEDIES.get(errno) ?? 'see netplan doctor');

/** How work ends that the kernel refused with an errno. */
export const errnoEnding = ({ errno }: { readonly errno: number }): Ending =>
  isNotPermitted(errno) ? 'notPermitted' : 'refused';
