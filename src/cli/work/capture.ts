/** capture of a source, as it is or with pseudonyms. */
import { randomUUID } from 'node:crypto';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NamespaceState } from '../../plan/model/state.js';
import type { Refusal } from '../ending/refusal.js';
import type { Source } from '../flags/source.js';
import type { ReadState } from '../input/read-state.js';
import { readSource } from '../input/source.js';

export { NamespaceState } from '../../plan/model/state.js';

/** Loaded when it is asked for. */
const redactor = TE.fromTask<typeof import('../../plan/redact/redact.js'), Refusal>(
  () => import('../../plan/redact/redact.js'),
);

/** Without a seed the pseudonyms are others every time. */
const redacted = (
  state: NamespaceState,
  seed: string = randomUUID(),
): TE.TaskEither<Refusal, NamespaceState> =>
  pipe(
    redactor,
    TE.map(({ redact }) => redact(seed)(state)),
  );

export const captureSource = (
  source: Source,
  { redact, seed }: { readonly redact: boolean; readonly seed?: string | undefined },
): TE.TaskEither<Refusal, ReadState> =>
  pipe(
    readSource(source),
    TE.flatMap(({ state, notes }) =>
      pipe(
        redact ? redacted(state, seed) : TE.right(state),
        TE.map((captured) => ({ state: captured, notes })),
      ),
    ),
  );
