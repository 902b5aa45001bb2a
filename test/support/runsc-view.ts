/** What the real runsc makes of a network namespace: the exact text of the call that it sends. Takes the addresses. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContainer, HANGS_MS } from './runsc-container.js';

/**
 * `runsc start` in a mount namespace where /proc/sys/net is not to be seen: runsc of before 2024-08
 * takes every namespace for the machine's own where rmem_default shows in all of them.
 */
const START = `
minimum=$(cat /proc/sys/vm/mmap_min_addr)
mount -t tmpfs none /proc/sys
mkdir -p /proc/sys/vm /proc/sys/kernel /proc/sys/net/core
echo "$minimum" > /proc/sys/vm/mmap_min_addr
exec "$@"`;

/** The C string of an strace line as the bytes it stands for. */
const unescapeC = (text: string): string =>
  Buffer.from(
    text.replace(/\\(x[0-9a-f]{2}|[0-7]{1,3}|.)/g, (_, code: string) => {
      if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
      if (code.startsWith('x')) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
      return { n: '\n', t: '\t', r: '\r' }[code] ?? code;
    }),
    'latin1',
  ).toString('utf8');

/** Starts a container of runsc in `netns` under strace. `flags` are runsc's own, `--gso=false`. */
export const runscView = (netns: string, ...flags: ReadonlyArray<string>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'npt-view-'));
  const trace = join(folder, 'trace');
  const container = createContainer(netns);
  try {
    const runsc = [
      'runsc',
      `--root=${container.root}`,
      '--platform=ptrace',
      '--network=sandbox',
      ...flags,
    ];
    const strace = ['strace', '-f', '-q', '-s', '100000000', '-e', 'trace=sendmsg', '-o', trace];
    execFileSync(
      'unshare',
      [
        '-m',
        '--propagation',
        'private',
        'sh',
        '-ec',
        START,
        'sh',
        ...strace,
        ...runsc,
        'start',
        container.id,
      ],
      { stdio: 'ignore', timeout: HANGS_MS },
    );
    const call = /"(\{\\"method\\":\\"Network\.CreateLinksAndRoutes.*?[^\\](?:\\\\)*)"/.exec(
      readFileSync(trace, 'utf8'),
    );
    if (call?.[1] === undefined) throw new Error('runsc sent no network call');
    return unescapeC(call[1]);
  } finally {
    container.remove();
    rmSync(folder, { recursive: true, force: true });
  }
};
