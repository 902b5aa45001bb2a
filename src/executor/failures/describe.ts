/** ExecError into prose: the one total function that gives each failure its code, its words and its remedy. */
import type { Diagnostic } from '../../plan/model/network-plan.js';
import type { ExchangeBroken } from '../urpc/failure.js';
import {
  describeSystem,
  diagnostic,
  errnoText,
  isSystemError,
  remedyFor,
  type SystemError,
} from './describe-system.js';
import type { ExecError } from './failure.js';
import type { ApplyRecord, RecordError } from './record-errors.js';

const EXCHANGE: Readonly<Record<ExchangeBroken['why'], string>> = {
  closed: 'the connection was closed before a whole answer came',
  timeout: 'no answer came in time',
  garbage: 'the answer is not one',
  'too-large': 'the answer is larger than any can be',
  refused: 'the sandbox does not take the message',
};

const exchangeBroken = ({ method, sent, why, detail }: ExchangeBroken): Diagnostic =>
  diagnostic(
    sent ? 'exec/outcome-unknown' : 'exec/call-not-sent',
    '',
    `${method}: ${EXCHANGE[why]}${detail === '' ? '' : ` (${detail})`}${
      sent ? '; it is not known whether the sandbox took the network' : ''
    }`,
    sent
      ? 'look at the sandbox; when it does not have the network, or is gone: netplan recover --give-back'
      : 'look at the sandbox and try again',
  );

const byWhom = ({ at, sandbox, pid }: ApplyRecord): string =>
  `at ${at} by process ${pid} for sandbox ${sandbox}`;

const lines = (texts: ReadonlyArray<string>): string => texts.join('; ');

const stale = (e: Extract<ExecError, { _tag: 'StalePlan' }>): Diagnostic => {
  const changes = [
    ...e.gone.map((what) => `gone: ${what}`),
    ...e.come.map((what) => `new: ${what}`),
  ];
  const summary =
    e.identity === null
      ? `the namespace changed since the plan was made: ${lines(changes)}`
      : `this is another namespace (${e.identity[1]}) than the planned one (${e.identity[0]})`;
  return diagnostic('exec/stale-plan', '', summary, 'plan again, and compare with netplan diff');
};

const rollbackFailed = (e: Extract<ExecError, { _tag: 'RollbackFailed' }>): Diagnostic => {
  const why = e.undo === null ? '' : ` (${describeExec(e.undo).summary})`;
  const what = e.missing.length === 0 ? '' : `: ${lines(e.missing)}`;
  return diagnostic(
    'exec/rollback-failed',
    e.journal ?? '',
    `${describeExec(e.cause).summary}; and it could not be undone completely${why}${what}`,
    'put right what stands in the way, then run netplan recover',
  );
};

const rolledBack = (cause: ExecError): Diagnostic => {
  const { code, path, summary, remedy } = describeExec(cause);
  return { code, path, summary: `${summary}; the namespace is as it was before`, remedy };
};

const preflight = (e: Extract<ExecError, { _tag: 'Preflight' }>): Diagnostic =>
  diagnostic(
    'exec/preflight',
    '',
    `nothing was done: ${lines(e.failures.map(({ summary }) => summary))}`,
    lines(e.failures.map(({ remedy }) => remedy)),
  );

