import { expect, test } from 'vitest';
import { exitCodeOf, exitCodes } from '../../../src/cli/ending/exit-codes.js';
import type { ExecError } from '../../../src/executor/failures/failure.js';

const EPERM = 1;
const EACCES = 13;
const EINVAL = 22;

const failure = (rights: boolean) => ({ code: 'c', summary: 's', remedy: 'r', rights });

test.each<readonly [number, object]>([
  [77, { _tag: 'SyscallError', errno: EPERM }],
  [77, { _tag: 'SandboxUnreachable', errno: EACCES }],
  [74, { _tag: 'NetlinkError', errno: EINVAL }],
  [77, { _tag: 'NetnsNotFound', why: 'not-permitted' }],
  [65, { _tag: 'NetnsNotFound', why: 'missing' }],
  [77, { _tag: 'Preflight', failures: [failure(false), failure(true)] }],
  [65, { _tag: 'Preflight', failures: [failure(false)] }],
  [75, { _tag: 'ExchangeBroken', sent: true }],
  [74, { _tag: 'ExchangeBroken', sent: false }],
  [65, { _tag: 'RootNamespace' }],
  [65, { _tag: 'WrongListener' }],
  [65, { _tag: 'StalePlan' }],
  [65, { _tag: 'HandedOver' }],
  [74, { _tag: 'RemoteError' }],
  [74, { _tag: 'RolledBack' }],
  [74, { _tag: 'Interrupted' }],
  [75, { _tag: 'RollbackFailed' }],
  [75, { _tag: 'RestoreIncomplete' }],
  [75, { _tag: 'VerificationFailed' }],
  [75, { _tag: 'OutcomeUnknown' }],
])('%i for %j', (code, error) => {
  expect(exitCodeOf(error as ExecError)).toBe(code);
});

test('every code means one thing', () => {
  const codes = Object.values(exitCodes);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.toSorted((a, b) => a - b)).toStrictEqual([0, 1, 2, 65, 70, 74, 75, 77]);
});
