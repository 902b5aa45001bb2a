/** What an RTM_NEWLINK says of a link besides the link: its settings under /proc/sys/net, and XDP programs. */
import * as E from 'fp-ts/lib/Either.js';
import type { LinkFilter, Sysctl } from '../../plan/model/filters.js';
import { type Names, nameOf } from '../../plan/model/kernel-names/names.js';
import { trusted } from '../../plan/model/scalars.js';
import { fnv1a64 } from '../../plan/model/state-hash.js';
import { AF_INET, AF_INET6 } from '../linux/abi.js';
import { IFINFOMSG_LEN } from './abi.js';
import { AttributeReader } from './attribute.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';
import { linkDump } from './link.js';

// linux/if_link.h, linux/if.h
const IFLA_AF_SPEC = 26;
const IFLA_XDP = 43;
const IFLA_INET_CONF = 1;
const IFLA_INET6_CONF = 2;
const IFLA_XDP_ATTACHED = 2;
const IFLA_XDP_PROG_ID = 4;
const IFF_LOOPBACK = 0x8;

type Setting = readonly [index: number, key: string, compiledIn: number];

/** IPV4_DEVCONF_* less one, linux/ip.h: the words of IFLA_INET_CONF. */
const IPV4: ReadonlyArray<Setting> = [
  [0, 'net.ipv4.conf.*.forwarding', 0],
  [1, 'net.ipv4.conf.*.mc_forwarding', 0],
  [2, 'net.ipv4.conf.*.proxy_arp', 0],
  [7, 'net.ipv4.conf.*.rp_filter', 0],
  [12, 'net.ipv4.conf.*.arp_filter', 0],
  [17, 'net.ipv4.conf.*.arp_announce', 0],
  [18, 'net.ipv4.conf.*.arp_ignore', 0],
  [22, 'net.ipv4.conf.*.accept_local', 0],
  [23, 'net.ipv4.conf.*.src_valid_mark', 0],
  [24, 'net.ipv4.conf.*.proxy_arp_pvlan', 0],
  [25, 'net.ipv4.conf.*.route_localnet', 0],
  [28, 'net.ipv4.conf.*.ignore_routes_with_linkdown', 0],
  [29, 'net.ipv4.conf.*.drop_unicast_in_l2_multicast', 0],
  [30, 'net.ipv4.conf.*.drop_gratuitous_arp', 0],
  [31, 'net.ipv4.conf.*.bc_forwarding', 0],
];

/** DEVCONF_*, linux/ipv6.h: the words of IFLA_INET6_CONF. */
const IPV6: ReadonlyArray<Setting> = [
  [0, 'net.ipv6.conf.*.forwarding', 0],
  [1, 'net.ipv6.conf.*.hop_limit', 64],
  [3, 'net.ipv6.conf.*.accept_ra', 1],
  [10, 'net.ipv6.conf.*.use_tempaddr', 0],
  [22, 'net.ipv6.conf.*.proxy_ndp', 0],
  [23, 'net.ipv6.conf.*.optimistic_dad', 0],
  [25, 'net.ipv6.conf.*.mc_forwarding', 0],
  [26, 'net.ipv6.conf.*.disable_ipv6', 0],
  [34, 'net.ipv6.conf.*.use_optimistic', 0],
  [37, 'net.ipv6.conf.*.use_oif_addrs_only', 0],
  [39, 'net.ipv6.conf.*.ignore_routes_with_linkdown', 0],
];

/** IFLA_XDP_ATTACHED: XDP_ATTACHED_*, linux/if_link.h. */
const XDP: Names = new Map([
  [1, 'native'],
  [2, 'generic'],
  [3, 'offload'],
  [4, 'multiple'],
]);

export interface LinkSettings {
  readonly loopback: boolean;
  readonly sysctls: ReadonlyArray<Sysctl>;
  readonly xdp: LinkFilter | null;
}

/** The words that differ from what is compiled in; a kernel with fewer words lacks the settings. */
const differing = (
  reader: AttributeReader,
  settings: ReadonlyArray<Setting>,
  ifindex: Sysctl['ifindex'],
): ReadonlyArray<Sysctl> =>
  settings.flatMap(([index, key, compiledIn]) => {
    if (4 * index + 4 > reader.size) return [];
    const value = reader.u32At(4 * index) | 0;
    // a tunnel's use_tempaddr is -1: it never has any
    return value === compiledIn || (value === -1 && key.endsWith('.use_tempaddr'))
      ? []
      : [{ key, value: String(value), ...(ifindex === undefined ? {} : { ifindex }) }];
  });

const readXdp = (reader: AttributeReader): { attached: number; program: number } => {
  const xdp = { attached: 0, program: 0 };
  reader.nested((inner) => {
    if (inner.type === IFLA_XDP_ATTACHED) xdp.attached = inner.u8();
    if (inner.type === IFLA_XDP_PROG_ID) xdp.program = inner.u32();
  });
  return xdp;
};

const readAfSpec = (reader: AttributeReader, ifindex: Sysctl['ifindex'], sysctls: Sysctl[]): void =>
  reader.nested((family) => {
    const [conf, settings] =
      family.type === AF_INET ? [IFLA_INET_CONF, IPV4] : [IFLA_INET6_CONF, IPV6];
    if (family.type !== AF_INET && family.type !== AF_INET6) return;
    family.nested((inner) => {
      if (inner.type === conf) sysctls.push(...differing(inner, settings, ifindex));
    });
  });

/** The payload of an RTM_NEWLINK. */
export const decodeLinkSettings = (payload: Uint8Array): E.Either<WireError, LinkSettings> => {
  const reader = new AttributeReader(payload, IFINFOMSG_LEN);
  const ifindex = trusted.ifIndex(reader.headerU32(4));
  const loopback = (reader.headerU32(8) & IFF_LOOPBACK) !== 0;
  const sysctls: Sysctl[] = [];
  let xdp: LinkFilter | null = null;
  while (reader.next()) {
    if (reader.type === IFLA_AF_SPEC) readAfSpec(reader, ifindex, sysctls);
    if (reader.type !== IFLA_XDP) continue;
    const { attached, program } = readXdp(reader);
    if (attached !== 0)
      xdp = {
        ifindex,
        hook: 'xdp',
        kinds: [nameOf(XDP, attached)],
        filters: 1,
        digest: fnv1a64([String(program)]),
      };
  }
  return reader.error === null ? E.right({ loopback, sysctls, xdp }) : E.left(reader.error);
};

export const linkSettingsDump: Dump<LinkSettings> = { ...linkDump, decode: decodeLinkSettings };
