/** A whole namespace as iproute2 prints it: what a test compares before and after. */
import type { TestNetns } from './netns.js';

/** By the options that one process can have for all of its commands. */
const COMMANDS: ReadonlyArray<readonly [options: string, commands: ReadonlyArray<string>]> = [
  ['', ['addr', 'neigh show proxy']], // no -d: of a bridge it prints its timers
  ['-4 -d', ['route show table all', 'rule', 'neigh show nud permanent']],
  ['-6 -d', ['route show table all', 'rule', 'neigh show nud permanent']],
  ['-d', ['nexthop']],
];

const SCRIPT = COMMANDS.map(
  ([options, commands]) => `ip ${options} -batch - <<'END'\n${commands.join('\n')}\nEND`,
).join('\n');

export const captureText = ({ sh }: Pick<TestNetns, 'sh'>): string => sh(SCRIPT);
