/** Frames that come in on a link of a test's namespace, as tcpdump prints them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestNetns } from './netns.js';

export interface Recording {
  /** All lines from the start to the one that holds `text`. Rejects when none came within ten minutes. */
  readonly until: (text: string) => Promise<ReadonlyArray<string>>;
  readonly stop: () => void;
}

/** Records until it is stopped. Once this resolves, no frame is missed. */
export const recordFrames = async (
  { name }: TestNetns,
  link: string,
  filter: string,
): Promise<Recording> => {
  const tcpdump = ['tcpdump', '--immediate-mode', '-ltnne', '-Q', 'in', '-i', link, filter];
  const child = spawn('ip', ['netns', 'exec', name, 'timeout', '600', ...tcpdump], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let said = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  while (!said.includes('listening on')) {
    if (child.exitCode !== null) throw new Error(`tcpdump on ${link}: ${said}`);
    await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
  }
  const until = (wanted: string) =>
    new Promise<ReadonlyArray<string>>((resolve, reject) => {
      const look = (): void => {
        const lines = text.split('\n').slice(0, -1);
        const at = lines.findIndex((line) => line.includes(wanted));
        if (at >= 0) resolve(lines.slice(0, at + 1));
      };
      child.stdout.on('data', look);
      child.once('close', () => reject(new Error(`no "${wanted}" on ${link}:\n${text}${said}`)));
      look();
    });
  return { until, stop: () => child.kill('SIGTERM') };
};
