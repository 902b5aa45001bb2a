/** A namespace held open for the time of one operation. */

import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { Netns } from '../effects/capabilities.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { openNetns } from '../effects/kernel.js';
import { explainingRights } from './rights.js';

type Opening = Needs<'kernel' | 'machine'>;

/** Opens any namespace by its file, and closes it after `use`. */
export const withAnyNetns = <R, A>(
  path: string,
  use: (netns: Netns) => Exec<R, A>,
): Exec<R & Opening, A> =>
  RTE.bracketW(explainingRights(openNetns(path)), use, ({ close }) => RTE.fromIO(close));

/** As `withAnyNetns`, for one that may be changed: never the machine's own. */
export const withNetns = <R, A>(
  path: string,
  use: (netns: Netns) => Exec<R, A>,
): Exec<R & Opening, A> =>
  withAnyNetns(path, (netns) =>
    pipe(
      netns.identity.root ? fail({ _tag: 'RootNamespace', path }) : nothing,
      RTE.flatMap(() => use(netns)),
    ),
  );
