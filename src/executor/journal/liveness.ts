/** Whether the sandbox that a journal names still lives. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { startTimeOf } from '../effects/machine.js';
import { knock } from '../effects/sandbox.js';
import type { ExecError } from '../failures/failure.js';
import { ECONNREFUSED, ENOENT } from '../linux/errno.js';
import type { JournalSandbox } from './header.js';

/** A socket that is not there, or that nobody listens on; any other error says nothing. */
const nobodyThere = (error: ExecError): boolean =>
  error._tag === 'SandboxUnreachable' && (error.errno === ECONNREFUSED || error.errno === ENOENT);

const socketEvidence = (address: string): Exec<Needs<'sandbox'>, string | null> =>
  pipe(
    knock({ address }),
    RTE.map((): string | null => `${address} accepts connections`),
    RTE.orElse((error) =>
      RTE.right(nobodyThere(error) ? null : `it cannot be told whether ${address} is in use`),
    ),
  );

/** What shows that the sandbox of a journal lives; null when it is gone. */
const lifeOf = ({
  address,
  pid,
  startTime,
}: JournalSandbox): Exec<Needs<'sandbox' | 'machine'>, string | null> =>
  pid === undefined || startTime === undefined
    ? socketEvidence(address)
    : pipe(
        startTimeOf(pid),
        RTE.map((found) => (found === startTime ? `process ${pid} runs` : null)),
      );

/** Fails as `alive` says while the sandbox of a journal lives. */
export const mustBeGone = (
  sandbox: JournalSandbox,
  alive: (evidence: string) => ExecError,
): Exec<Needs<'sandbox' | 'machine'>, void> =>
  pipe(
    lifeOf(sandbox),
    RTE.flatMap((evidence) => (evidence === null ? nothing : fail(alive(evidence)))),
  );
