/** What each code of the executor means, for docs/codes.md; what to do about it depends on the case and is in the message. */

/** Codes never change their meaning; a new case is a new code. */
export const EXEC_CODES = {
  'exec/syscall': 'a system call failed; the message has the call and the errno',
  'exec/netlink': 'the kernel refused an rtnetlink request; the message has its own words',
  'exec/dump-interrupted': 'the namespace kept changing while it was read',
  'exec/wire': 'bytes from the kernel or the sandbox are not what they must be',
  'exec/platform': 'not 64-bit Linux, or a library is missing',
  'exec/netns-missing': 'there is no file at the path of the namespace',
  'exec/netns-unmounted': 'the file is there and the namespace is not: it was deleted',
  'exec/not-a-netns': 'the path is of something else than a network namespace',
  'exec/no-such-process': 'the process whose namespace was asked for is gone',
  'exec/netns-not-permitted': 'the namespace may not be opened',
  'exec/root-namespace': "the machine's own namespace, which is never handed over",
  'exec/link-gone': 'a link of the plan is not in the namespace any more',
  'exec/unsafe-file': 'others could have written to a file that netplan would trust',
  'exec/interrupted': 'a signal ended the work',
  'exec/sandbox-unreachable':
    'nothing listens at the address of the sandbox, or it may not be used',
  'exec/wrong-listener':
    'another process than the sandbox listens at its address: the network is not handed to it',
  'exec/container': "runsc's record of the container says that it cannot be used",
  'exec/sandbox-refused': 'the sandbox took the call and answered that it failed',
  'exec/call-not-sent': 'the connection broke before the sandbox can have had the whole call',
  'exec/outcome-unknown': 'the call was sent and no answer came: nothing was undone',
  'exec/stale-plan': 'the namespace is not the one that was planned, or not as it was',
  'exec/preflight': 'something needed is missing, all of it listed; nothing was done',
  'exec/rollback-failed': 'an apply failed and could not be undone completely',
  'exec/restore-incomplete': 'not everything could be given back',
  'exec/verification': 'the sandbox has the network and the namespace is not as planned',
  'exec/journal-unreadable': 'a journal is damaged, or of another version',
  'exec/journal-elsewhere': 'a journal is of another boot or another namespace',
  'exec/no-journal': 'nothing is recorded of the namespace',
  'exec/apply-interrupted': 'an earlier apply was killed: recover it first',
  'exec/handed-over': 'the addresses were handed over already: release them first',
  'exec/sandbox-alive': 'the sandbox that has the addresses still runs',
  'exec/locked': 'another netplan works on the namespace',
} as const;

export type ExecCode = keyof typeof EXEC_CODES;

/** What apply looks at before it changes anything; each makes it an exec/preflight. */
export const PREFLIGHT_CODES = {
  'preflight/rights': 'a capability is missing',
  'preflight/too-many-files': 'the plan has more sockets than its target takes in one call',
  'preflight/descriptor-limit': 'the process may not open as many descriptors as are needed',
  'preflight/link': 'a link is not there, has another name, or is down',
  'preflight/link-kind': 'a link is of a kind that dies when its addresses are taken',
  'preflight/gso': 'the plan has the host segment for a link that does not',
  'preflight/sandbox-started': 'the container runs already: the call would kill its sandbox',
} as const;

export type PreflightCode = keyof typeof PREFLIGHT_CODES;

/** What doctor looks at, besides the codes above. */
export const DOCTOR_CODES = {
  'doctor/rights': 'the capabilities that apply needs',
  'doctor/descriptors': 'how many descriptors may be opened',
  'doctor/netns': 'whether the namespace can be read',
  'doctor/netns-cookie': 'whether the kernel can tell namespaces apart (SO_NETNS_COOKIE)',
  'doctor/journal': 'whether an earlier apply stands in the way',
  'doctor/sandbox': 'whether the sandbox takes connections',
} as const;
