/** Whether the sandbox that a journal names still lives. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Capabilities } from '../effects/capabilities.js';
import type { ExecError } from '../failures/failure.js';
import { ECONNREFUSED, ENOENT } from '../linux/errno.js';
import type { JournalSandbox } from './header.js';

export type LivenessCapabilities = Pick<Capabilities, 'sandbox' | 'machine'>;

/** A socket that is not there, or that nobody listens on; any other error says nothing. */
const nobodyThere = (error: ExecError): boolean =>
  error._tag === 'SandboxUnreachable' && (error.errno === ECONNREFUSED || error.errno === ENOENT);

const socketEvidence = (
  address: string,
  { sandbox }: LivenessCapabilities,
): TE.TaskEither<ExecError, string | null> =>
  pipe(
    sandbox.connect({ address }),
    TE.map((connection): string | null => {
      connection.close();
      return `${address} accepts connections`;
    }),
    TE.orElse((error) =>
      TE.right(nobodyThere(error) ? null : `it cannot be told whether ${address} is in use`),
    ),
  );

/** What shows that the sandbox of a journal lives; null when it is gone. */
export const lifeOf =
  ({ address, pid, startTime }: JournalSandbox) =>
  (c: LivenessCapabilities): TE.TaskEither<ExecError, string | null> =>
    pipe(
      pid === undefined ? TE.right(null) : c.machine.startTimeOf(pid),
      TE.flatMap((found) => {
        if (pid === undefined || startTime === undefined) return socketEvidence(address, c);
        return found === startTime
          ? TE.right(`process ${pid} runs`)
          : TE.right<ExecError, string | null>(null);
      }),
    );
