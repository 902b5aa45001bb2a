import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { NFT_MSG_GETTABLE } from '../../src/executor/netfilter/abi.js';
import { policyDump } from '../../src/executor/netlink/xfrm.js';
import { writeDocument } from '../../src/plan/documents/read.js';
import { NamespaceState } from '../../src/plan/model/state.js';
import { test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';

/** The tables of ip_tables that are there: asking the kernel for one of them would make it. */
const LEGACY_TABLES =
  'cat /proc/net/ip_tables_names /proc/net/ip6_tables_names 2>/dev/null || true';

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
const asksRoute = (type: string): boolean =>
  type.startsWith('RTM_GET') || (type.startsWith('0x') && (Number(type) & 3) === 2);

/** Requests that only ask, by the protocol of their socket: the numbers of one mean something else in another. */
const ASKS: Readonly<Record<string, (type: string) => boolean>> = {
  NETLINK_ROUTE: asksRoute,
  NETLINK_NETFILTER: (type) => Number(type) === NFT_MSG_GETTABLE,
  NETLINK_XFRM: (type) => Number(type) === policyDump.type,
};

/** Every netlink request in a trace, by the protocol of the socket that it was sent to. */
const requestsIn = (calls: string): ReadonlyArray<readonly [protocol: string, type: string]> => {
  const protocols = new Map<string, string>();
  return calls.split('\n').flatMap((line): ReadonlyArray<readonly [string, string]> => {
    const [, protocol, made] = /socket\(AF_NETLINK, .*, (\w+)\) = (\d+)/.exec(line) ?? [];
    if (protocol !== undefined && made !== undefined) protocols.set(made, protocol);
    const [, fd = '', type] = /sendto\((\d+), .*nlmsg_type=(\w+)/.exec(line) ?? [];
    return type === undefined ? [] : [[protocols.get(fd) ?? '', type]];
  });
};

describeWith(['netns', 'strace'], 'plan and --dry-run', () => {
  test.for([['plan'], ['apply', '--dry-run', '--socket', '/nonexistent/sandbox.sock']])(
    '%s leaves the namespace as it was and opens no packet socket',
    async (command, { pair }) => {
      pair.recipe('f1');
      const before = writeDocument(NamespaceState, await observeNetns(pair.netns.path));
      const { output, calls } = traced(...command, '--netns', pair.netns.path);
      expect(output).toContain('call Network.CreateLinksAndRoutes with 2 files');
      expect(calls).not.toMatch(/AF_PACKET|nonexistent/);
      const requests = requestsIn(calls);
      expect(requests).toHaveLength(calls.match(/nlmsg_type=/g)?.length ?? 0);
      const told = Object.keys(ASKS).map((of) => requests.filter(([is]) => is === of).length);
      expect(told).toStrictEqual([10, 1, 1]); // seven kinds of objects, settings of links, queues, address labels; nothing else is there
      expect(requests.filter(([of, type]) => ASKS[of]?.(type) !== true)).toStrictEqual([]);
      expect(pair.netns.sh(LEGACY_TABLES)).toBe('');
      expect(writeDocument(NamespaceState, await observeNetns(pair.netns.path))).toBe(before);
    },
  );
});
