/** readStateFile: a state that netplan captured, or one that iproute2 printed, as a document or a folder. */
import { stat } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { NamespaceState } from '../../plan/model/state.js';
import type { Refusal } from '../ending/refusal.js';
import { parseDocument } from './documents.js';
import { readText } from './files.js';
import type { ReadState } from './read-state.js';

/** Loaded for what is no document of netplan's own. */
const iproute2 = TE.fromTask<typeof import('./iproute2-state.js'), Refusal>(
  () => import('./iproute2-state.js'),
);

/** What is not there is told when it is read. */
const isFolder = (file: string): T.Task<boolean> =>
  file === '-'
    ? T.of(false)
    : () =>
        stat(file).then(
          (facts) => facts.isDirectory(),
          () => false,
        );

const parseState = (file: string, text: string): TE.TaskEither<Refusal, ReadState> =>
  pipe(
    TE.fromEither(parseDocument(NamespaceState, file, text)),
    TE.map((state): ReadState => ({ state, notes: [] })),
    TE.orElse((refusal) =>
      pipe(
        iproute2,
        TE.flatMapEither(({ parseIproute2 }) => parseIproute2(file, text) ?? E.left(refusal)),
      ),
    ),
  );

/** `-` is stdin. */
export const readStateFile = (file: string): TE.TaskEither<Refusal, ReadState> =>
  pipe(
    TE.fromTask<boolean, Refusal>(isFolder(file)),
    TE.flatMap((folder) =>
      folder
        ? pipe(
            iproute2,
            TE.flatMap(({ readIproute2Folder }) => readIproute2Folder(file)),
          )
        : pipe(
            readText(file),
            TE.flatMap((text) => parseState(file, text)),
          ),
    ),
  );
