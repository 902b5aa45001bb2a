/**
 * Keys that iproute2 prints and a state has no place for, since they steer no packet. Every other key is
 * read, or told: read from ip/{iproute,iproute_lwtunnel,iprule,ipneigh,ipnexthop,ipaddress}.c of 4.17 to 7.1.
 */

/** Of `ip monitor` and `ip -o`, of any object. */
const OF_EVENTS = ['deleted'];

export const PASSING = {
  address: [...OF_EVENTS, 'index', 'dev'],
  route: [
    ...OF_EVENTS,
    /** the nexthop object once more */
    'nh_info',
    /** the kernel's answer for a type that drops */
    'error',
    /** counters of `-s` */
    'users',
    'used',
    'age',
    'ipid',
    'ts',
    'tsage',
    /** of a looked-up or cached route, and of MPLS */
    'cache',
    'uid',
    'mark',
    'iif',
    'flowlabel',
    'ttl-propogate',
    'ttl-propagate',
  ],
  nexthop: ['ttl'],
  metrics: [],
  rule: OF_EVENTS,
  neighbor: [
    ...OF_EVENTS,
    'miss',
    /** counters of `-s` */
    'refcnt',
    'used',
    'confirmed',
    'updated',
    'probes',
  ],
  nexthopObject: [...OF_EVENTS, 'hw_stats', 'group_stats'],
} as const satisfies Readonly<Record<string, ReadonlyArray<string>>>;
