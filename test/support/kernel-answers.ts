/** What the kernel itself says it does with packets: `ip route get`, that is RTM_GETROUTE, in one batch. */
import { spawnSync } from 'node:child_process';
import type { Packet } from '../../src/plan/routing/kernel/packet.js';

export interface KernelRoute {
  readonly dst: string;
  readonly type?: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly from?: string;
  readonly prefsrc?: string;
  readonly table?: string;
  readonly metric?: number;
  readonly tos?: string;
  readonly nhid?: number;
  readonly encap?: string;
}

/** The route that the kernel answers with, or the words of its errno. */
export type Answer = KernelRoute | string;

const WORDS: ReadonlyArray<readonly [keyof Packet, string]> = [
  ['source', 'from'],
  ['oif', 'oif'],
  ['mark', 'mark'],
  ['tos', 'tos'],
  ['ipproto', 'ipproto'],
  ['sport', 'sport'],
  ['dport', 'dport'],
  ['uid', 'uid'],
];

/** The arguments of `ip route get`. A protocol is always named: of IPv6 the kernel takes none otherwise. */
export const questionOf = (packet: Packet): string =>
  [
    packet.destination,
    ...WORDS.flatMap(([key, word]) => {
      const value = key === 'ipproto' ? (packet.ipproto ?? 17) : packet[key];
      return value === undefined ? [] : [word, key === 'tos' ? `0x${value.toString(16)}` : value];
    }),
  ].join(' ');

/** Answers in the order of the questions. `fibmatch`: the route of the table, rather than what comes of it. */
export const askKernel = (
  netns: string,
  packets: ReadonlyArray<Packet>,
  fibmatch = false,
): ReadonlyArray<Answer> => {
  const lines = packets.map(
    (packet) => `route get ${fibmatch ? 'fibmatch ' : ''}${questionOf(packet)}`,
  );
  const answered = spawnSync('ip', ['-n', netns, '-N', '-d', '-j', '-force', '-batch', '-'], {
    input: lines.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const failed = new Map<number, string>();
  for (const [, words = '', line] of answered.stderr.matchAll(
    /(?:RTNETLINK answers|Error): (.+)\n(?:Command failed -:(\d+))/g,
  ))
    failed.set(Number(line) - 1, words);
  const routes = answered.stdout
    .split('\n')
    .filter((line) => line.startsWith('['))
    .map((line) => (JSON.parse(line) as ReadonlyArray<KernelRoute>)[0]);
  let next = 0;
  return packets.map((_, i) => failed.get(i) ?? routes[next++] ?? 'no answer');
};
