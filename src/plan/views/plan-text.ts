/** planText: a plan as an aligned overview for a person; with the other texts of the CLI beside it. */

import type { Accounted } from '../model/account.js';
import type {
  DefaultGateway,
  Diagnostic,
  FdLink,
  LoopbackLink,
  NetworkPlan,
  PlannedAddress,
  PlannedRoute,
} from '../model/network-plan.js';
import { linearise } from '../model/ops.js';
import type { NetnsIdentity } from '../model/state.js';
import { findTarget } from '../model/target.js';
import { diagnosticText } from './diagnostic-text.js';
import { lossOf } from './loss-text.js';
import { opText } from './ops-text.js';
import type { Style } from './style.js';
import { type Cell, table } from './table.js';

export { diagnosticText } from './diagnostic-text.js';
export { diffText } from './diff-text.js';
export { opsText } from './ops-text.js';

type Rows = ReadonlyArray<ReadonlyArray<Cell>>;

/** `count` with its noun: `1 channel`, `2 channels`. */
const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

const CLASSES = ['kept', 'approximated', 'dropped', 'refused'] as const;

const accountText = (objects: ReadonlyArray<Accounted>): string =>
  CLASSES.map((name) => [name, objects.filter((o) => o.class === name).length] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

const identityText = ({ inode, cookie, root }: NetnsIdentity): string =>
  `inode ${inode}, cookie ${cookie}${root ? ", this machine's own" : ''}`;

const headerRows = (plan: NetworkPlan, style: Style): Rows => {
  const target = findTarget(plan.target);
  const releases = target === null ? '' : ` (gVisor ${target.releases.join(' to ')})`;
  const { netns, scanned, stateHash } = plan.basis;
  const account = accountText(plan.objects);
  const row = (name: string, value: string): ReadonlyArray<Cell> => [
    { text: name, paint: style.dim },
    value,
  ];
  return [
    row('target', `${plan.target}${releases}`),
    row('network', plan.network),
    ...(netns === undefined ? [] : [row('namespace', identityText(netns))]),
    row(
      'state',
      `${stateHash}, ${counted(scanned, 'object')}${account === '' ? '' : `: ${account}`}`,
    ),
  ];
};

/** A list under its name: the name stands once, on the first line. */
const listRows = (name: string, style: Style, rows: Rows): Rows =>
  rows.map((row, i) => [{ text: i === 0 ? name : '', paint: style.dim }, ...row]);

const addressRows = (addresses: ReadonlyArray<PlannedAddress>): Rows =>
  addresses.map(({ address, prefixLen }) => [`${address}/${prefixLen}`]);

const routeRows = (routes: ReadonlyArray<PlannedRoute>, noGateway: string): Rows =>
  routes.map(({ destination, gateway, mtu }) => [
    destination,
    gateway === null ? noGateway : `via ${gateway}`,
    mtu === undefined ? '' : `mtu ${mtu}`,
  ]);

const loopbackLines = (link: LoopbackLink, style: Style): ReadonlyArray<string> => [
  ...table([[{ text: link.name, paint: style.name }]], 2),
  ...table(
    [
      ...listRows('address', style, addressRows(link.addresses)),
      ...listRows('route', style, routeRows(link.routes, 'on loopback')),
    ],
    4,
  ),
];

const deviceFacts = (link: FdLink): string =>
  [
    ...(link.kind === undefined ? [] : [link.kind]),
    link.layer,
    link.linkAddress ?? 'no link address',
    `mtu ${link.mtu}`,
    `ifindex ${link.ifindex}`,
  ].join(', ');

const socketFacts = (link: FdLink): string =>
  [
    counted(link.channels, 'channel'),
    link.gso.mode === 'off' ? 'no gso' : `${link.gso.mode} gso ${link.gso.maxSize}`,
    `qdisc ${link.qdisc}`,
    ...(link.gro ? ['gro'] : []),
    ...(link.txChecksumOffload ? ['tx checksum offload'] : []),
    ...(link.rxChecksumOffload ? ['rx checksum offload'] : []),
  ].join(', ');

const fdLinkLines = (link: FdLink, style: Style): ReadonlyArray<string> => [
  ...table(
    [
      [{ text: link.name, paint: style.name }, deviceFacts(link)],
      ['', { text: socketFacts(link), paint: style.dim }],
    ],
    2,
  ),
  ...table(
    [
      ...listRows('address', style, addressRows(link.addresses)),
      ...listRows('route', style, routeRows(link.routes, 'on-link')),
      ...listRows(
        'neighbor',
        style,
        link.neighbors.map(({ address, linkAddress }) => [address, linkAddress]),
      ),
      ...listRows(
        'joins',
        style,
        link.memberships.map((address) => [address]),
      ),
    ],
    4,
  ),
];

const gatewayRows = (gateways: ReadonlyArray<DefaultGateway>, style: Style): Rows =>
  gateways.map(({ family, gateway, link, mtu }) => [
    { text: family, paint: style.dim },
    gateway,
    { text: link, paint: style.name },
    mtu === undefined ? '' : `mtu ${mtu}`,
  ]);

const opLines = (plan: NetworkPlan, style: Style): ReadonlyArray<string> =>
  table(
    linearise(plan).map((op, i) => [{ text: `${i + 1}`, paint: style.dim }, opText(op)]),
    2,
  );

/** A heading with its lines; nothing at all for no lines, so that an overview has no empty parts. */
const section = (heading: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ['', heading, ...lines];

const diagnosticLines = (
  diagnostics: ReadonlyArray<Diagnostic>,
  paint: Style['warning'],
  style: Style,
): ReadonlyArray<string> =>
  diagnostics.flatMap((d) => diagnosticText(d, paint, style).map((line) => `  ${line}`));

/** The overview of `netplan plan`; every line ends in a line feed. */
export const planText = (plan: NetworkPlan, style: Style): string =>
  [
    ...table(headerRows(plan, style), 0),
    ...section(
      style.heading('loopback'),
      plan.loopbackLinks.flatMap((link) => loopbackLines(link, style)),
    ),
    ...section(
      style.heading('links'),
      plan.fdLinks.flatMap((link) => fdLinkLines(link, style)),
    ),
    ...section(
      style.heading('default gateways'),
      table(gatewayRows(plan.defaultGateways, style), 2),
    ),
    ...section(style.heading('ops'), opLines(plan, style)),
    ...section(
      style.heading('losses'),
      diagnosticLines(plan.losses.map(lossOf(plan)), style.warning, style),
    ),
    ...section(style.heading('notes'), diagnosticLines(plan.notes, style.dim, style)),
  ]
    .map((line) => `${line}\n`)
    .join('');
