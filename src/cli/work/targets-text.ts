/** targetsText: the targets as a table, newest first as given, abilities as words. */

import type { Target } from '../../plan/model/target.js';
import type { Style } from '../../plan/views/style.js';
import { type Cell, table } from '../../plan/views/table.js';

const HEADINGS = ['TARGET', 'FIRST', 'LAST', 'FILES', 'GATEWAYS', 'LOOKUP', 'CARRIES'];

/** Abilities by the word that stands for each, in the order they came to gVisor. */
const ABILITIES: ReadonlyArray<readonly [word: string, has: (target: Target) => boolean]> = [
  ['mac', (target) => target.linkAddress],
  ['channels', (target) => target.multiChannel],
  ['host-gso', (target) => target.hostGso],
  ['gvisor-gso', (target) => target.gvisorGso],
  ['ipv6', (target) => target.ipv6Links],
  ['fifo', (target) => target.qdiscs.includes('fifo')],
  ['checksums', (target) => target.checksumOffload],
  ['prefixes', (target) => target.prefixLengths],
  ['tun', (target) => target.ipLinks],
  ['neighbors', (target) => target.neighbors],
  ['gro', (target) => target.gro],
  ['route-mtu', (target) => target.routeMtu],
];

const abilities = (target: Target): string =>
  ABILITIES.filter(([, has]) => has(target))
    .map(([word]) => word)
    .join(' ');

export const targetsText = (targets: ReadonlyArray<Target>, style: Style): string =>
  table(
    [
      HEADINGS.map((text): Cell => ({ text, paint: style.heading })),
      ...targets.map(
        (target): ReadonlyArray<Cell> => [
          { text: target.name, paint: style.name },
          ...target.releases,
          `${target.maxFiles}`,
          target.gateways,
          target.lookup,
          { text: abilities(target), paint: style.dim },
        ],
      ),
    ],
    0,
  )
    .map((line) => `${line}\n`)
    .join('');
