/** What an apply writes down before its first effect: whose, when, for which sandbox, and what was there. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import { lastingAddress } from '../../plan/model/lasting.js';
import { linkNames } from '../../plan/model/link-names.js';
import { addressKey } from '../../plan/model/object-key.js';
import { objectText } from '../../plan/views/object-text.js';
import type { Exec, Needs } from '../effects/exec.js';
import { bootId, now, pid, self, startTimeOf, uptime } from '../effects/machine.js';
import type { JournalHeader, JournalSandbox } from '../journal/header.js';
import type { Handover } from './handover.js';

type NamedSandbox = Omit<JournalSandbox, 'startTime'>;

const sandboxRecord = (sandbox: NamedSandbox): Exec<Needs<'machine'>, JournalSandbox> =>
  sandbox.pid === undefined
    ? RTE.right(sandbox)
    : pipe(
        startTimeOf(sandbox.pid),
        RTE.map((startTime) => (startTime === null ? sandbox : { ...sandbox, startTime })),
      );

const takenTexts = ({ plan, before }: Handover): ReadonlyArray<string> => {
  const taken = new Set(
    plan.fdLinks.flatMap(({ ifindex, hostAddresses }) =>
      hostAddresses.map((a) => addressKey({ ...a, ifindex })),
    ),
  );
  return before.addresses
    .filter((a) => taken.has(addressKey(a)))
    .map((a) => objectText(linkNames(before))({ address: lastingAddress(a) }));
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
      formatVersion: 1,
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
      taken: takenTexts(handover),
      before: handover.before,
    })),
  );
