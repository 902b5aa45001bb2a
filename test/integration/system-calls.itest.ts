/** The fault suites see every system call that there is: the kernel is asked, too. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildChild } from '../support/build-child.js';
import type { ChildTask } from '../support/fault-child.js';
import { TWO_LINKS } from '../support/fault-recipes.js';
import type { FaultSubject } from '../support/fault-subject.js';
import { withSubject } from '../support/fault-world.js';
import { describeWith } from '../support/requires.js';
import { scriptedSandbox } from '../support/scripted-sandbox.js';

/** The kernel's name for a call that the C library has another one for. */
const KERNEL_NAMES: Readonly<Record<string, string>> = { send: 'sendto', recv: 'recvfrom' };

/** Those that node itself does not make in a process that only runs a verb. */
const TRACED =
  'setns socket bind connect getsockname getsockopt setsockopt sendto recvfrom sendmsg flock fsync ftruncate mkdir rename unlink'.split(
    ' ',
  );

const countOf = (names: ReadonlyArray<string>): Record<string, number> =>
  Object.fromEntries(TRACED.map((name) => [name, names.filter((one) => one === name).length]));

/** What a verb does, by its own account and by that of strace. */
const traced = async (program: string, subject: FaultSubject, verb: ChildTask['verb']) => {
  const file = (name: string): string => join(subject.folder, name);
  const task: ChildTask = { verb, subject, killAt: -1, everyCall: false };
  const trace = file('trace');
  // Files: of a socket node would ask the kernel what it is.
  writeFileSync(file('in'), JSON.stringify(task));
  const stdio = [openSync(file('in'), 'r'), openSync(file('out'), 'w'), openSync(file('err'), 'w')];
  const strace = ['-f', '-qq', '-e', `trace=${TRACED.join()}`, '-o', trace];
  await once(spawn('strace', [...strace, process.execPath, program], { stdio }), 'exit');
  for (const fd of stdio) closeSync(fd);
  expect(readFileSync(file('err'), 'utf8')).toBe('');
  const { ok, calls } = JSON.parse(readFileSync(file('out'), 'utf8'));
  expect(ok).toBe(true);
  // A call that another thread interrupts is on two lines, the second one "resumed". At its end koffi flushes
  // the standard streams.
  const lines = readFileSync(trace, 'utf8').matchAll(/^\d+ +(?!fsync\([12]\))(\w+)\(/gm);
  return {
    told: countOf(calls.map((name: string) => KERNEL_NAMES[name] ?? name)),
    seen: countOf([...lines].map(([, name]) => name ?? '')),
  };
};

describeWith(['netns', 'strace'], 'system calls', () => {
  test('none of apply, release and recover is overlooked', async () => {
    const program = await buildChild('test/support/fault-child.ts');
    await withSubject(TWO_LINKS, async (subject) => {
      const sandbox = await scriptedSandbox(subject.address);
      try {
        for (const verb of ['apply', 'release', 'recover'] as const) {
          const { told, seen } = await traced(program, subject, verb);
          expect(seen, verb).toStrictEqual(told);
          expect(seen['setns']).toBeGreaterThan(1);
        }
      } finally {
        await sandbox.stop();
      }
    });
  });
});
