/** The account's vocabulary: what can become of an object, as stable codes with their meaning and remedy. */
import type { ObjectClass } from '../model/account.js';

interface Meaning {
  /** the sandbox will behave differently from the kernel because of it */
  readonly loss: boolean;
  readonly means: string;
  /** what to do about a loss; empty where nothing is lost */
  readonly remedy: string;
}

const fine = (means: string): Meaning => ({ loss: false, means, remedy: '' });
const loss = (means: string, remedy: string): Meaning => ({ loss: true, means, remedy });

const NEWER_TARGET = 'use a newer gVisor, or accept it';

/** Codes never change their meaning; a new case is a new code. */
export const CODES = {
  'kept/fd-link': fine('becomes a NIC of the sandbox'),
  'kept/loopback-link': fine("becomes the sandbox's loopback"),
  'kept/address': fine('is handed over'),
  'kept/loopback-address': fine("is an address of the sandbox's loopback; the host keeps its own"),
  'kept/address-deprecated': fine(
    'is handed over last, so that new connections prefer other addresses',
  ),
  'kept/address-again': fine('is handed over once, with the prefix length that comes first'),
  'kept/route': fine('is a route of the sandbox'),
  'kept/default-gateway': fine("is the sandbox's default gateway"),
  'kept/on-link-default': fine('is a route of the sandbox to everything on that link'),
  'kept/blackhole': fine("is a route to the sandbox's loopback, where packets are dropped"),
  'kept/neighbor': fine('is a static neighbor of the sandbox'),

  'approximated/unreachable': loss(
    'drops packets in the sandbox, without the ICMP error that the kernel would send',
    'accept it, or answer with a firewall outside',
  ),
  'approximated/prohibit': loss(
    'drops packets in the sandbox, without the ICMP error that the kernel would send',
    'accept it, or answer with a firewall outside',
  ),
  'approximated/throw': loss(
    'drops packets in the sandbox; the kernel would go on with the next routing rule',
    'replace it by the route that the next rule would find',
  ),
  'approximated/multipath-first': loss(
    'becomes a route through its first nexthop only',
    'replace it by single routes if the other paths are needed',
  ),
  'approximated/route-mtu': loss(
    'becomes a route without its MTU, which the target cannot carry',
    `lower the MTU of the link to it, or ${NEWER_TARGET}`,
  ),
  'approximated/route-metrics': loss(
    'becomes a route without its metrics other than the MTU, which no gVisor carries',
    'accept it; the sandbox uses its own TCP defaults',
  ),
  'approximated/route-realms': loss(
    "becomes a route without its realms, tags that the host's tc and netfilter can look at",
    'accept it; realms steer no packet',
  ),
  'approximated/route-source': loss(
    'becomes a route without its preferred source; the sandbox chooses among the addresses of the link',
    'make the wanted source the first address of the link, or bind to it in the application',
  ),
  'approximated/route-expires': loss(
    'becomes a route that does not expire, and is not renewed by router advertisements',
    'replace it by a static route',
  ),
  'approximated/link-address': loss(
    'becomes a NIC with a random MAC, as the target cannot carry the one it has',
    NEWER_TARGET,
  ),
  'approximated/address-prefix': loss(
    'becomes an address without its prefix length, which the target cannot carry, so broadcasts to its subnet are not received',
    NEWER_TARGET,
  ),
  'approximated/address-expires': loss(
    'becomes an address that does not expire, and is not renewed by advertisements or DHCP',
    'make it permanent, or plan again when it is renewed',
  ),

  'dropped/network-none': fine('the plan has no network but loopback'),
  'dropped/network-host': fine("the sandbox uses the host's own stack"),
  'dropped/link-down': fine('is down, so the kernel does not use it either'),
  'dropped/link-port': fine('is a port of a bridge or bond, whose traffic belongs to the master'),
  'dropped/link-vrf-port': loss(
    'is a port of a vrf, whose routes are in a table of their own',
    'take it out of the vrf: ip link set DEV nomaster',
  ),
  'dropped/link-vrf': loss(
    'is a vrf: a routing domain of its own, not a NIC',
    'take its ports out of it, and the addresses it has to another link',
  ),
  'dropped/link-without-address': fine('is up but has no usable address'),
  'dropped/link-not-chosen': fine('was not chosen with --link'),
  'dropped/link-type': loss(
    'has a link layer that the sandbox does not speak',
    'use an Ethernet or tun link',
  ),
  'dropped/address-on-excluded-link': fine('is on a link that is not handed over; it stays'),
  'dropped/address-dadfailed': loss(
    'is used by another host on the link (duplicate address detection failed)',
    'choose another address, or remove the other host',
  ),
  'dropped/address-host-scope': fine('is valid only inside this host; it stays'),
  'dropped/address-multicast': loss(
    'is a multicast group that the host joins; the sandbox does not join it by itself',
    'join the group from the application',
  ),
  'dropped/address-mapped': loss(
    'is IPv4 written as IPv6, which gVisor takes for the IPv4 address',
    'use the IPv4 address itself',
  ),
  'dropped/family-not-chosen': fine('is of an address family that was not chosen'),
  'dropped/family-unsupported': loss(
    'is IPv6, which this target does not take on links',
    NEWER_TARGET,
  ),
  'dropped/route-implied': fine('comes from an address and needs no route of its own'),
  'dropped/route-duplicate': fine('says the same as a route that is kept'),
  'dropped/route-covered': fine(
    'decides no address: more specific routes decide all that it covers',
  ),
  'dropped/route-higher-metric': fine('loses against a route to the same prefix'),
  'dropped/route-same-prefix': fine(
    'has the prefix and metric of a route that is kept, which the kernel finds first',
  ),
  'dropped/default-not-chosen': loss(
    'is a default route that --default-route did not choose',
    'accept it, or remove the route',
  ),
  'dropped/route-local': loss(
    'makes addresses local (table local) that no interface has; the sandbox has no such route',
    'add the addresses themselves to an interface',
  ),
  'dropped/route-other-table': loss(
    'is in a routing table other than main; the sandbox has one table',
    'move what is needed to table main',
  ),
  'dropped/route-type': loss(
    'is of a type that the sandbox has no counterpart for',
    'remove it, or replace it by a unicast route',
  ),
  'dropped/route-tos': loss(
    'is for one type of service only; the sandbox routes by destination alone',
    'replace it by a route without tos',
  ),
  'dropped/route-source-prefix': loss(
    'is for one source prefix only; the sandbox routes by destination alone',
    'replace it by a route without from',
  ),
  'dropped/route-multipath': loss(
    'has several nexthops; the sandbox takes one per prefix',
    'replace it by one nexthop, or plan with --multipath=first',
  ),
  'dropped/route-other-family-gateway': loss(
    'is IPv4 with an IPv6 nexthop, which the sandbox cannot express',
    'use an IPv4 gateway, or a static neighbor for one',
  ),
  'dropped/route-mapped': loss(
    'has IPv4 written as IPv6 for its destination or gateway, which gVisor takes for IPv4',
    'use an IPv4 route; programs that write IPv4 addresses as IPv6 send IPv4',
  ),
  'dropped/route-encapsulated': loss(
    'encapsulates or carries attributes that the sandbox has no counterpart for',
    'encapsulate outside of the namespace',
  ),
  'dropped/route-link-down': fine(
    'leads through a link that is down, so the kernel does not use it',
  ),
  'dropped/route-dead': fine('has only dead nexthops, so the kernel does not use it'),
  'dropped/route-expired': fine('is past its time, so the kernel does not use it any more'),
  'dropped/route-on-excluded-link': loss(
    'leads through a link that is not handed over',
    'remove the route, or make the link usable',
  ),
  'dropped/route-link-not-chosen': fine('leads through a link that was not chosen with --link'),
  'dropped/rule-standard': fine('is one of the three rules that every namespace has'),
  'dropped/rule': loss(
    'selects routes by more than the destination; the sandbox has no routing rules',
    'move what is needed to table main and remove the rule',
  ),
  'dropped/neighbor-dynamic': fine('is a cache entry that the sandbox learns by itself'),
  'dropped/neighbor-proxy': loss(
    'makes the host answer for another address; the sandbox does not',
    'answer from a host outside, or add the address itself',
  ),
  'dropped/neighbor-on-excluded-link': fine('is on a link that is not handed over; it stays'),
  'dropped/neighbor-mapped': loss(
    'is IPv4 written as IPv6, which gVisor takes for the IPv4 address',
    'use the IPv4 address itself',
  ),
  'dropped/neighbor-without-address': fine('has no link-layer address'),
  'dropped/neighbor-unsupported': loss(
    'is a permanent neighbor, which this target cannot carry',
    NEWER_TARGET,
  ),
  'dropped/netfilter': loss(
    'decides over packets in the kernel, and the sandbox has none of it',
    'filter or translate outside of the namespace, or inside the sandbox, which has iptables of its own',
  ),
  'dropped/docker-dns': loss(
    "is docker's embedded DNS server, which the kernel reaches by translating 127.0.0.11: the sandbox does not reach it, so names of other containers cannot be resolved, and no name at all while /etc/resolv.conf says 127.0.0.11",
    "mount a resolv.conf that names a DNS server outside, or use docker's default bridge network, which has no embedded DNS server",
  ),
  'dropped/netfilter-idle': fine('has no rules and accepts every packet'),
  'dropped/netfilter-dormant': fine('is switched off, so the kernel does not use it either'),
  'dropped/ipsec': loss(
    'encrypts, tunnels or drops packets in the kernel; the sandbox sends and takes them as they are',
    'use IPsec on a gateway outside, or encrypt in the application',
  ),
  'dropped/link-filter': loss(
    'decides over what comes in after the sandbox has taken its copy, so the sandbox gets what it would drop or change',
    'filter at the other end of the link, or with XDP, which comes first',
  ),
  'dropped/filter-on-link': fine(
    'acts on the frames of the link before the sandbox gets them or after it sent them; it stays in force',
  ),
  'dropped/filter-elsewhere': fine('is for links that are not handed over; it stays'),
  'dropped/sysctl': loss(
    'is set in the namespace and not in the sandbox, which has its own value',
    'set it inside the sandbox where it has that setting, or accept it',
  ),
  'dropped/sysctl-idle': fine('decides nothing with the links and addresses that are handed over'),
  'dropped/sysctl-same': fine('asks for what the sandbox does by itself'),
  'dropped/nexthop-resolved': fine('is in the routes that use it'),
  'dropped/nexthop-unused': fine('is used by no route'),

  'refused/error': fine('is part of what makes the plan impossible; the errors say why'),
} as const satisfies Record<`${ObjectClass}/${string}`, Meaning>;

export type Code = keyof typeof CODES;

/** The class that a code belongs to is its first part. */
export const classOf = (code: Code): ObjectClass => code.slice(0, code.indexOf('/')) as ObjectClass;

/** Whether a code is one of the account's, so that what is said with it is said of one object. */
export const isAccountCode = (code: string): code is Code => Object.hasOwn(CODES, code);

export const meaningOf = (code: Code): Meaning => CODES[code];

/** Codes of the planner that are of no single object and of no PlanError. */
export const OTHER_CODES = {
  'loss/forwarding': 'packets to some addresses go elsewhere in the sandbox than in the namespace',
  'plan/unknown-subject': 'explain was asked for something that is no link, address or prefix',
  'wait/unmet': 'what --wait-for asked for did not come in time',
} as const;
