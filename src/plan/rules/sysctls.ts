/** Verdicts on settings: the sandbox has its own, and not all that the kernel has decide anything here. */
import type { Sysctl } from '../model/filters.js';
import type { NamespaceState } from '../model/state.js';
import type { Code } from './codes.js';
import type { PlacedLink, Placement } from './links.js';
import { at, type Verdict } from './verdict.js';

/** What of a namespace decides whether a setting matters. */
interface Facts {
  readonly state: NamespaceState;
  readonly nics: ReadonlyArray<PlacedLink>;
}

type Judge = (setting: Sysctl, facts: Facts) => Code;

const LOST: Code = 'dropped/sysctl';
const IDLE: Code = 'dropped/sysctl-idle';
const SAME: Code = 'dropped/sysctl-same';

/** Packets go from link to link, or the right one of several links has to be found. */
const betweenLinks: Judge = (_, { nics }) => (nics.length > 1 ? LOST : IDLE);

/** With one link and a default route, every source is reachable where its packets come from. */
const reversePath: Judge = (_, { state, nics }) => {
  const hasDefault = state.routes.some(
    ({ dst, type }) => dst === '0.0.0.0/0' && type === 'unicast',
  );
  return nics.length > 1 || !hasDefault ? LOST : IDLE;
};

const amongAddresses: Judge = (_, { nics }) => {
  const addresses = nics.flatMap((nic) =>
    nic.addresses.filter(({ address }) => address.family === 'inet'),
  );
  return addresses.length > 1 ? LOST : IDLE;
};

/** 1 is what netstack does: a NIC answers for its own addresses. Source: arp.go in gVisor's pkg/tcpip/network. */
const arpIgnore: Judge = (setting, facts) =>
  setting.value === '1' ? SAME : amongAddresses(setting, facts);

/** It changes what rp_filter asks for, and that alone. Source: ip-sysctl.rst. */
const markedReversePath: Judge = (setting, facts) =>
  facts.state.sysctls?.some(({ key }) => key.endsWith('.rp_filter')) === true
    ? reversePath(setting, facts)
    : IDLE;

/** A link without IPv6 has no IPv6 address that could be handed over. */
const withoutIpv6: Judge = ({ ifindex }, { nics }) =>
  nics.some(
    ({ link, addresses }) =>
      (ifindex === undefined || link.ifindex === ifindex) &&
      addresses.some(({ address }) => address.family === 'inet6'),
  )
    ? LOST
    : IDLE;

/** Everybody may bind any port and open ping sockets in gVisor [seen with release-20221219.0]. */
const lowPorts: Judge = ({ value }) => (Number(value) <= 1024 ? SAME : LOST);

/** By the last part of the key: all links and single ones are asked the same. */
const JUDGES: Readonly<Record<string, Judge>> = {
  ip_forward: betweenLinks,
  forwarding: betweenLinks,
  mc_forwarding: betweenLinks,
  bc_forwarding: betweenLinks,
  rp_filter: reversePath,
  src_valid_mark: markedReversePath,
  arp_filter: amongAddresses,
  arp_announce: amongAddresses,
  arp_ignore: arpIgnore,
  disable_ipv6: withoutIpv6,
  accept_ra: ({ value }) => (value === '0' ? SAME : LOST),
  proxy_ndp: () => IDLE, // the entries that it is for are objects of their own
  ip_unprivileged_port_start: lowPorts,
  ping_group_range: () => SAME,
};

const codeOf = (setting: Sysctl, facts: Facts): Code => {
  const ofOneLink = setting.ifindex !== undefined;
  if (ofOneLink && !facts.nics.some(({ link }) => link.ifindex === setting.ifindex))
    return 'dropped/filter-elsewhere';
  const judge = JUDGES[setting.key.slice(setting.key.lastIndexOf('.') + 1)];
  return judge === undefined ? LOST : judge(setting, facts);
};

export const judgeSysctls = (
  state: NamespaceState,
  { links }: Placement,
): ReadonlyArray<Verdict> => {
  const facts = { state, nics: links.filter(({ role }) => role === 'fd') };
  return (state.sysctls ?? []).map((setting, i) => ({
    object: at('sysctls', i),
    code: codeOf(setting, facts),
  }));
};
