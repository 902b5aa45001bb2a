/** The rights that the work needs, and which are missing where the kernel only says that it is not permitted. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { Process } from '../effects/capabilities.js';
import { type Exec, fail, type Needs } from '../effects/exec.js';
import { self } from '../effects/machine.js';
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

const orMissingRights = (error: ExecError): Exec<Needs<'machine'>, never> =>
  pipe(
    self,
    RTE.flatMap((process) => {
      const failures = rightsFailures(process);
      return fail(failures.length === 0 ? error : { _tag: 'Preflight', failures });
    }),
  );

/**
 * An error of opening a namespace, told together with the rights that are missing, if any are: EPERM alone
 * does not say which.
 */
export const explainingRights = <R, A>(work: Exec<R, A>): Exec<R & Needs<'machine'>, A> =>
  pipe(
    work,
    RTE.orElseW((error) =>
      endingOf(error) === 'notPermitted' ? orMissingRights(error) : fail(error),
    ),
  );
