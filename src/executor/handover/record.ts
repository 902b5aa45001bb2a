/** What an apply writes down before its first effect: whose, when, for which sandbox, and what was there. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { ObjectPath } from '../../plan/model/state.js';
import type { Exec, Needs } from '../effects/exec.js';
import { bootId, now, pid, self, startTimeOf, uptime } from '../effects/machine.js';
import type { JournalHeader, JournalSandbox } from '../journal/header.js';
import type { Handover } from './handover.js';
import { isTaken } from './taken.js';

type NamedSandbox = Omit<JournalSandbox, 'startTime'>;

const sandboxRecord = (sandbox: NamedSandbox): Exec<Needs<'machine'>, JournalSandbox> =>
  sandbox.pid === undefined
    ? RTE.right(sandbox)
    : pipe(
        startTimeOf(sandbox.pid),
        RTE.map((startTime) => (startTime === null ? sandbox : { ...sandbox, startTime })),
      );

/** Where they stand in the state before. */
const takenPaths = ({ plan, before }: Handover): ReadonlyArray<ObjectPath> => {
  const taken = isTaken(plan);
  return before.addresses.flatMap((one, i): ObjectPath[] =>
    taken(one) ? [`addresses[${i}]`] : [],
  );
};

/** What is written down before the first effect. */
export const headerOf = (
  handover: Handover,
  sandbox: NamedSandbox,
): Exec<Needs<'machine'>, JournalHeader> =>
  pipe(
    RTE.Do,
    RTE.apSW('boot', bootId),
    RTE.apSW('writer', self),
    RTE.apSW('pid', pid),
    RTE.apSW('at', now),
    RTE.apSW('uptime', uptime),
    RTE.apSW('sandbox', sandboxRecord(sandbox)),
    RTE.map(({ boot, writer, pid, at, uptime, sandbox }) => ({
      kind: 'Journal',
      formatVersion: 2,
      bootId: boot,
      netns: handover.netns.identity,
      path: handover.netns.path,
      pid,
      startTime: writer.startTime,
      at: at.toISOString(),
      uptime,
      target: handover.plan.target,
      stateHash: handover.plan.basis.stateHash,
      sandbox,
      taken: takenPaths(handover),
      before: handover.before,
    })),
  );
