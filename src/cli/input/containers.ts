/** runsc containers as sources and sinks: what their state file and their sandbox say. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Exec, Needs } from '../../executor/effects/exec.js';
import { connectTo } from '../../executor/effects/sandbox.js';
import type { SandboxAddress } from '../../executor/urpc/address.js';
import { defaultRoot, findContainer } from '../../executor/urpc/container.js';
import { probeTarget } from '../../executor/urpc/probe.js';
import { bundleOptions } from '../../plan/documents/bundle.js';
import type { Refusal } from '../ending/refusal.js';
import { onThisMachine } from './live.js';
import type { Location } from './place.js';

/** Asks the sandbox itself, without side effects: the runsc on the PATH may be another release. */
const askedTarget = (address: SandboxAddress): Exec<Needs<'sandbox'>, string> =>
  RTE.bracketW(
    connectTo(address),
    (connection) => RTE.fromTaskEither(probeTarget(connection)),
    ({ close }) => RTE.fromIO(close),
  );

/**
 * Of a running sandbox of the newest gVisor the plan is for `latest`: the same abilities, through
 * Network.CreateLinksAndRoutes, which makes the network at once and answers with its errors. SetNetworkArgs,
 * the method of `head`, stores the arguments, and most errors would come at the container's start: after the
 * addresses were taken and the apply had ended in success. Source: runsc/boot/controller.go.
 */
export const planTarget = (probed: string): string => (probed === 'head' ? 'latest' : probed);

/** `root`: runsc's --root; null for its default. */
export const locateContainer = (
  id: string,
  root: string | null,
): TE.TaskEither<Refusal, Location> =>
  onThisMachine(
    pipe(
      RTE.fromTaskEither(findContainer(id, root ?? defaultRoot(process.env))),
      RTE.bindTo('container'),
      RTE.bindW('target', ({ container: { address, pid } }) => askedTarget({ ...address, pid })),
      RTE.map(({ container: { netnsPath, pid, address, spec, status }, target }) => ({
        netns: netnsPath,
        options: { ...bundleOptions(spec), target: planTarget(target) },
        sandbox: {
          address: address.address,
          container: id,
          pid,
          started: status === 'running' || status === 'paused',
        },
      })),
    ),
  );
