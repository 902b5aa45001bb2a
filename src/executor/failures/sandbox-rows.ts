/** The rows of what fails between netplan and a sandbox. */
import type {
  ContainerUnusable,
  ExchangeBroken,
  RemoteError,
  SandboxUnreachable,
  WrongListener,
} from '../urpc/failure.js';
import { errnoEnding, errnoRemedy, errnoText } from './errno-text.js';
import { type FailureRow, type FailureRows, inBrackets } from './row.js';

/** Two failures have it: the call's own, and that of a later netplan which finds the journal of that call. */
export const OUTCOME_UNKNOWN = {
  code: 'exec/outcome-unknown',
  means: 'the call was sent and no answer came: nothing was undone',
  ending: 'personNeeded',
} as const satisfies Partial<FailureRow<unknown>>;

const BROKEN: Readonly<Record<ExchangeBroken['why'], string>> = {
  closed: 'the connection was closed before a whole answer came',
  timeout: 'no answer came in time',
  garbage: 'the answer is not one',
  'too-large': 'the answer is larger than any can be',
  refused: 'the sandbox does not take the message',
};

const brokenText = ({ method, why, detail }: ExchangeBroken): string =>
  `${method}: ${BROKEN[why]}${inBrackets(detail)}`;

const listener = (pid: number): string =>
  pid === 0 ? 'a process outside of this pid namespace' : `process ${pid}`;

export const SANDBOX_ROWS: FailureRows<
  SandboxUnreachable | WrongListener | ContainerUnusable | RemoteError | ExchangeBroken
> = {
  SandboxUnreachable: {
    code: 'exec/sandbox-unreachable',
    means: 'nothing listens at the address of the sandbox, or it may not be used',
    ending: errnoEnding,
    path: ({ address }) => address,
    summary: ({ address, errno }) =>
      `the sandbox at ${address} cannot be reached: ${errnoText(errno)}`,
    remedy: ({ errno }) => errnoRemedy('connect', errno),
  },
  WrongListener: {
    code: 'exec/wrong-listener',
    means:
      'another process than the sandbox listens at its address: the network is not handed to it',
    ending: 'badInput',
    path: ({ address }) => address,
    summary: ({ address, expected, found }) =>
      `${listener(found)} listens at ${address}, not the sandbox's process ${expected}`,
    remedy: 'look at that process; a stale state file of the container is the harmless cause',
  },
  ContainerUnusable: {
    code: 'exec/container',
    means: "runsc's record of the container says that it cannot be used",
    ending: 'badInput',
    path: ({ id }) => id,
    summary: ({ id, root, why }) => `container ${id} under ${root}: ${why}`,
    remedy: 'look at the id and at --root; runsc --root DIR list shows them',
  },
  RemoteError: {
    code: 'exec/sandbox-refused',
    means: 'the sandbox took the call and answered that it failed',
    ending: 'refused',
    summary: ({ method, message }) => `the sandbox refused ${method}: ${message}`,
    remedy:
      "it may hold half of the network: delete it and create it again before the next apply; see its log, and that the plan's target is its release",
  },
  ExchangeBroken: {
    caseOf: ({ sent }) => (sent ? 'sent' : 'not-sent'),
    cases: {
      'not-sent': {
        code: 'exec/call-not-sent',
        means: 'the connection broke before the sandbox can have had the whole call',
        ending: 'refused',
        summary: brokenText,
        remedy: 'look at the sandbox and try again',
      },
      sent: {
        ...OUTCOME_UNKNOWN,
        summary: (e) => `${brokenText(e)}; it is not known whether the sandbox took the network`,
        remedy:
          'look at the sandbox; when it does not have the network, or is gone: netplan recover --give-back',
      },
    },
  },
};
