/** The commands on real namespaces and the embedded sandbox, as processes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { type TestNetns, type TestPair, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { filesLoadedBy, netplan, ROOT } from '../support/run-cli.js';
import { misfits } from '../support/schema.js';

let dir = '';
const file = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'npt-live-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A dual-stack namespace that has settled: no address is tentative, no lifetime runs. */
const fill = ({ netns, peer, recipe }: TestPair): void => {
  for (const { sh } of [netns, peer]) sh('echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad');
  netns.sh(`ip link set lo up; ip link add eth0 type veth peer name h0 netns ${peer.name}`);
  peer.sh('ip link set h0 up; ip addr add 192.0.2.1/24 dev h0');
  netns.sh(`ip link set eth0 up; ip addr add 192.0.2.2/24 dev eth0
    ip addr add 2001:db8::2/64 dev eth0 nodad; ip route add default via 192.0.2.1
    ip -6 route add default via 2001:db8::1
    ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent`);
  recipe('settle');
};

/** Everything that apply takes or that goes with it, as iproute2 sees it. */
const snapshot = ({ sh }: TestNetns): string =>
  sh('ip addr; ip route show table all; ip -6 route show table all; ip neigh show nud permanent');

interface Sandbox {
  readonly socket: string;
  readonly child: ChildProcess;
  readonly output: () => string;
}

let sandboxes = 0;

/** Its output goes to a file: commands are run synchronously here, and a pipe would not be read meanwhile. */
const withSandbox = async (use: (sandbox: Sandbox) => Promise<void>): Promise<void> => {
  sandboxes += 1;
  const [socket, log] = [file(`${sandboxes}.sock`), file(`${sandboxes}.log`)];
  const child = spawn(process.execPath, ['bin/run.js', 'sandbox', '--listen', socket], {
    cwd: ROOT,
    stdio: ['ignore', openSync(log, 'w'), 'inherit'],
  });
  try {
    while (!existsSync(socket)) await sleep(10);
    await use({ socket, child, output: () => readFileSync(log, 'utf8') });
  } finally {
    child.kill('SIGKILL');
  }
};

const stop = async ({ child }: Sandbox): Promise<number | null> => {
  child.kill('SIGINT');
  await once(child, 'close');
  return child.exitCode;
};

describeWith(['netns'], 'commands on a live namespace', () => {
  test('plan of the namespace is plan of its captured state, byte for byte', ({ pair }) => {
    fill(pair);
    const { name, path } = pair.netns;
    expect(netplan(['capture', '--netns', name, '-o', file('state.yaml')]).status).toBe(0);
    const live = netplan(['plan', '--netns', path, '-o', '-']);
    expect(live.status).toBe(0);
    expect(live.stdout).toContain('192.0.2.1');
    expect(netplan(['plan', '--state', file('state.yaml'), '-o', '-'])).toStrictEqual(live);
    expect(netplan(['diff', file('state.yaml'), `netns:${name}`]).status).toBe(0);
  });

  test('loads no reader of documents', ({ pair }) => {
    const files = filesLoadedBy(['plan', '--netns', pair.netns.name]);
    expect(files.some((url) => url.includes('koffi'))).toBe(true);
    expect(
      files.filter((url) => /node_modules\/yaml|plan\/documents\/(read|yaml|json)/.test(url)),
    ).toStrictEqual([]);
  });

  test('a process is a name for its namespace', async ({ pair }) => {
    fill(pair);
    const holder = spawn('nsenter', [`--net=${pair.netns.path}`, 'sleep', 'infinity']);
    try {
      const byName = netplan(['capture', '--netns', pair.netns.name]);
      while (readlinkSync(`/proc/${holder.pid}/ns/net`) === readlinkSync('/proc/self/ns/net'))
        await sleep(10);
      expect(netplan(['capture', '--pid', String(holder.pid)])).toStrictEqual(byName);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  test('a bundle names the namespace and turns IPv6 off', ({ pair }) => {
    fill(pair);
    const linux = {
      namespaces: [{ type: 'network', path: pair.netns.path }],
      sysctl: { 'net.ipv6.conf.all.disable_ipv6': '1' },
    };
    writeFileSync(file('config.json'), JSON.stringify({ ociVersion: '1.2.0', linux }));
    const { status, stdout } = netplan(['plan', '--bundle', dir, '--json']);
    expect(status).toBe(0);
    const [eth0] = JSON.parse(stdout).fdLinks;
    expect(eth0.addresses.map(({ address }: { address: string }) => address)).toStrictEqual([
      '192.0.2.2',
    ]);
  });

  test.each([
    ['a name that is not there', ['plan', '--netns', 'npt-none'], 65],
    ['a file that is no namespace', ['plan', '--netns', import.meta.filename], 65],
    ['a process that is not there', ['plan', '--pid', '4194303'], 65],
    ["the machine's own namespace", ['apply', '--netns', '/proc/self/ns/net', '--socket', 's'], 65],
  ])('%s is refused', (_, args, code) => {
    const { status, stdout, stderr } = netplan(args);
    expect({ status, stdout }).toStrictEqual({ status: code, stdout: '' });
    expect(stderr).toContain('remedy:');
  });

  test('no right to enter is 77', ({ pair }) => {
    const args = ['--user', '--map-user=1000', '--map-group=1000', process.execPath, 'bin/run.js'];
    const { status, stderr } = spawnSync('unshare', [...args, 'plan', '--netns', pair.netns.path], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stderr).toContain('remedy:');
    expect(status).toBe(77);
  });
});

/** Runs netplan while the test goes on. */
const started = (args: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, ['bin/run.js', ...args], { cwd: ROOT });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk) => {
      output[stream] += chunk;
    });
  const ended = once(child, 'close').then(() => ({ status: child.exitCode, ...output }));
  return { child, ended };
};

