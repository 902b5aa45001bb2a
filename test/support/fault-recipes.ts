/** What the fault suites put their faults into, and the errors that they inject. */

/** Everything that two links and two families can have of it. */
export const TWO_LINKS = `base; second
ip -n $N addr add 10.0.0.7/24 dev eth1
ip -n $N addr add 2001:db8::2/64 dev eth0 nodad
ip -n $N addr add 2001:db8::3/64 dev eth0
ip -n $N addr add 2001:db8:1::2/64 dev eth1
ip -n $N route add default via 10.0.0.1
ip -n $N -6 route add default via 2001:db8::1
ip -n $N route add 203.0.113.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.1.0.1 dev eth1`;

/** Cases of recipes.sh by name, and one made for this: first, since it takes the longest. */
export const RECIPES: ReadonlyArray<readonly [name: string, recipe: string]> = [
  ['two links, dual stack', TWO_LINKS],
  ...['c01', 'c02', 'c03', 'c13', 'c15', 'c16', 'c19', 'f1'].map((name) => [name, name] as const),
];

/**
 * Whether every fault is made here also where the code is the same for all recipes: in recover, release and
 * undo, and kills at calls that leave nothing behind. NETPLAN_EVERY_FAULT: in all of them.
 */
export const takesEveryFault = (recipe: string): boolean =>
  recipe === TWO_LINKS || process.env['NETPLAN_EVERY_FAULT'] !== undefined;
