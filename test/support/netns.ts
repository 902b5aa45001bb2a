/** Real network namespaces for tests: a container's and its peer's, gone after the test also when it fails. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test as base } from 'vitest';

const RUN = '/run/netns';
const RECIPES = join(import.meta.dirname, 'recipes.sh');

export interface TestNetns {
  /** as `ip netns` lists it, `npt-<pid>-<n>` */
  readonly name: string;
  readonly path: string;
  /** Runs a shell script inside, stopping at the first failure; its standard output. */
  readonly sh: (script: string) => string;
}

export interface TestPair {
  /** the container's namespace; empty until a recipe or a script fills it */
  readonly netns: TestNetns;
  /** where the other ends of its links go */
  readonly peer: TestNetns;
  /** Makes the namespaces what a function of recipes.sh says, arguments after a blank: `c02`, `many 40`. */
  readonly recipe: (call: string) => void;
}

const run = (file: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 28 });

const remove = (name: string): void => {
  if (existsSync(join(RUN, name))) run('ip', 'netns', 'del', name);
};

/** Namespaces of test processes that are gone: killed before they could remove them. */
const removeLeftovers = (): void => {
  for (const name of existsSync(RUN) ? readdirSync(RUN) : []) {
    const pid = /^npt-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(name);
  }
};

/**
 * What a namespace inherits from the machine's own, set to what the kernel compiles in: a test sees the same
 * settings on a machine that forwards or filters. Source: net.core.devconf_inherit_init_net, ip-sysctl.rst.
 */
const COMPILED_IN = `cd /proc/sys/net/ipv4/conf
  for links in all default; do
    for key in forwarding rp_filter arp_announce arp_ignore arp_filter accept_local route_localnet src_valid_mark; do
      echo 0 > $links/$key
    done
  done`;

let made = 0;
const makeNetns = (): TestNetns => {
  if (made === 0) removeLeftovers();
  made += 1;
  const name = `npt-${process.pid}-${made}`;
  run('ip', 'netns', 'add', name);
  const sh = (script: string): string => run('ip', 'netns', 'exec', name, 'sh', '-ec', script);
  sh(COMPILED_IN);
  return { name, path: join(RUN, name), sh };
};

/** A container's and a peer's namespace. The caller calls `remove`; `test` does it by itself. */
export const makePair = (): TestPair & { readonly remove: () => void } => {
  const netns = makeNetns();
  const peer = makeNetns();
  return {
    netns,
    peer,
    recipe: (call) => {
      execFileSync('bash', ['-ec', `. "$1"; ${call}\nat_rest`, 'recipe', RECIPES], {
        env: { ...process.env, N: netns.name, P: peer.name },
        encoding: 'utf8',
      });
    },
    remove: () => {
      for (const { name } of [netns, peer]) remove(name);
    },
  };
};

/** vitest's `test` with a fresh pair of namespaces in `pair`. */
export const test = base.extend<{ pair: TestPair }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants a destructured first parameter
  pair: async ({}, use) => {
    const pair = makePair();
    try {
      await use(pair);
    } finally {
      pair.remove();
    }
  },
});
