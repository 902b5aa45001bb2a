/** The rows of what fails in the kernel, in files, and in what the kernel says. */
import { changeText } from '../../plan/views/change-text.js';
import type { LibcError, LinkGone, NetnsNotFound } from '../linux/failure.js';
import type { DumpError, NetlinkError } from '../netlink/failure.js';
import { errnoEnding, errnoRemedy, errnoText } from './errno-text.js';
import type { Interrupted, RootNamespace, UnsafeFile } from './failure.js';
import { type FailureRow, type FailureRows, inBrackets } from './row.js';

const changed = ({ change, names }: NetlinkError): string =>
  change === null ? '' : changeText(change, names);

/** `call about`, or the call alone. */
const callAbout = (call: string, what: string): string => (what === '' ? call : `${call} ${what}`);

const noNetns = (
  code: FailureRow<NetnsNotFound>['code'],
  means: string,
  what: string,
  remedy: string,
): FailureRow<NetnsNotFound> => ({
  code,
  means,
  ending: ({ why }) => (why === 'not-permitted' ? 'notPermitted' : 'badInput'),
  path: ({ path }) => path,
  summary: ({ path }) => `${path}: ${what}`,
  remedy,
});

export const KERNEL_ROWS: FailureRows<
  LibcError | DumpError | NetnsNotFound | RootNamespace | LinkGone | UnsafeFile | Interrupted
> = {
  SyscallError: {
    code: 'exec/syscall',
    means: 'a system call failed; the message has the call and the errno',
    ending: errnoEnding,
    path: (e) => e.about,
    summary: (e) => `${callAbout(e.call, e.about)}: ${errnoText(e.errno)}`,
    remedy: ({ call, errno }) => errnoRemedy(call, errno),
  },
  NetlinkError: {
    code: 'exec/netlink',
    means: 'the kernel refused an rtnetlink request; the message has its own words',
    ending: errnoEnding,
    path: changed,
    summary: (e) =>
      `${callAbout(e.request, changed(e))}: ${errnoText(e.errno)}${e.message === '' ? '' : `: ${e.message}`}`,
    remedy: ({ request, errno }) => errnoRemedy(request, errno),
  },
  DumpInterrupted: {
    code: 'exec/dump-interrupted',
    means: 'the namespace kept changing while it was read',
    ending: 'refused',
    summary: ({ request, attempts }) =>
      `the namespace kept changing while it was read (${request}, ${attempts} times)`,
    remedy: 'wait until whoever configures it is done, then try again',
  },
  WireError: {
    code: 'exec/wire',
    means: 'bytes from the kernel are not what they must be',
    ending: 'refused',
    summary: ({ offset, problem }) => `malformed netlink data at byte ${offset}: ${problem}`,
    remedy: 'report it, with the versions of the kernel and of the sandbox',
  },
  PlatformUnsupported: {
    code: 'exec/platform',
    means: 'not 64-bit Linux, or a library is missing',
    ending: 'refused',
    summary: ({ platform, arch, needs, detail }) =>
      `${platform} on ${arch} cannot run this: ${needs} is needed${inBrackets(detail)}`,
    remedy: 'run it on 64-bit Linux; plan and diff work everywhere with --state',
  },
  NetnsNotFound: {
    caseOf: ({ why }) => why,
    cases: {
      missing: noNetns(
        'exec/netns-missing',
        'there is no file at the path of the namespace',
        'there is no such file',
        'ip netns list shows the named ones',
      ),
      unmounted: noNetns(
        'exec/netns-unmounted',
        'the file is there and the namespace is not: it was deleted',
        'the file is there but no namespace is mounted on it',
        'the namespace was deleted, or not made since the last boot; make it again',
      ),
      'not-a-netns': noNetns(
        'exec/not-a-netns',
        'the path is of something else than a network namespace',
        'it is not a network namespace',
        'give a file of /run/netns or /proc/PID/ns/net',
      ),
      'no-such-process': noNetns(
        'exec/no-such-process',
        'the process whose namespace was asked for is gone',
        'there is no such process',
        'look at the pid',
      ),
      'not-permitted': noNetns(
        'exec/netns-not-permitted',
        'the namespace may not be opened',
        'it may not be opened',
        'run as root',
      ),
    },
  },
  RootNamespace: {
    code: 'exec/root-namespace',
    means: "the machine's own namespace, which is never handed over",
    ending: 'badInput',
    path: ({ path }) => path,
    summary: ({ path }) =>
      `${path} is the machine's own network namespace, which is never handed over`,
    remedy: "give the container's namespace",
  },
  LinkGone: {
    code: 'exec/link-gone',
    means: 'a link of the plan is not in the namespace any more',
    ending: 'refused',
    summary: ({ link }) => `link ${link} is gone`,
    remedy: 'plan again',
  },
  UnsafeFile: {
    code: 'exec/unsafe-file',
    means: 'others could have written to a file that netplan would trust',
    ending: 'refused',
    path: ({ path }) => path,
    summary: ({ path, why }) => `${path} ${why}: it is not used`,
    remedy: 'it must belong to the user who runs netplan, and nobody else may open it',
  },
  Interrupted: {
    code: 'exec/interrupted',
    means: 'a signal ended the work',
    ending: 'refused',
    summary: ({ signal }) => `interrupted by ${signal}`,
    remedy: '',
  },
};
