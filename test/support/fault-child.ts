/** A process that applies, recovers or releases, and ends itself before one of its system calls. */
import { text } from 'node:stream/consumers';
import { recover } from '../../src/executor/giveback/recover.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { EPERM } from '../../src/executor/linux/errno.js';
import { liveCapabilities } from '../../src/executor/live/live.js';
import { type FaultSubject, whereOf } from './fault-subject.js';
import { onSystemCalls } from './system-calls.js';

/** What the test asks for, as JSON on standard input; nothing: end. */
export interface ChildTask {
  readonly verb: 'apply' | 'recover' | 'release';
  readonly subject: FaultSubject;
  /** dies before this call, counted from 0, or after the last one; -1 to live */
  readonly killAt: number;
  /**
   * Count every call. Dying before one that leaves nothing behind leaves what dying before the next one that
   * does leaves, so without them nothing is left out but the same again.
   */
  readonly everyCall: boolean;
  /** the setns(2) that leads back from this stretch inside the namespace fails, counted from 0 */
  readonly notHomeFrom?: number;
}

const given = await text(process.stdin);
if (given === '') process.exit();
const task: ChildTask = JSON.parse(given);
const { subject, killAt, everyCall } = task;
const { path, journalFolder } = subject;

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const run = {
  apply: () => apply(subject.plan, whereOf(subject))(liveCapabilities),
  recover: () => recover(path, { journalFolder, giveBack: true })(liveCapabilities),
  release: () => release(path, { journalFolder, force: true })(liveCapabilities),
}[task.verb]();

const calls: string[] = [];
let counted = 0;
let moves = 0;
onSystemCalls(({ name, lasting }) => {
  calls.push(name);
  if ((everyCall || lasting) && counted++ === killAt) die();
  const leadsHome = name === 'setns' && moves++ % 2 === 1;
  return leadsHome && (moves - 2) / 2 === task.notHomeFrom
    ? { errno: EPERM, when: 'before' }
    : null;
});
const result = await run();
onSystemCalls(() => null);
if (counted === killAt) die();
process.stdout.write(JSON.stringify({ ok: result._tag === 'Right', calls, result }));
