/** The exit codes of every command, and which failure of the executor ends in which. */
import type { ExecError } from '../../executor/failures/failure.js';

/** 65 to 77 are sysexits.h's EX_DATAERR, EX_SOFTWARE, EX_IOERR, EX_TEMPFAIL and EX_NOPERM. */
export const exitCodes = {
  done: 0,
  /** `diff` found differences, as diff(1) */
  different: 1,
  /** oclif's own code for a wrong flag or argument */
  usage: 2,
  /** bad input, or a plan that is refused: nothing was done */
  badInput: 65,
  /** a broken invariant of netplan */
  defect: 70,
  /** the kernel, a file or the sandbox refused, and the host is as before */
  refused: 74,
  /** not undone, or unknown whether done: a person is needed */
  personNeeded: 75,
  notPermitted: 77,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const EPERM = 1;
const EACCES = 13;

const ofErrno = (errno: number): ExitCode =>
  errno === EPERM || errno === EACCES ? exitCodes.notPermitted : exitCodes.refused;

/** Total: a new ExecError without an exit code does not compile. */
export const exitCodeOf = (e: ExecError): ExitCode => {
  switch (e._tag) {
    case 'SyscallError':
    case 'NetlinkError':
    case 'SandboxUnreachable':
      return ofErrno(e.errno);
    case 'NetnsNotFound':
      return e.why === 'not-permitted' ? exitCodes.notPermitted : exitCodes.badInput;
    case 'Preflight':
      return e.failures.some(({ rights }) => rights) ? exitCodes.notPermitted : exitCodes.badInput;
    case 'ExchangeBroken':
      return e.sent ? exitCodes.personNeeded : exitCodes.refused;
    case 'RootNamespace':
    case 'WrongListener':
    case 'ContainerUnusable':
    case 'StalePlan':
    case 'HandedOver':
    case 'SandboxAlive':
    case 'NoJournal':
      return exitCodes.badInput;
    case 'PlatformUnsupported':
    case 'WireError':
    case 'DumpInterrupted':
    case 'RemoteError':
    case 'LinkGone':
    case 'RolledBack':
    case 'Interrupted':
    case 'UnsafeFile':
    case 'NamespaceLocked':
      return exitCodes.refused;
    case 'RollbackFailed':
    case 'RestoreIncomplete':
    case 'VerificationFailed':
    case 'ApplyInterrupted':
    case 'OutcomeUnknown':
    case 'JournalUnreadable':
    case 'JournalElsewhere':
      return exitCodes.personNeeded;
  }
};
