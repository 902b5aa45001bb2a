/** netnsPath: the file of a network namespace, by however a person names it. */

/** How a command line names a namespace: `ip netns`'s name or any path, or a process in it. */
export type NetnsSource = { readonly netns: string } | { readonly pid: number };

/** The file of a namespace: a name is one in /run/netns, as for ip-netns(8); anything with a slash is a path. */
export const netnsPath = (source: NetnsSource): string => {
  if ('pid' in source) return `/proc/${source.pid}/ns/net`;
  return source.netns.includes('/') ? source.netns : `/run/netns/${source.netns}`;
};
