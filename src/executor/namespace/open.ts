/** A namespace that may be changed, held open for the time of one operation. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Capabilities, Exec, Netns } from '../effects/capabilities.js';
import type { ExecError } from '../failures/failure.js';
import { explainingRights } from './rights.js';

/** Opens `path`, refuses the machine's own namespace, and closes it after `use`. */
export const openNetns =
  <A>(
    path: string,
    use: (netns: Netns) => TE.TaskEither<ExecError, A>,
  ): Exec<Pick<Capabilities, 'kernel' | 'machine'>, A> =>
  (c) =>
    TE.bracket(
      explainingRights(c.kernel.openNetns(path))(c),
      (netns) =>
        pipe(
          netns.identity.root
            ? TE.left<ExecError, void>({ _tag: 'RootNamespace', path })
            : TE.right(undefined),
          TE.flatMap(() => use(netns)),
        ),
      (netns) => TE.fromIO(netns.close),
    );
