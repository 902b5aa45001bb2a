/** What the journal of a namespace says to a new apply. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { linkNames } from '../../plan/model/link-names.js';
import type { NamespaceState } from '../../plan/model/state.js';
import { addressText } from '../../plan/views/object-text.js';
import type { Capabilities, Exec } from '../effects/capabilities.js';
import { nothing } from '../effects/exec.js';
import type { ExecError } from '../failures/failure.js';
import { openNetns } from '../namespace/open.js';
import { DEFAULT_JOURNAL_FOLDER } from './folder.js';
import { type Journal, journalPath, readJournal, recordOf } from './journal.js';
import { type LivenessCapabilities, lifeOf } from './liveness.js';

/** Only a journal of this boot speaks of a namespace that can still be there. */
const ofThisBoot =
  (journal: Journal) =>
  ({ machine }: Pick<Capabilities, 'machine'>): TE.TaskEither<ExecError, boolean> =>
    pipe(
      machine.bootId,
      TE.map((found) => found === journal.header.bootId),
    );

/** Whether every address that an apply took is on its link again: somebody gave them back without `release`. */
const isGivenBack = ({ header }: Journal, state: NamespaceState): boolean => {
  const there = new Set(state.addresses.map(addressText(linkNames(state))));
  return header.taken.every((address) => there.has(address));
};

/**
 * Fails when an earlier apply stands in the way of a new one. A finished apply does not when its sandbox
 * is gone and all of its addresses are back; nor does any of another boot.
 */
export const nothingInTheWay =
  (journal: Journal | null, state: NamespaceState) =>
  (c: LivenessCapabilities): TE.TaskEither<ExecError, void> => {
    if (journal === null) return TE.right(undefined);
    const record = recordOf(journal);
    const handedOver: ExecError = { _tag: 'HandedOver', record, addresses: journal.header.taken };
    const inTheWay = (): TE.TaskEither<ExecError, void> => {
      switch (journal.phase) {
        case 'begun':
        case 'undoing':
          return TE.left({ _tag: 'ApplyInterrupted', record });
        case 'calling':
        case 'unknown':
          return TE.left({ _tag: 'OutcomeUnknown', record });
        case 'committed':
          return isGivenBack(journal, state)
            ? pipe(
                lifeOf(journal.header.sandbox)(c),
                TE.flatMap((life) => (life === null ? TE.right(undefined) : TE.left(handedOver))),
              )
            : TE.left(handedOver);
      }
    };
    return pipe(
      ofThisBoot(journal)(c),
      TE.flatMap((current) => (current ? inTheWay() : TE.right(undefined))),
    );
  };

/**
 * What an earlier apply of the namespace says to a new one, before there is a plan: a namespace that was
 * handed over has no usable link, so planning it fails, and for another reason than the real one.
 */
export const nothingInTheWayOf =
  (netnsPath: string, folder: string = DEFAULT_JOURNAL_FOLDER): Exec<Capabilities, void> =>
  (c) =>
    openNetns(netnsPath, (netns) =>
      pipe(
        readJournal(journalPath(folder, netns.identity))(c),
        TE.flatMap((journal) =>
          journal === null
            ? nothing
            : pipe(
                netns.observe,
                TE.flatMap((state) => nothingInTheWay(journal, state)(c)),
              ),
        ),
      ),
    )(c);
