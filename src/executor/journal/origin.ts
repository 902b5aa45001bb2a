/** Whether a journal speaks of this boot and of this namespace. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import { sameIdentity } from '../../plan/restore/stale.js';
import type { Netns } from '../effects/capabilities.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { bootId } from '../effects/machine.js';
import type { JournalElsewhere } from '../failures/failure.js';
import type { Journal } from './journal.js';

/** After a reboot a pid, a path, an inode and a cookie mean something else. */
export const isOfThisBoot = ({ header }: Journal): Exec<Needs<'machine'>, boolean> =>
  pipe(
    bootId,
    RTE.map((found) => found === header.bootId),
  );

const isOfAnother = (
  { path }: Journal,
  what: JournalElsewhere['what'],
  recorded: string,
  found: string,
): Exec<unknown, never> => fail({ _tag: 'JournalElsewhere', path, what, recorded, found });

/** Fails with JournalElsewhere for one of another boot. */
export const mustBeOfThisBoot = (journal: Journal): Exec<Needs<'machine'>, void> =>
  pipe(
    bootId,
    RTE.flatMap((found) =>
      found === journal.header.bootId
        ? nothing
        : isOfAnother(journal, 'boot', journal.header.bootId, found),
    ),
  );

/** Fails with JournalElsewhere for one of another namespace. An inode is used again; a cookie is not. */
export const mustBeOfNetns = (journal: Journal, { identity }: Netns): Exec<unknown, void> =>
  sameIdentity(journal.header.netns, identity)
    ? nothing
    : isOfAnother(journal, 'namespace', journal.header.netns.cookie, identity.cookie);
