import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { writeDocument } from '../../src/plan/documents/read.js';
import { NamespaceState } from '../../src/plan/model/state.js';
import { test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';

const NETPLAN = join(import.meta.dirname, '../../bin/run.js');

/** The system calls of a netplan command that could change a namespace or open a door into it. */
const traced = (...args: ReadonlyArray<string>): { output: string; calls: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'npt-strace-'));
  const trace = join(folder, 'trace');
  try {
    const output = execFileSync(
      'strace',
      [
        '-f',
        '-qq',
        '-e',
        'trace=socket,sendto,sendmsg,connect,setns',
        '-o',
        trace,
        process.execPath,
        NETPLAN,
        ...args,
      ],
      { encoding: 'utf8' },
    );
    return { output, calls: readFileSync(trace, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** RTM_NEW*, DEL, GET and SET follow each other by fours, GET third; strace prints a name or the number. */
const isDump = (type: string): boolean =>
  type.startsWith('RTM_GET') || (type.startsWith('0x') && (Number(type) & 3) === 2);

describeWith(['netns', 'strace'], 'plan and --dry-run', () => {
  test.for([['plan'], ['apply', '--dry-run', '--socket', '/nonexistent/sandbox.sock']])(
    '%s leaves the namespace as it was and opens no packet socket',
    async (command, { pair }) => {
      pair.recipe('f1');
      const before = writeDocument(NamespaceState, await observeNetns(pair.netns.path));
      const { output, calls } = traced(...command, '--netns', pair.netns.path);
      expect(output).toContain('call Network.CreateLinksAndRoutes with 2 files');
      expect(calls).not.toMatch(/AF_PACKET|nonexistent/);
      const requests = [...calls.matchAll(/nlmsg_type=(\w+)/g)].map(([, type]) => type ?? '');
      expect(requests).toHaveLength(7);
      expect(requests.filter((type) => !isDump(type))).toStrictEqual([]);
      expect(writeDocument(NamespaceState, await observeNetns(pair.netns.path))).toBe(before);
    },
  );
});
