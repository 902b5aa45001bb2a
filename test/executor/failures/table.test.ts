/** Every executor error has a stable code, a sentence without control characters to come, and a remedy that fits. */
import { expect, test } from 'vitest';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import type { Ending } from '../../../src/executor/failures/row.js';
import { describeExec, endingOf } from '../../../src/executor/failures/table.js';
import { lastingAddress } from '../../../src/plan/model/lasting.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { address } from '../../support/states.js';

const record = {
  journal: '/run/netplan/netns-41.journal',
  netns: '/run/netns/blue',
  at: '2026-01-02T03:04:05.000Z',
  sandbox: 'c0ffee',
  pid: 42,
};
const RULE = { family: 'inet', priority: 9, action: 'to_tbl', table: 100 } as const;
const syscall = (call: string, errno: number): ExecError => ({
  _tag: 'SyscallError',
  call,
  errno,
  about: 'eth0',
});

test.each<readonly [ExecError, code: string, summary: string, remedy: string]>([
  [syscall('bind', 1), 'exec/syscall', 'bind eth0: operation not permitted (EPERM)', 'CAP_NET_RAW'],
  [syscall('setns', 1), 'exec/syscall', 'setns', 'CAP_SYS_ADMIN'],
  [syscall('bind', 19), 'exec/syscall', 'ENODEV', 'the link went away since the plan'],
  [syscall('open', 28), 'exec/syscall', 'ENOSPC', 'make room'],
  [
    {
      _tag: 'NetlinkError',
      request: 'RTM_DELADDR',
      errno: 1,
      message: 'no',
      change: {
        _tag: 'RemoveAddress',
        ifindex: trusted.ifIndex(3),
        address: { family: 'inet', local: trusted.ipAddress('192.0.2.1'), prefixLen: 24 },
      },
    },
    'exec/netlink',
    'RTM_DELADDR address 192.0.2.1/24 dev if3: operation not permitted (EPERM): no',
    'CAP_NET_ADMIN',
  ],
  [
    {
      _tag: 'RolledBack',
      cause: {
        ...{ _tag: 'NetlinkError', request: 'RTM_NEWADDR', errno: 19, message: '' },
        change: { _tag: 'PutAddress', address: address(2, '192.0.2.2/24'), replace: false },
        names: new Map([[2, 'eth0']]),
      },
      ops: [],
    },
    'exec/netlink',
    'address inet 192.0.2.2 prefixlen 24 dev eth0 scope global permanent: no such device',
    'plan again',
  ],
  [
    { _tag: 'NetnsNotFound', path: '/x', why: 'missing' },
    'exec/netns-missing',
    'there is no such file',
    'ip netns list',
  ],
  [
    { _tag: 'WrongListener', address: '@box', expected: 42, found: 43 },
    'exec/wrong-listener',
    "process 43 listens at @box, not the sandbox's process 42",
    'look at that process',
  ],
  [{ _tag: 'RootNamespace', path: '/x' }, 'exec/root-namespace', "machine's own", 'container'],
  [
    { _tag: 'ExchangeBroken', method: 'm', sent: true, why: 'timeout', detail: '' },
    'exec/outcome-unknown',
    'it is not known whether',
    'recover --give-back',
  ],
  [
    { _tag: 'ExchangeBroken', method: 'm', sent: false, why: 'closed', detail: 'EPIPE' },
    'exec/call-not-sent',
    '(EPIPE)',
    'try again',
  ],
  [
    { _tag: 'RolledBack', cause: { _tag: 'RemoteError', method: 'm', message: 'no' }, ops: [] },
    'exec/sandbox-refused',
    'the sandbox refused m: no; the namespace is as it was before',
    'log',
  ],
  [
    {
      _tag: 'RollbackFailed',
      cause: { _tag: 'RemoteError', method: 'm', message: 'no' },
      undo: syscall('sendmsg', 19),
      missing: {
        ...{ gone: [{ rule: RULE }], come: [], changed: [], moved: [] },
        names: [new Map(), new Map()],
      },
      journal: record.journal,
      ops: [],
    },
    'exec/rollback-failed',
    'the sandbox refused m: no; and it could not be undone completely (sendmsg eth0: no such device (ENODEV)): - rule inet 9: from all lookup 100',
    'netplan recover',
  ],
  [
    {
      _tag: 'StalePlan',
      gone: [{ rule: RULE }],
      come: [{ address: lastingAddress(address(2, '192.0.2.2/24')) }],
      changed: [{ before: { rule: RULE }, after: { rule: { ...RULE, table: 7 } } }],
      names: [new Map(), new Map([[2, 'eth0']])],
      identity: null,
    },
    'exec/stale-plan',
    'gone: rule inet 9: from all lookup 100; new: address inet 192.0.2.2 prefixlen 24 dev eth0 scope global permanent; changed: rule inet 9: from all lookup 100, now rule inet 9: from all lookup 7',
    'plan again',
  ],
  [
    {
      _tag: 'HandedOver',
      record,
      addresses: [lastingAddress(address(2, '192.0.2.2/24'))],
      names: new Map([[2, 'eth0']]),
    },
    'exec/handed-over',
    'addresses already handed over at 2026-01-02T03:04:05.000Z by process 42 for sandbox c0ffee: address inet 192.0.2.2 prefixlen 24 dev eth0 scope global permanent',
    'netplan release --netns /run/netns/blue',
  ],
  [
    { _tag: 'SandboxAlive', record, evidence: 'process 7 runs' },
    'exec/sandbox-alive',
    'process 7 runs',
    '--force',
  ],
  [
    { _tag: 'ApplyInterrupted', record },
    'exec/apply-interrupted',
    'interrupted',
    'netplan recover',
  ],
  [{ _tag: 'OutcomeUnknown', record }, 'exec/outcome-unknown', 'not known', 'recover --give-back'],
  [{ _tag: 'NamespaceLocked', path: '/l', holder: 31337 }, 'exec/locked', 'process 31337', 'wait'],
  [
    { _tag: 'JournalElsewhere', path: '/j', what: 'boot', recorded: 'a', found: 'b' },
    'exec/journal-elsewhere',
    'another boot (a) than this (b)',
    'rm /j',
  ],
])('%j', (error, code, summary, remedy) => {
  const found = describeExec(error);
  expect(found.code).toBe(code);
  expect(found.summary).toContain(summary);
  expect(found.remedy).toContain(remedy);
});

