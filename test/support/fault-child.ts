/** A process that applies or recovers with the real capabilities, and kills itself at one point. */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { apply } from '../../src/executor/apply.js';
import { liveCapabilities } from '../../src/executor/live.js';
import { recover } from '../../src/executor/recover.js';
import { release } from '../../src/executor/release.js';
import type { NetworkPlan } from '../../src/plan/network-plan.js';
import { withFaults } from './faults.js';

/** What the test asks for, as JSON on standard input; nothing: end. */
export interface ChildTask {
  readonly verb: 'apply' | 'recover' | 'release';
  readonly netns: string;
  readonly socket: string;
  readonly journalFolder: string;
  readonly planFile: string;
  /** dies before this effect, counted from 0, or after the last one; -1 to live */
  readonly killAt: number;
  /**
   * Count also effects that only read. Dying before one leaves what dying before the next one that changes
   * something leaves, so without them nothing is left out but the same again.
   */
  readonly everyRead: boolean;
}

const given = await text(process.stdin);
if (given === '') process.exit();
const { verb, netns, socket, journalFolder, planFile, killAt, everyRead }: ChildTask =
  JSON.parse(given);

const READS = /^(lstat|list|file facts|file read|observe|self|boot id)$/;

let effects = 0;
const c = withFaults(
  liveCapabilities,
  ({ name, when }) => {
    const counts = when === 'before' && (everyRead || !READS.test(name));
    if (counts && effects++ === killAt) process.kill(process.pid, 'SIGKILL');
    return 'go';
  },
  5,
);

const tasks = {
  apply: () => {
    const plan: NetworkPlan = JSON.parse(readFileSync(planFile, 'utf8'));
    return apply(plan, { netns, sandbox: { address: socket }, journalFolder })(c);
  },
  recover: () => recover(netns, { journalFolder, giveBack: true })(c),
  release: () => release(netns, { journalFolder, force: true })(c),
} as const;

const result = await tasks[verb]()();
if (effects === killAt) process.kill(process.pid, 'SIGKILL');
process.stdout.write(JSON.stringify({ effects, ok: result._tag === 'Right', result }));