/** Until a socket of the namespace has joined rtnetlink's groups: `child` listens for news. */
const untilItWaits = async ({ child }: ReturnType<typeof started>, { sh }: TestNetns) => {
  const waits = () =>
    sh('cat /proc/net/netlink')
      .split('\n')
      .some((line) => line.trim().split(/\s+/)[3] !== '00000000' && /^\S+ 0 /.test(line));
  while (!waits() && child.exitCode === null) await sleep(10);
};

describeWith(['netns'], '--wait-for', () => {
  const all = 'link=eth0,addr4,addr6,default4,default6,dad';

  test('a network that is set up after the start is planned whole', async ({ pair }) => {
    const { netns, peer } = pair;
    const plan = started(['plan', '--netns', netns.name, '--wait-for', all, '--timeout=60', '-o-']);
    await untilItWaits(plan, netns);
    await sleep(1000); // as Docker 26 does: the interface comes when the container has been made
    netns.sh(`ip link set lo up; ip link add eth0 type veth peer name h0 netns ${peer.name}`);
    peer.sh('ip link set h0 up');
    netns.sh(`ip link set eth0 up; sleep 0.1; ip addr add 192.0.2.2/24 dev eth0; sleep 0.1
      ip route add default via 192.0.2.1; ip addr add 2001:db8::2/64 dev eth0
      ip -6 route add default via 2001:db8::1`);
    const { status, stdout, stderr } = await plan.ended;
    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('192.0.2.1');
    expect(stdout).toContain('2001:db8::1');
    expect(stdout).not.toContain('tentative');
  });

  test('an address that is checked for duplicates is waited for', ({ pair }) => {
    const { netns, peer } = pair;
    netns.sh(`echo 5 > /proc/sys/net/ipv6/conf/default/dad_transmits
      ip link add eth0 type veth peer name h0 netns ${peer.name}`); // some five seconds of it
    peer.sh('ip link set h0 up');
    netns.sh('ip link set eth0 up; ip addr add 2001:db8::2/64 dev eth0');
    const plan = ['plan', '--netns', netns.name, '--json'];
    const addresses = (stdout: string): ReadonlyArray<string> =>
      JSON.parse(stdout).notes.map(({ code }: { code: string }) => code);
    expect(addresses(netplan(plan).stdout)).toContain('note/address-tentative');
    const { status, stdout } = netplan([...plan, '--wait-for=addr6,dad', '--timeout=60']);
    expect(status).toBe(0);
    expect(addresses(stdout)).not.toContain('note/address-tentative');
  });

  test('what does not come is named, 65, and nothing is done', ({ pair }) => {
    fill(pair);
    const before = snapshot(pair.netns);
    const wait = [
      '--netns',
      pair.netns.name,
      '--wait-for=link=eth0,link=eth1,addr4',
      '--timeout=0',
    ];
    for (const command of [['plan'], ['apply', '--socket', '/no'], ['apply', '--dry-run']]) {
      const { status, stdout, stderr } = netplan([...command, ...wait]);
      expect({ status, stdout }).toStrictEqual({ status: 65, stdout: '' });
      expect(stderr).toMatch(/^wait\/unmet at link=eth1\n.*there is no link eth1, but lo, eth0\n/);
      expect(stderr).not.toContain('addr4');
    }
    expect(snapshot(pair.netns)).toBe(before);
  });

  test('apply hands over what it has waited for', async ({ pair }) => {
    const { netns, peer } = pair;
    netns.sh('for c in all default; do echo 1 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done');
    await withSandbox(async (sandbox) => {
      const args = ['--socket', sandbox.socket, '--wait-for=addr4,default4', '--timeout=60'];
      const apply = started(['apply', '--netns', netns.name, ...args]);
      await untilItWaits(apply, netns);
      netns.sh(`ip link add eth0 type veth peer name h0 netns ${peer.name}`);
      peer.sh('ip link set h0 up');
      netns.sh(`ip link set eth0 up; ip addr add 192.0.2.2/24 dev eth0
        ip route add default via 192.0.2.1`); // what is waited for comes last: later changes make a plan stale
      expect(await apply.ended).toMatchObject({ status: 0 });
      expect(sandbox.output()).toContain('192.0.2.2/24');
    });
    expect(netplan(['release', '--netns', netns.name]).status).toBe(0);
  });

  test('a signal ends the waiting of an apply, which has done nothing', async ({ pair }) => {
    const args = ['--netns', pair.netns.name, '--socket', '/no', '--wait-for=addr4'];
    const apply = started(['apply', ...args, '--timeout=600']);
    await untilItWaits(apply, pair.netns);
    apply.child.kill('SIGINT');
    await apply.ended;
    expect(apply.child.signalCode).toBe('SIGINT');
    expect(netplan(['recover', '--netns', pair.netns.name]).stdout).toContain('nothing to do');
  });
});

