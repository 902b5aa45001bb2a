/** The sandbox's capability as work. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { SandboxAddress } from '../urpc/address.js';
import type { SandboxConnection } from '../urpc/client.js';
import type { Exec, Needs } from './exec.js';

/** The connection is to be closed by whoever asked for it. */
export const connectTo =
  (to: SandboxAddress): Exec<Needs<'sandbox'>, SandboxConnection> =>
  ({ sandbox }) =>
    sandbox.connect(to);

/** Connects and goes away again: that somebody takes connections there. */
export const knock = (to: SandboxAddress): Exec<Needs<'sandbox'>, void> =>
  pipe(
    connectTo(to),
    RTE.flatMapIO(({ close }) => close),
  );
