/** release on this machine. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type ReleaseOptions, release } from '../../executor/giveback/release.js';
import type { RestoreReport } from '../../executor/giveback/report.js';
import type { Refusal } from '../ending/refusal.js';
import type { LiveSource } from '../flags/source.js';
import { onThisMachine } from '../input/live.js';
import { locate } from '../input/location.js';

export { restoreText } from './restore-text.js';

export const releaseNow = (
  source: LiveSource,
  options: ReleaseOptions,
): TE.TaskEither<Refusal, RestoreReport> =>
  pipe(
    locate(source),
    TE.flatMap(({ netns }) => onThisMachine(release(netns, options))),
  );
