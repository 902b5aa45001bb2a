/** A long-lived process that applies and releases again and again, with a sandbox of its own and failures in between. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as E from 'fp-ts/lib/Either.js';
import type { Capabilities } from '../../src/executor/effects/capabilities.js';
import { recover } from '../../src/executor/giveback/recover.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import type { NetworkPlan } from '../../src/plan/model/network-plan.js';
import type { Behavior } from '../../src/sandbox/behavior.js';
import { type RunningSandbox, runSandbox } from '../../src/sandbox/server.js';
import { withFaults } from './faults.js';

/** What the test asks for, as JSON in the first argument. */
export interface SoakTask {
  readonly netns: string;
  readonly socket: string;
  readonly journalFolder: string;
  readonly planFile: string;
  readonly rounds: number;
}

/** What it answers, as one line of JSON; then it waits until its standard input ends. */
export interface SoakResult {
  readonly applied: number;
  readonly failed: number;
  /** descriptors open after the first rounds and after the last */
  readonly descriptors: readonly [number, number];
  /** network namespaces that the threads are in at the end */
  readonly namespaces: ReadonlyArray<string>;
  readonly home: string;
  /** bytes of JavaScript heap after collection: after a tenth of the rounds, and after the last */
  readonly heap: readonly [number, number];
  /** bytes resident, at the same times */
  readonly resident: readonly [number, number];
  /** milliseconds: the longest the event loop was late, and the 99.9th percentile */
  readonly late: readonly [number, number];
}

const { netns, socket, journalFolder, planFile, rounds }: SoakTask = JSON.parse(
  process.argv[2] ?? '',
);
const plan: NetworkPlan = JSON.parse(readFileSync(planFile, 'utf8'));
const home = readlinkSync('/proc/thread-self/ns/net');

const must = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const failing = (effect: string): Capabilities =>
  withFaults(live, ({ name, when }) => (when === 'before' && name === effect ? 'fail' : 'go'), 5);

/** How an apply can fail: the sandbox, or an effect of ours. */
const FAILURES: ReadonlyArray<{ readonly behavior: Behavior; readonly c: Capabilities }> = [
  { behavior: { _tag: 'Refuse', message: 'not now' }, c: live },
  { behavior: { _tag: 'CloseAfter', bytes: 7 }, c: live },
  { behavior: { _tag: 'Garbage', text: 'what?' }, c: live },
  ...['bind', 'call', 'rename', 'file sync', 'file lock', 'connect', 'open netns'].map(
    (effect) => ({ behavior: { _tag: 'Serve' } as const, c: failing(effect) }),
  ),
];

const failureOf = (n: number): (typeof FAILURES)[number] => {
  const failure = FAILURES[n % FAILURES.length];
  if (failure === undefined) throw new TypeError('there are failures');
  return failure;
};

const withSandbox = async (
  behavior: Behavior,
  use: (sandbox: RunningSandbox) => Promise<void>,
): Promise<void> => {
  const sandbox = must(await runSandbox({ listen: socket, onEvent: () => {}, behavior })());
  try {
    await use(sandbox);
  } finally {
    sandbox.stop();
    await sandbox.closed();
  }
};

const where = { netns, sandbox: { address: socket }, journalFolder };

const succeed = async (): Promise<void> => {
  await withSandbox({ _tag: 'Serve' }, async () => {
    must(await apply(plan, where)(live)());
  });
  must(await release(netns, { journalFolder })(live)());
};

const failOnce = async ({ behavior, c }: (typeof FAILURES)[number]): Promise<void> => {
  await withSandbox(behavior, async () => {
    if (E.isRight(await apply(plan, where)(c)())) throw new Error('it should have failed');
  });
  must(await recover(netns, { journalFolder })(live)());
};

const counts = { applied: 0, failed: 0 };
const round = async (i: number): Promise<void> => {
  if (i % 3 !== 2) await succeed();
  else await failOnce(failureOf((i - 2) / 3));
  counts[i % 3 === 2 ? 'failed' : 'applied'] += 1;
  if (readlinkSync('/proc/thread-self/ns/net') !== home) throw new Error('not at home');
};

const descriptors = () => readdirSync('/proc/self/fd').length;
const memory = () => {
  global.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, resident: rss };
};

const warmUp = Math.max(3 * FAILURES.length, Math.ceil(rounds / 10));
for (let i = 0; i < warmUp; i++) await round(i);
const first = { ...memory(), descriptors: descriptors() };
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
for (let i = warmUp; i < rounds; i++) await round(i);
delay.disable();
const last = { ...memory(), descriptors: descriptors() };

const result: SoakResult = {
  ...counts,
  descriptors: [first.descriptors, last.descriptors],
  namespaces: [
    ...new Set(
      readdirSync('/proc/self/task').map((task) => readlinkSync(`/proc/self/task/${task}/ns/net`)),
    ),
  ],
  home,
  heap: [first.heap, last.heap],
  resident: [first.resident, last.resident],
  late: [delay.max / 1e6, delay.percentile(99.9) / 1e6],
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.stdin.resume();
