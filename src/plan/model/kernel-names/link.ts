/** What links are and do, by the names that `ip -j link` prints. */
import { type FlagNames, flagsOf, type Names } from './names.js';

// linux/if.h
const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;

/** IFF_*, linux/if.h, as in ip/ipaddress.c print_link_flags. */
const LINK_FLAGS: FlagNames = [
  [0x8, 'LOOPBACK'],
  [0x2, 'BROADCAST'],
  [0x10, 'POINTOPOINT'],
  [0x1000, 'MULTICAST'],
  [0x80, 'NOARP'],
  [0x200, 'ALLMULTI'],
  [0x100, 'PROMISC'],
  [0x400, 'MASTER'],
  [0x800, 'SLAVE'],
  [0x4, 'DEBUG'],
  [0x8000, 'DYNAMIC'],
  [0x4000, 'AUTOMEDIA'],
  [0x2000, 'PORTSEL'],
  [0x20, 'NOTRAILERS'],
  [IFF_UP, 'UP'],
  [0x10000, 'LOWER_UP'],
  [0x20000, 'DORMANT'],
  [0x40000, 'ECHO'],
];

/** ifi_flags: IFF_RUNNING is not printed, its absence on a link that is UP is NO-CARRIER. */
export const linkFlags = (value: number): ReadonlyArray<string> => {
  const names = flagsOf(LINK_FLAGS, value & ~IFF_RUNNING);
  return (value & (IFF_UP | IFF_RUNNING)) === IFF_UP ? ['NO-CARRIER', ...names] : names;
};

/** ARPHRD_*, linux/if_arp.h, as in lib/ll_types.c. */
export const ARPHRD: Names = new Map([
  [0, 'netrom'],
  [1, 'ether'],
  [2, 'eether'],
  [3, 'ax25'],
  [4, 'pronet'],
  [5, 'chaos'],
  [6, 'ieee802'],
  [7, 'arcnet'],
  [8, 'atalk'],
  [15, 'dlci'],
  [19, 'atm'],
  [23, 'metricom'],
  [24, 'ieee1394'],
  [32, 'infiniband'],
  [256, 'slip'],
  [257, 'cslip'],
  [258, 'slip6'],
  [259, 'cslip6'],
  [260, 'rsrvd'],
  [264, 'adapt'],
  [270, 'rose'],
  [271, 'x25'],
  [272, 'hwx25'],
  [280, 'can'],
  [290, 'mctp'],
  [512, 'ppp'],
  [513, 'hdlc'],
  [516, 'lapb'],
  [517, 'ddcmp'],
  [518, 'rawhdlc'],
  [519, 'rawip'],
  [768, 'ipip'],
  [769, 'tunnel6'],
  [770, 'frad'],
  [771, 'skip'],
  [772, 'loopback'],
  [773, 'ltalk'],
  [774, 'fddi'],
  [775, 'bif'],
  [776, 'sit'],
  [777, 'ip/ddp'],
  [778, 'gre'],
  [779, 'pimreg'],
  [780, 'hippi'],
  [781, 'ash'],
  [782, 'econet'],
  [783, 'irda'],
  [784, 'fcpp'],
  [785, 'fcal'],
  [786, 'fcpl'],
  ...Array.from({ length: 13 }, (_, i) => [787 + i, `fcfb${i}`] as const),
  [800, 'tr'],
  [801, 'ieee802.11'],
  [802, 'ieee802.11/prism'],
  [803, 'ieee802.11/radiotap'],
  [804, 'ieee802.15.4'],
  [805, 'ieee802.15.4/monitor'],
  [820, 'phonet'],
  [821, 'phonet_pipe'],
  [822, 'caif'],
  [823, 'gre6'],
  [824, 'netlink'],
  [825, '6lowpan'],
  [0xfffe, 'none'],
  [0xffff, 'void'],
]);

/** IF_OPER_*, linux/if.h (RFC 2863). */
export const OPERSTATE: Names = new Map([
  [0, 'UNKNOWN'],
  [1, 'NOTPRESENT'],
  [2, 'DOWN'],
  [3, 'LOWERLAYERDOWN'],
  [4, 'TESTING'],
  [5, 'DORMANT'],
  [6, 'UP'],
]);

/** MACVLAN_MODE_*, IPVLAN_MODE_* (linux/if_link.h), IFF_TUN and IFF_TAP (linux/if_tun.h). */
export const MACVLAN_MODE: Names = new Map([
  [1, 'private'],
  [2, 'vepa'],
  [4, 'bridge'],
  [8, 'passthru'],
  [16, 'source'],
]);
export const IPVLAN_MODE: Names = new Map([
  [0, 'l2'],
  [1, 'l3'],
  [2, 'l3s'],
]);
export const TUN_TYPE: Names = new Map([
  [1, 'tun'],
  [2, 'tap'],
]);
