/** The flags that become PlanOptions: only what was given, so that a bundle's options and the defaults hold. */
import { CLIError } from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';
import type { DefaultRoutePolicy, PlanOptions } from '../../plan/model/options.js';
import { LinkName, NO_LINK_NAME } from '../../plan/model/scalars.js';
import { exitCodes } from '../ending/exit-codes.js';

const helpGroup = 'PLAN';

/** Throws what oclif prints as a wrong use: exit code 2. */
const linkName = async (text: string): Promise<string> => {
  if (LinkName.is(text)) return text;
  throw new CLIError(`"${text}" is ${NO_LINK_NAME}`, {
    exit: exitCodes.usage,
  });
};

const defaultRoute = async (text: string): Promise<DefaultRoutePolicy> =>
  text === 'error' || text === 'metric' ? text : { link: await linkName(text) };

export const planFlags = {
  target: Flags.string({
    helpGroup,
    helpValue: 'RELEASE',
    summary: 'gVisor release, wire dialect, head or latest (see netplan targets)',
  }),
  network: Flags.option({
    helpGroup,
    options: ['sandbox', 'none', 'host'] as const,
    summary: "runsc's --network: plan the namespace, loopback only, or nothing",
  })(),
  'default-route': Flags.custom<DefaultRoutePolicy>({
    helpGroup,
    helpValue: 'error|metric|IFACE',
    parse: defaultRoute,
    summary: 'more than one default route: refuse, take the lowest metric, or that of a link',
  })(),
  multipath: Flags.option({
    helpGroup,
    options: ['error', 'first'] as const,
    summary: 'a default route with several nexthops: refuse, or take the first',
  })(),
  'strict-gateway': Flags.boolean({
    helpGroup,
    summary: 'refuse a default route without a gateway, as runsc did until 2026-05',
  }),
  'on-loss': Flags.option({
    helpGroup,
    options: ['report', 'error'] as const,
    summary: 'what the target cannot carry: list it in the plan, or refuse the plan',
  })(),
  'ipv4-only': Flags.boolean({
    helpGroup,
    aliases: ['no-ipv6'],
    summary: 'plan no IPv6 at all; also --no-ipv6',
  }),
  link: Flags.custom<string>({
    helpGroup,
    helpValue: 'IFACE',
    multiple: true,
    multipleNonGreedy: true,
    parse: linkName,
    summary: 'hand over only this link; may be repeated',
  })(),
  channels: Flags.integer({
    helpGroup,
    min: 1,
    summary: 'packet sockets per link',
  }),
  gso: Flags.option({
    helpGroup,
    options: ['auto', 'host', 'gvisor', 'off'] as const,
    summary: 'who segments large packets',
  })(),
  gro: Flags.boolean({ helpGroup, allowNo: true, summary: "gVisor's generic receive offload" }),
  qdisc: Flags.option({
    helpGroup,
    options: ['none', 'fifo'] as const,
    summary: "the sandbox's queueing discipline",
  })(),
  'tx-checksum-offload': Flags.boolean({
    helpGroup,
    allowNo: true,
    summary: 'leave checksums of sent packets to the host',
  }),
  'rx-checksum-offload': Flags.boolean({
    helpGroup,
    allowNo: true,
    summary: 'trust checksums of received packets',
  }),
};

/** What oclif parses `planFlags` to. */
export interface PlanFlags {
  readonly target?: string | undefined;
  readonly network?: PlanOptions['network'];
  readonly 'default-route'?: DefaultRoutePolicy | undefined;
  readonly multipath?: PlanOptions['multipath'];
  readonly 'strict-gateway'?: boolean;
  readonly 'on-loss'?: PlanOptions['onLoss'];
  readonly 'ipv4-only'?: boolean;
  readonly link?: ReadonlyArray<string> | undefined;
  readonly channels?: number | undefined;
  readonly gso?: PlanOptions['gso'];
  readonly gro?: boolean;
  readonly qdisc?: PlanOptions['qdisc'];
  readonly 'tx-checksum-offload'?: boolean;
  readonly 'rx-checksum-offload'?: boolean;
}

/** Without the keys whose value is undefined: those are the flags that were not given. */
const given = (options: { readonly [K in keyof PlanOptions]: PlanOptions[K] | undefined }) =>
  Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as PlanOptions;

export const planOptions = (flags: PlanFlags): PlanOptions =>
  given({
    target: flags.target,
    network: flags.network,
    defaultRoute: flags['default-route'],
    multipath: flags.multipath,
    strictGateway: flags['strict-gateway'],
    onLoss: flags['on-loss'],
    families: flags['ipv4-only'] === true ? ['inet'] : undefined,
    links: flags.link,
    channels: flags.channels,
    gso: flags.gso,
    gro: flags.gro,
    qdisc: flags.qdisc,
    txChecksumOffload: flags['tx-checksum-offload'],
    rxChecksumOffload: flags['rx-checksum-offload'],
  });
