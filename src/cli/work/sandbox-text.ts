/** eventText: what the embedded sandbox tells, as it happens. */

import { escapeName } from '../../plan/views/escape-name.js';
import type { Style } from '../../plan/views/style.js';
import { type Cell, table } from '../../plan/views/table.js';
import type { AcceptedNetwork, AcceptedNic } from '../../sandbox/contract/accepted.js';
import type { SandboxEvent } from '../../sandbox/events.js';

const nicFacts = (nic: AcceptedNic): string =>
  nic.kind === 'loopback'
    ? `loopback, mtu ${nic.mtu}`
    : [
        nic.mac ?? 'no link address',
        `mtu ${nic.mtu}`,
        `${nic.channels} ${nic.channels === 1 ? 'socket' : 'sockets'}`,
        nic.gso === 'off' ? 'no gso' : `${nic.gso} gso`,
      ].join(', ');

const nicLines = (nic: AcceptedNic, style: Style): ReadonlyArray<string> => [
  ...table([[{ text: nic.name, paint: style.name }, nicFacts(nic)]], 2),
  ...table(
    [
      ...nic.addresses.map((a): ReadonlyArray<Cell> => ['address', `${a.address}/${a.prefixLen}`]),
      ...nic.neighbors.map((n): ReadonlyArray<Cell> => ['neighbor', n.address, n.linkAddress]),
    ],
    4,
  ),
];

const networkLines = ({ nics, routeTable }: AcceptedNetwork, style: Style) => [
  ...nics.flatMap((nic) => nicLines(nic, style)),
  ...table([[{ text: 'routes', paint: style.name }, 'in lookup order']], 2),
  ...table(
    routeTable.map(({ destination, gateway, nic, mtu }) => [
      destination,
      gateway === null ? 'on-link' : `via ${gateway}`,
      `dev ${nic}`,
      mtu === 0 ? '' : `mtu ${mtu}`,
    ]),
    4,
  ),
];

const eventLines = (event: SandboxEvent, style: Style): ReadonlyArray<string> => {
  switch (event._tag) {
    case 'Listening':
      return [`listening on ${escapeName(event.address)}`];
    case 'CallReceived':
      return [
        `call ${escapeName(event.method)} with ${event.files} ${event.files === 1 ? 'file' : 'files'}`,
      ];
    case 'Refused':
      return [
        `${style.error('refused')} ${escapeName(event.method)}: ${escapeName(event.message)}`,
      ];
    case 'Accepted':
      return [style.good('accepted'), ...networkLines(event.network, style)];
    case 'ConnectionBroken':
      return [`${style.warning('connection broken')}: ${escapeName(event.why)}`];
    case 'Stopped': {
      const { arp, ndp, echo } = event.counters;
      return [`stopped after ${arp} ARP, ${ndp} NDP and ${echo} echo requests`];
    }
  }
};

/** One event; every line ends in a line feed. */
export const eventText = (event: SandboxEvent, style: Style): string =>
  eventLines(event, style)
    .map((line) => `${line}\n`)
    .join('');