const EPERM = 1;
const EACCES = 13;
const EINVAL = 22;

const failure = (rights: boolean) => ({ code: 'c', summary: 's', remedy: 'r', rights });

test.each<readonly [Ending, object]>([
  ['notPermitted', { _tag: 'SyscallError', errno: EPERM }],
  ['notPermitted', { _tag: 'SandboxUnreachable', errno: EACCES }],
  ['refused', { _tag: 'NetlinkError', errno: EINVAL }],
  ['notPermitted', { _tag: 'NetnsNotFound', why: 'not-permitted' }],
  ['badInput', { _tag: 'NetnsNotFound', why: 'missing' }],
  ['notPermitted', { _tag: 'Preflight', failures: [failure(false), failure(true)] }],
  ['badInput', { _tag: 'Preflight', failures: [failure(false)] }],
  ['personNeeded', { _tag: 'ExchangeBroken', sent: true }],
  ['refused', { _tag: 'ExchangeBroken', sent: false }],
  ['badInput', { _tag: 'RootNamespace' }],
  ['badInput', { _tag: 'WrongListener' }],
  ['badInput', { _tag: 'StalePlan' }],
  ['badInput', { _tag: 'HandedOver' }],
  ['refused', { _tag: 'RemoteError' }],
  ['refused', { _tag: 'RolledBack' }],
  ['refused', { _tag: 'Interrupted' }],
  ['personNeeded', { _tag: 'RollbackFailed' }],
  ['personNeeded', { _tag: 'RestoreIncomplete' }],
  ['personNeeded', { _tag: 'VerificationFailed' }],
  ['personNeeded', { _tag: 'OutcomeUnknown' }],
])('%s for %j', (ending, error) => {
  expect(endingOf(error as ExecError)).toBe(ending);
});
