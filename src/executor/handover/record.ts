/** What an apply writes down before its first effect: whose, when, for which sandbox, and what was there. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { linkNames } from '../../plan/model/link-names.js';
import { addressText } from '../../plan/views/object-text.js';
import type { Capabilities } from '../effects/capabilities.js';
import type { ExecError } from '../failures/failure.js';
import type { JournalHeader, JournalSandbox } from '../journal/header.js';
import type { Run } from './transaction.js';

type Step<A> = TE.TaskEither<ExecError, A>;

const sandboxRecord = (
  sandbox: Omit<JournalSandbox, 'startTime'>,
  { machine }: Capabilities,
): Step<JournalSandbox> =>
  sandbox.pid === undefined
    ? TE.right(sandbox)
    : pipe(
        machine.startTimeOf(sandbox.pid),
        TE.map((startTime) => (startTime === null ? sandbox : { ...sandbox, startTime })),
      );

const takenTexts = ({ plan, before }: Run): ReadonlyArray<string> => {
  const key = (ifindex: number, a: { local: string; peer?: string }) =>
    `${ifindex} ${a.local} ${a.peer ?? a.local}`;
  const taken = new Set(
    plan.fdLinks.flatMap(({ ifindex, hostAddresses }) => hostAddresses.map((a) => key(ifindex, a))),
  );
  return before.addresses
    .filter((a) => taken.has(key(a.ifindex, a)))
    .map(addressText(linkNames(before)));
};

/** What is written down before the first effect. */
export const headerOf = (
  run: Run,
  sandbox: Omit<JournalSandbox, 'startTime'>,
): Step<JournalHeader> =>
  pipe(
    TE.Do,
    TE.apS('bootId', run.c.machine.bootId),
    TE.apS('self', run.c.machine.self),
    TE.apS('sandbox', sandboxRecord(sandbox, run.c)),
    TE.map(({ bootId, self, sandbox }) => ({
      kind: 'Journal',
      formatVersion: 1,
      bootId,
      netns: run.netns.identity,
      path: run.netns.path,
      pid: run.c.machine.pid,
      startTime: self.startTime,
      at: run.c.machine.now().toISOString(),
      uptime: run.c.machine.uptime(),
      target: run.plan.target,
      stateHash: run.plan.basis.stateHash,
      sandbox,
      taken: takenTexts(run),
      before: run.before,
    })),
  );