describeWith(['netns'], 'apply', () => {
  test('a dry run changes nothing', ({ pair }) => {
    fill(pair);
    const before = snapshot(pair.netns);
    const { status, stdout } = netplan(['apply', '--netns', pair.netns.name, '--dry-run']);
    expect(status).toBe(0);
    expect(stdout).toContain('delete address 192.0.2.2/24 of eth0');
    expect(snapshot(pair.netns)).toBe(before);
  });

  test('hands over, refuses to do it twice, and release gives back', async ({ pair }) => {
    fill(pair);
    const { name } = pair.netns;
    const before = snapshot(pair.netns);
    await withSandbox(async (sandbox) => {
      const apply = ['apply', '--netns', name, '--socket', sandbox.socket];
      const dryRun = netplan(['apply', '--netns', name, '--dry-run']).stdout.trimEnd().split('\n');
      const applied = netplan([...apply, '--json']);
      expect(applied.status).toBe(0);
      const report = JSON.parse(applied.stdout);
      expect(misfits('apply-report', report)).toStrictEqual([]);
      expect(report).toMatchObject({ kind: 'ApplyReport', verification: { outcome: 'verified' } });
      expect(report.ops.map(({ op }: { op: string }) => op)).toStrictEqual(dryRun);
      expect(pair.netns.sh('ip -4 addr show dev eth0')).toBe('');
      expect(sandbox.output()).toContain('accepted');
      expect(sandbox.output()).toContain('192.0.2.2/24');

      const again = netplan(apply);
      expect(again.status).toBe(65);
      const alive = netplan(['release', '--netns', name]);
      expect(alive.status).toBe(65);
      const recovered = netplan(['recover', '--netns', name, '--json']);
      expect(JSON.parse(recovered.stdout)).toMatchObject([{ outcome: 'handed-over' }]);
      expect(misfits('restore-reports', JSON.parse(recovered.stdout))).toStrictEqual([]);

      expect(await stop(sandbox)).toBe(0);
      expect(sandbox.output()).toContain('stopped after');
      const released = netplan(['release', '--netns', name]);
      expect(released).toMatchObject({ status: 0, stdout: expect.stringContaining('given back') });
      expect(snapshot(pair.netns)).toBe(before);
    });
  });

  test('a sandbox that refuses leaves the namespace as it was: 74', async ({ pair }) => {
    fill(pair);
    await withSandbox(async ({ socket, output }) => {
      const peer = netplan(['apply', '--netns', pair.peer.name, '--socket', socket]);
      expect(peer.status).toBe(0);
      const before = snapshot(pair.netns);
      const refused = netplan(['apply', '--netns', pair.netns.name, '--socket', socket]);
      expect(refused.status).toBe(74);
      expect(refused.stderr).toContain('remedy:');
      expect(output()).toContain('refused');
      expect(snapshot(pair.netns)).toBe(before);
    });
    const released = netplan(['release', '--netns', pair.peer.name, '--json']);
    expect(released.status).toBe(0);
    expect(misfits('restore-report', JSON.parse(released.stdout))).toStrictEqual([]);
  });

  test('doctor finds nothing missing, then what is', async ({ pair }) => {
    fill(pair);
    const doctor = ['doctor', '--netns', pair.netns.name, '--socket'];
    await withSandbox(async ({ socket }) => {
      const { status, stdout } = netplan([...doctor, socket]);
      expect(stdout).not.toContain('missing');
      expect(stdout).toContain(`the sandbox at ${socket} takes connections`);
      expect(status).toBe(0);
    });
    const { status, stdout } = netplan([...doctor, '/no', '--json']);
    expect(status).toBe(65);
    expect(misfits('doctor-report', JSON.parse(stdout))).toStrictEqual([]);
    expect(JSON.parse(stdout).checks.filter(({ ok }: { ok: boolean }) => !ok)).toHaveLength(1);
  });

  test('no sandbox there is refused before any effect', ({ pair }) => {
    fill(pair);
    const before = snapshot(pair.netns);
    const { status, stderr } = netplan(['apply', '--netns', pair.netns.name, '--socket', '/no']);
    expect(status).toBe(65);
    expect(stderr).toContain('/no');
    expect(snapshot(pair.netns)).toBe(before);
  });

  test('a plan of another state is stale and names what changed', ({ pair }) => {
    fill(pair);
    const { name, sh } = pair.netns;
    expect(netplan(['plan', '--netns', name, '-o', file('plan.yaml')]).status).toBe(0);
    sh('ip addr add 192.0.2.77/24 dev eth0');
    const { status, stderr } = netplan([
      'apply',
      file('plan.yaml'),
      '--netns',
      name,
      '--socket',
      '/no',
    ]);
    expect(status).toBe(65);
    expect(stderr).toContain('192.0.2.77');
  });
});

