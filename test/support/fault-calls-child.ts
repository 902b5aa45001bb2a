/** A process in which every system call of a verb fails with each of its errors: after each, nothing is different. */
import { text } from 'node:stream/consumers';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ExecError } from '../../src/executor/failures/failure.js';
import { recover } from '../../src/executor/giveback/recover.js';
import { recoverAll } from '../../src/executor/giveback/recover-all.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import type { NamespaceState } from '../../src/plan/model/state.js';
import { faultsOf } from './call-errnos.js';
import { type Call, callsOf, failing, leadsHome, type Run } from './failing-calls.js';
import {
  expectSameState,
  type FaultSubject,
  giveBack,
  hasJournal,
  noFaults,
  takingAgain,
  whereOf,
} from './fault-subject.js';
import { observeNetns } from './observe.js';
import { FAILURE, type ScriptedSandbox, SUCCESS, scriptedSandbox } from './scripted-sandbox.js';
import type { Fault } from './system-calls.js';

/** What the test asks for, as JSON on standard input; nothing: end. The answer is a `FaultCounts`. */
export interface FaultCallsTask {
  readonly verb: 'apply' | 'undo' | keyof typeof GIVING_BACK;
  readonly subject: FaultSubject;
  /** Where not all of them are tried, each call gets one, another than the call of its name before it. */
  readonly everyFault: boolean;
}

type GivingBack = Run<{ readonly outcome: string } | null>;

/** The ways to give back what an apply took; the run of one journal of many ends as that one. */
const GIVING_BACK = {
  recover: ({ path, journalFolder }: FaultSubject): GivingBack =>
    recover(path, { journalFolder, giveBack: true })(live),
  'recover of all': ({ journalFolder }: FaultSubject): GivingBack =>
    pipe(
      recoverAll({ journalFolder, giveBack: true })(live),
      TE.flatMapEither(([only]) => only?.result ?? E.right(null)),
    ),
  release: ({ path, journalFolder }: FaultSubject): GivingBack =>
    release(path, { journalFolder, force: true })(live),
} as const;

const given = await text(process.stdin);
if (given === '') process.exit();
const { verb, subject, everyFault }: FaultCallsTask = JSON.parse(given);
const counts = noFaults();
const before: NamespaceState = await observeNetns(subject.path);
const sandbox: ScriptedSandbox = await scriptedSandbox(subject.address);
const applying = () => apply(subject.plan, whereOf(subject))(live)();

const someFaults = ({ name, nth }: Call, all = everyFault): ReadonlyArray<Fault> => {
  const faults = faultsOf(name);
  return all ? faults : faults.filter((_, i) => i === nth % faults.length);
};

/** Settings are read one like the other, each from a file of its own: those calls share their errors. */
const isOfAFile = (calls: ReadonlyArray<Call>): ((call: Call) => boolean) => {
  const found = new Set<Call>();
  calls.forEach((call, i) => {
    if (call.name !== 'read') return;
    for (const one of calls.slice(i - 1, i + 2)) found.add(one);
  });
  return (call) => found.has(call);
};

/** The sandbox has the network, or nobody knows, or not everything could be put back. */
const needsAPerson = ({ _tag }: ExecError): boolean =>
  _tag === 'ExchangeBroken' || _tag === 'VerificationFailed' || _tag === 'RollbackFailed';

/** How a run has to end in which nothing was made to fail. */
const expectEnd = (asWanted: boolean, result: unknown): void => {
  if (!asWanted) throw new Error(`it ended with ${JSON.stringify(result)}`);
};

const isGivenBack = (result: Awaited<ReturnType<GivingBack>>): boolean =>
  E.isRight(result) && result.right?.outcome === 'given-back';

interface Steps {
  readonly calls: ReadonlyArray<Call>;
  readonly faults: (call: Call) => ReadonlyArray<Fault>;
  readonly run: Run;
  readonly prepare?: () => void;
  /** what a person would do after it */
  readonly after: (result: E.Either<ExecError, unknown>) => Promise<unknown>;
}

const tryAll = async ({ calls, faults, run, prepare, after }: Steps): Promise<void> => {
  counts.points += calls.length;
  for await (const { met, result, about } of failing(calls, faults, run, prepare)) {
    counts[met ? 'faults' : 'unmet'] += 1;
    await after(result);
    await expectSameState(subject, before, counts, about);
  }
};

const inApply = async (): Promise<void> => {
  sandbox.answer = SUCCESS;
  await applying(); // what is done once in a process is done
  await giveBack(subject);
  const { calls, result } = await callsOf(applying);
  expectEnd(E.isRight(result) && result.right.verification.outcome === 'verified', result);
  await giveBack(subject);
  const ofAFile = isOfAFile(calls);
  await tryAll({
    calls: calls.filter((call) => !leadsHome(call)),
    faults: (call) => (ofAFile(call) ? someFaults(call, false) : faultsOf(call.name)),
    run: applying,
    after: async (faulty) => {
      if (E.isRight(faulty) || needsAPerson(faulty.left)) await giveBack(subject);
      else expectEnd(!hasJournal(subject), faulty);
    },
  });
};

const inUndo = async (): Promise<void> => {
  sandbox.answer = FAILURE;
  const { calls, result } = await callsOf(applying);
  expectEnd(E.isLeft(result) && result.left._tag === 'RolledBack', result);
  await tryAll({
    calls: calls.slice(calls.findIndex(({ name }) => name === 'sendmsg') + 1),
    faults: someFaults,
    run: applying,
    after: async (faulty) => {
      if (E.isLeft(faulty) && needsAPerson(faulty.left)) await giveBack(subject);
    },
  });
};

const inGivingBack = async (by: keyof typeof GIVING_BACK): Promise<void> => {
  sandbox.answer = by === 'release' ? SUCCESS : 'not JSON';
  const run = GIVING_BACK[by](subject);
  await applying();
  const prepare = takingAgain(subject);
  const { calls, result } = await callsOf(run);
  expectEnd(isGivenBack(result), result);
  await tryAll({
    calls: calls.filter((call) => !leadsHome(call)),
    faults: someFaults,
    run,
    prepare,
    after: async () => {
      if (!hasJournal(subject)) return;
      const again = await run();
      expectEnd(isGivenBack(again), again);
    },
  });
};

if (verb === 'apply') await inApply();
else if (verb === 'undo') await inUndo();
else await inGivingBack(verb);
await sandbox.stop();
process.stdout.write(JSON.stringify(counts));
