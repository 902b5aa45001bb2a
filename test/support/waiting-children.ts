/** Processes of a test program, loaded already and waiting for a task: loading is most of their short lives. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface RunningChild {
  readonly pid: number;
  readonly kill: () => void;
  /** Rejects when it fails; killed, also by its own abort, is no failure. */
  readonly ended: Promise<{ readonly killed: boolean; readonly output: string }>;
}

export interface WaitingChildren {
  /** Gives a waiting process `task` as JSON on its standard input. */
  readonly run: (task: object) => RunningChild;
  /** Ends those that wait. */
  readonly stop: () => void;
}

const endOf = async (child: Child): Promise<{ killed: boolean; output: string }> => {
  const exit = once(child, 'exit');
  const [output, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await exit;
  const killed = signal === 'SIGKILL' || signal === 'SIGABRT';
  if (code !== 0 && !killed) throw new Error(`${code ?? signal}: ${said}`);
  return { killed, output };
};

/** `program`: a JavaScript file that reads one task from its standard input and, when that is empty, ends. */
export const waitingChildren = (program: string, count: number): WaitingChildren => {
  const start = (): Child =>
    spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = Array.from({ length: count }, start);
  return {
    run: (task) => {
      const child = waiting.shift() ?? start();
      waiting.push(start());
      const ended = endOf(child);
      child.stdin.on('error', () => {}); // killed before it has read
      child.stdin.end(JSON.stringify(task));
      return { pid: child.pid ?? 0, kill: () => child.kill('SIGKILL'), ended };
    },
    stop: () => {
      for (const child of waiting) child.stdin.end();
    },
  };
};