describeWith(['netns'], 'the embedded sandbox', () => {
  test('stops and removes its socket when nobody reads what it says', async ({ pair }) => {
    const socket = file('pipe.sock');
    const script = `'${process.execPath}' bin/run.js sandbox --listen '${socket}' | head -n 1`;
    const shell = spawn('bash', ['-o', 'pipefail', '-c', script], { cwd: ROOT, stdio: 'ignore' });
    const ended = once(shell, 'close');
    while (!existsSync(socket)) await sleep(10);
    netplan(['apply', '--netns', pair.netns.name, '--socket', socket]);
    await ended;
    expect(shell.exitCode).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });

  test('ends with what it had, as JSON', async ({ pair }) => {
    fill(pair);
    const socket = file('json.sock');
    const args = ['bin/run.js', 'sandbox', '--listen', socket, '--json'];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    while (!existsSync(socket)) await sleep(10);
    expect(netplan(['apply', '--netns', pair.netns.name, '--socket', socket]).status).toBe(0);
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
    const summary = JSON.parse(output);
    expect(summary).toMatchObject({
      address: socket,
      network: { nics: [{ name: 'lo' }, { name: 'eth0' }] },
      counters: { echo: 0 },
    });
    expect(misfits('sandbox-summary', summary)).toStrictEqual([]);
    expect(netplan(['release', '--netns', pair.netns.name]).status).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });
});
