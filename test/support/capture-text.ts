/** A whole namespace as iproute2 prints it: what a test compares before and after. */
import type { TestNetns } from './netns.js';

const COMMANDS = [
  'ip addr', // not -d: a bridge prints its timers
  'ip -4 -d route show table all',
  'ip -6 -d route show table all',
  'ip -4 rule',
  'ip -6 rule',
  'ip -4 neigh show nud permanent',
  'ip -6 neigh show nud permanent',
  'ip neigh show proxy',
  'ip -d nexthop',
];

export const captureText = ({ sh }: Pick<TestNetns, 'sh'>): string => sh(COMMANDS.join('\n'));
