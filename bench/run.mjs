/**
 * Speed as ratios within one run, against floors measured in the same minute: bare Node for start-up, a
 * receive loop that decodes nothing and `ip -j` for observing, JSON.parse for planning.
 * Needs `npm run build`; observing needs root and iproute2, and is left out with a line otherwise.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUTES = Number(process.env.ROUTES ?? 100_000);
const STATE = `${ROOT}fixtures/dual-stack-gateways/state.yaml`;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Medians of alternating rounds, so that a busy moment meets all candidates alike. */
const compare = async (rounds, candidates) => {
  const times = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(candidates)) {
      const start = performance.now();
      await run();
      times[name].push(performance.now() - start);
    }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
};

const report = (what, times) => {
  const [floor] = Object.values(times);
  console.log(what);
  for (const [name, ms] of Object.entries(times))
    console.log(
      `  ${name.padEnd(36)} ${ms.toFixed(1).padStart(9)} ms  ${(ms / floor).toFixed(2)} x`,
    );
};

const node = (...args) => spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });

report(
  'start-up',
  await compare(11, {
    'node -e 0': () => node('-e', '0'),
    'netplan --version': () => node('bin/run.js', '--version'),
    'netplan plan --state': () => node('bin/run.js', 'plan', '--state', STATE),
  }),
);

const { compile } = await import('../dist/plan/rules/compile.js');
const route = (i) => ({
  family: 'inet',
  table: 254,
  type: 'unicast',
  dst: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32`,
  gateway: '192.0.2.1',
  oif: 2,
  protocol: 'static',
  scope: 'global',
  flags: [],
});
const link = { ifindex: 2, name: 'eth0', flags: ['UP'], type: 'ether', mtu: 1500, gso: true };
const address = { ifindex: 2, family: 'inet', local: '192.0.2.2', prefixLen: 24, scope: 'global' };
const state = {
  kind: 'NamespaceState',
  formatVersion: 1,
  links: [link],
  addresses: [{ ...address, flags: ['permanent'], validLft: null, preferredLft: null }],
  routes: Array.from({ length: ROUTES }, (_, i) => route(i)),
  rules: [],
  neighbors: [],
  nexthops: [],
};
const text = JSON.stringify(state);
report(
  `planning ${ROUTES} routes`,
  await compare(3, {
    'JSON.parse of the state': () => JSON.parse(text),
    'compile, longest prefix': () => compile({})(state),
    'compile, first match': () => compile({ target: '20221219.0' })(state),
  }),
);

const observing = async () => {
  const { liveCapabilities } = await import('../dist/executor/live/live.js');
  const { openConnection } = await import('../dist/executor/netlink/connection.js');
  const { routeDump } = await import('../dist/executor/netlink/route.js');
  const { inNetns } = await import('../dist/executor/linux/netns.js');
  const name = `npt-${process.pid}-bench`;
  const ip = (args, input) => execFileSync('ip', args, { input, maxBuffer: 1 << 30 });
  ip(['netns', 'add', name]);
  try {
    ip(['-n', name, 'link', 'set', 'lo', 'up']);
    const lines = state.routes.map(({ dst }) => `route add ${dst} dev lo`).join('\n');
    ip(['-n', name, '-batch', '-'], lines);
    const path = `/run/netns/${name}`;
    const netns = (await liveCapabilities.kernel.openNetns(path)()).right;
    const connection = inNetns(path, openConnection)().right;
    const nothing = { ...routeDump, decode: () => ({ _tag: 'Right', right: null }) };
    report(
      `observing ${ROUTES} routes`,
      await compare(5, {
        'receive and decode nothing': () => connection.dump(nothing)(),
        'one dump, decoded': () => connection.dump(routeDump)(),
        'observe, everything': () => netns.observe(),
        'ip -j route show table all': () => ip(['-n', name, '-j', 'route', 'show', 'table', 'all']),
      }),
    );
    connection.close();
    netns.close();
  } finally {
    ip(['netns', 'del', name]);
  }
};

if (process.getuid?.() === 0) await observing();
else console.log('observing: left out, needs root and iproute2');
