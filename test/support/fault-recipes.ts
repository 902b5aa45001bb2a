/** What the fault suite puts its faults into, and the errors that it injects. */

/** Everything that two links and two families can have of it. */
export const TWO_LINKS = `base; second
ip -n $N addr add 10.0.0.7/24 dev eth1
ip -n $N addr add 2001:db8::2/64 dev eth0 nodad
ip -n $N addr add 2001:db8::3/64 dev eth0
ip -n $N addr add 2001:db8:1::2/64 dev eth1
ip -n $N route add default via 10.0.0.1
ip -n $N -6 route add default via 2001:db8::1
ip -n $N route add 203.0.113.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.1.0.1 dev eth1`;

/** Cases of recipes.sh by name, and one made for this. */
export const RECIPES: ReadonlyArray<readonly [name: string, recipe: string]> = [
  ...['c01', 'c02', 'c03', 'c13', 'c15', 'c16', 'c19', 'f1'].map((name) => [name, name] as const),
  ['two links, dual stack', TWO_LINKS],
];

/** For what is the same code for all of them. */
export const TWO_RECIPES = RECIPES.filter(
  ([name]) => name === 'c03' || name === 'two links, dual stack',
);
/** The one that is killed also before calls that only read; see ChildTask. */
export const EVERY_READ = TWO_LINKS;

/** What a call of this kind can give: errno(3) of the man pages, and what a full or broken machine adds. */
const ERRNOS: ReadonlyArray<readonly [RegExp, ReadonlyArray<number>]> = [
  [/^change/, [1, 19, 105]], // EPERM, ENODEV, ENOBUFS
  [/^bind/, [1, 12, 19, 24, 100]], // EPERM, ENOMEM, ENODEV, EMFILE, ENETDOWN
  [/^(open|lstat|mkdir|rename|unlink|file)/, [5, 28, 30]], // EIO, ENOSPC, EROFS
  [/^connect/, [111]], // ECONNREFUSED
  [/./, [5]],
];

export const errnosOf = (name: string): ReadonlyArray<number> =>
  ERRNOS.find(([pattern]) => pattern.test(name))?.[1] ?? [];
