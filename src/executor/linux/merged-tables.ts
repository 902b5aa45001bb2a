/** Whether the local and the main table of IPv4 are one trie, in the calling thread's network namespace. */
import { pipe } from 'fp-ts/lib/function.js';
import * as IOE from 'fp-ts/lib/IOEither.js';
import type { LibcError } from './failure.js';
import { readProcFile } from './proc-file.js';

/** Bytes: some two hundred for each table, main and local the last but those of the same hash. */
const MOST = 1 << 20;

/**
 * Whether `fib_triestat` shows one trie twice. Each table's statistics are those of its trie, which two
 * tables have in common until fib_unmerge; undefined where one of them is not there.
 * Source: fib_triestat_seq_show in net/ipv4/fib_trie.c.
 */
export const isMerged = (triestat: string): boolean | undefined => {
  const parts = triestat.split(/^(Main|Local|Id \d+):$/m);
  const [main, local] = ['Main', 'Local'].map((table) => parts[parts.indexOf(table) + 1]);
  return parts.includes('Main') && parts.includes('Local') ? main === local : undefined;
};

/** To be run inside the namespace. `/proc/net` would be that of the process, not of this thread. */
export const readMergedTables: IOE.IOEither<LibcError, boolean | undefined> = pipe(
  readProcFile('/proc/thread-self/net/fib_triestat', MOST),
  IOE.map((triestat) => isMerged(triestat ?? '')),
);
