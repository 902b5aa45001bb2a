/** What the journal of a namespace says to a new apply. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import { type LastingAddress, lastingAddress } from '../../plan/model/lasting.js';
import { identityOf } from '../../plan/model/lasting-object.js';
import { linkNames } from '../../plan/model/link-names.js';
import type { NamespaceState } from '../../plan/model/state.js';
import type { Capabilities } from '../effects/capabilities.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import type { ExecError } from '../failures/failure.js';
import { withNetns } from '../namespace/open.js';
import { DEFAULT_JOURNAL_FOLDER } from './folder.js';
import { takenAddresses } from './header.js';
import { type Journal, journalPath, readJournal, recordOf, unfinished } from './journal.js';
import { mustBeGone } from './liveness.js';
import { isOfThisBoot } from './origin.js';

/** Whether every address that an apply took is on its link again: somebody gave them back without `release`. */
const isGivenBack = (taken: ReadonlyArray<LastingAddress>, state: NamespaceState): boolean => {
  const identity = (address: LastingAddress): string => identityOf({ address });
  const there = new Set(state.addresses.map((one) => identity(lastingAddress(one))));
  return taken.every((one) => there.has(identity(one)));
};

const notHandedOver = (
  journal: Journal,
  state: NamespaceState,
): Exec<Needs<'sandbox' | 'machine'>, void> => {
  const { before, sandbox } = journal.header;
  const addresses = takenAddresses(journal.header);
  const handedOver: ExecError = {
    _tag: 'HandedOver',
    record: recordOf(journal),
    addresses,
    names: linkNames(before),
  };
  return isGivenBack(addresses, state) ? mustBeGone(sandbox, () => handedOver) : fail(handedOver);
};

/**
 * Fails when an earlier apply stands in the way of a new one. A finished apply does not when its sandbox
 * is gone and all of its addresses are back; nor does any of another boot.
 */
export const nothingInTheWay = (
  journal: Journal | null,
  state: NamespaceState,
): Exec<Needs<'sandbox' | 'machine'>, void> => {
  if (journal === null) return nothing;
  const error = unfinished(journal);
  return pipe(
    isOfThisBoot(journal),
    RTE.flatMap((current): Exec<Needs<'sandbox' | 'machine'>, void> => {
      if (!current) return nothing;
      return error === null ? notHandedOver(journal, state) : fail(error);
    }),
  );
};

/**
 * What an earlier apply of the namespace says to a new one, before there is a plan: a namespace that was
 * handed over has no usable link, so planning it fails, and for another reason than the real one.
 */
export const nothingInTheWayOf = (
  netnsPath: string,
  folder: string = DEFAULT_JOURNAL_FOLDER,
): Exec<Capabilities, void> =>
  withNetns(netnsPath, (netns) =>
    pipe(
      readJournal(journalPath(folder, netns.identity)),
      RTE.flatMap((journal) =>
        journal === null
          ? nothing
          : pipe(
              RTE.fromTaskEither(netns.observe),
              RTE.flatMap((state) => nothingInTheWay(journal, state)),
            ),
      ),
    ),
  );