/** Apply, its journal, and what becomes of a sandbox. */
const describeApply = (e: Exclude<ExecError, SystemError>): Diagnostic => {
  switch (e._tag) {
    case 'SandboxUnreachable':
      return diagnostic(
        'exec/sandbox-unreachable',
        e.address,
        `the sandbox at ${e.address} cannot be reached: ${errnoText(e.errno)}`,
        remedyFor('connect', e.errno),
      );
    case 'WrongListener':
      return diagnostic(
        'exec/wrong-listener',
        e.address,
        `${e.found === 0 ? 'a process outside of this pid namespace' : `process ${e.found}`} listens at ${e.address}, not the sandbox's process ${e.expected}`,
        'look at that process; a stale state file of the container is the harmless cause',
      );
    case 'ContainerUnusable':
      return diagnostic(
        'exec/container',
        e.id,
        `container ${e.id} under ${e.root}: ${e.why}`,
        'look at the id and at --root; runsc --root DIR list shows them',
      );
    case 'RemoteError':
      return diagnostic(
        'exec/sandbox-refused',
        '',
        `the sandbox refused ${e.method}: ${e.message}`,
        "it may hold half of the network: delete it and create it again before the next apply; see its log, and that the plan's target is its release",
      );
    case 'ExchangeBroken':
      return exchangeBroken(e);
    case 'StalePlan':
      return stale(e);
    case 'Preflight':
      return preflight(e);
    case 'RolledBack':
      return rolledBack(e.cause);
    case 'RollbackFailed':
      return rollbackFailed(e);
    case 'RestoreIncomplete':
      return diagnostic(
        'exec/restore-incomplete',
        e.journal,
        `not everything could be given back${e.undo === null ? '' : ` (${describeExec(e.undo).summary})`}: ${lines(e.missing)}`,
        'put right what stands in the way and run it again',
      );
    case 'VerificationFailed':
      return diagnostic(
        'exec/verification',
        '',
        `the sandbox has the network, but the namespace is not as planned: ${lines(e.differences)}`,
        'remove what came back or who else answers, or release and apply again',
      );
    case 'JournalUnreadable':
      return diagnostic(
        'exec/journal-unreadable',
        e.path,
        `${e.path} is not a journal of this netplan: ${e.why}`,
        'compare the namespace by hand, then remove the file',
      );
    case 'JournalElsewhere':
      return diagnostic(
        'exec/journal-elsewhere',
        e.path,
        `${e.path} is of another ${e.what} (${e.recorded}) than this (${e.found})`,
        `its namespace is gone: rm ${e.path}`,
      );
    default:
      return describeRecord(e);
  }
};

type OfRecord = Exclude<
  RecordError,
  SystemError | { _tag: 'JournalUnreadable' | 'JournalElsewhere' }
>;

/** What an earlier or another netplan left or holds. */
const describeRecord = (e: OfRecord): Diagnostic => {
  switch (e._tag) {
    case 'NoJournal':
      return diagnostic(
        'exec/no-journal',
        e.folder,
        `nothing of ${e.netns} is recorded in ${e.folder}: no apply of this boot took its addresses`,
        'give the namespace that was applied, and the folder that was used',
      );
    case 'ApplyInterrupted':
      return diagnostic(
        'exec/apply-interrupted',
        e.record.journal,
        `an apply in ${e.record.netns} was interrupted: begun ${byWhom(e.record)}`,
        `netplan recover --netns ${e.record.netns}`,
      );
    case 'OutcomeUnknown':
      return diagnostic(
        'exec/outcome-unknown',
        e.record.journal,
        `it is not known whether the sandbox took ${e.record.netns}: called ${byWhom(e.record)}`,
        'look at the sandbox; when it does not have the network: netplan recover --give-back',
      );
    case 'HandedOver':
      return diagnostic(
        'exec/handed-over',
        e.record.journal,
        `addresses already handed over ${byWhom(e.record)}: ${lines(e.addresses)}`,
        `when that sandbox is gone: netplan release --netns ${e.record.netns}`,
      );
    case 'SandboxAlive':
      return diagnostic(
        'exec/sandbox-alive',
        e.record.journal,
        `sandbox ${e.record.sandbox} still has the addresses: ${e.evidence}`,
        'stop it first; --force gives them back nevertheless',
      );
    case 'NamespaceLocked':
      return diagnostic(
        'exec/locked',
        e.path,
        `another netplan works on this namespace${e.holder === null ? '' : `: process ${e.holder}`}`,
        'wait until it is done',
      );
  }
};

/** Total: an ExecError without words and a remedy does not compile. */
export const describeExec = (e: ExecError): Diagnostic =>
  isSystemError(e) ? describeSystem(e) : describeApply(e);
