/** The rights that the work needs, and which are missing where the kernel only says that it is not permitted. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Capabilities, Process } from '../effects/capabilities.js';
import type { ExecError, PreflightFailure } from '../failures/failure.js';
import { endingOf } from '../failures/table.js';

/** Bits of CapEff that an apply needs, and for what. Source: linux/capability.h. */
const NEEDED = [
  { bit: 12n, name: 'CAP_NET_ADMIN', why: 'delete and add addresses and routes' },
  { bit: 13n, name: 'CAP_NET_RAW', why: 'open packet sockets' },
  { bit: 21n, name: 'CAP_SYS_ADMIN', why: 'enter the network namespace' },
] as const;

/**
 * The capabilities that this process lacks in its own user namespace. Having them there does not prove
 * anything for a network namespace that another user namespace owns: there, opening it decides.
 */
export const rightsFailures = ({
  effectiveCapabilities,
}: Process): ReadonlyArray<PreflightFailure> =>
  NEEDED.filter(({ bit }) => ((effectiveCapabilities >> bit) & 1n) === 0n).map(({ name, why }) => ({
    code: 'preflight/rights',
    summary: `${name} is missing, which is needed to ${why}`,
    remedy: `run as root, or grant ${name}`,
    rights: true,
  }));

/**
 * An error of opening the namespace, told together with the rights that are missing, if any are: EPERM
 * alone does not say which.
 */
export const explainingRights =
  <A>(task: TE.TaskEither<ExecError, A>) =>
  ({ machine }: Pick<Capabilities, 'machine'>): TE.TaskEither<ExecError, A> =>
    pipe(
      task,
      TE.orElse((error) =>
        pipe(
          machine.self,
          TE.flatMap((self): TE.TaskEither<ExecError, A> => {
            const failures = endingOf(error) === 'notPermitted' ? rightsFailures(self) : [];
            return TE.left(failures.length === 0 ? error : { _tag: 'Preflight', failures });
          }),
        ),
      ),
    );
