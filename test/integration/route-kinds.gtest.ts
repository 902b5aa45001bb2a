/** Links and routes that other tools refuse or break, working end to end in a real container. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { netplan, test } from '../support/gvisor-world.js';
import { macvlans } from '../support/macvlans.js';
import { describeWith } from '../support/requires.js';
import { answerPings } from '../support/tun.js';

const TARGET = ['--target', '20221219.0'];

describeWith(['netns', 'runsc', 'busybox'], 'links and routes of a container', () => {
  test('a default without gateway: the peer answers ARP and solicitations for everyone', async ({
    pair,
    world,
  }) => {
    pair.recipe('base');
    pair.netns.sh(`ip route add default dev eth0
      ip addr add fd00::2/64 dev eth0 nodad; ip -6 route add default dev eth0`);
    pair.peer.sh(`ip link set lo up; ip route add local 198.51.100.0/24 dev lo
      ip addr add fd00::1/64 dev h0 nodad
      for n in 1 2 3; do ip addr add 2001:db8::$n/128 dev h0 nodad; done`);
    const container = world.container(...TARGET);
    for (const n of [1, 2, 3]) container.exec(`ping -c 1 -W 60 198.51.100.${n}`);
    for (const n of [1, 2, 3]) container.exec(`ping6 -c 1 -W 60 2001:db8::${n}`);
    expect(pair.peer.sh('ip -4 neigh show 10.0.0.2 dev h0')).toContain('02:00:00:00:00:02');
  });

  test('a tun link: bare packets come out of it, and answers go in', async ({ pair, world }) => {
    pair.recipe('c24');
    pair.netns.sh('ip addr add fd07::2/128 dev tun0; ip -6 route add default dev tun0');
    const tun = answerPings(pair.netns, 'tun0');
    world.after(tun.close);
    const container = world.container(...TARGET);
    const before = tun.received.length;
    await container.execMeanwhile('ping -c 2 -W 60 198.51.100.1');
    await container.execMeanwhile('ping6 -c 2 -W 60 2001:db8::1');
    await container.execMeanwhile('ping -c 1 -W 60 -s 1392 198.51.100.2'); // 1420 with headers: the MTU
    const lengths = (isPing: (packet: Uint8Array) => boolean) =>
      tun.received
        .slice(before)
        .filter(isPing)
        .map(({ length }) => length);
    expect(lengths((p) => p[0] === 0x45 && p[9] === 1)).toStrictEqual([84, 84, 1420]);
    expect(lengths((p) => p[0] === 0x60 && p[40] === 128)).toStrictEqual([104, 104]);
  });

  test('a macvlan with IPv6: another macvlan of its link finds it, and it finds the other', async ({
    pair,
    world,
  }) => {
    macvlans(pair);
    const container = world.container(...TARGET);
    // The other first: nothing it has heard tells it the container's MAC, so it has to ask the group.
    expect(pair.peer.sh('ip -6 neigh show fd00::2 dev mv1')).toBe('');
    pair.peer.sh('ping -6 -c 2 -W 60 fd00::2');
    expect(pair.peer.sh('ip -6 neigh show fd00::2 dev mv1')).toContain('02:00:00:00:00:a0');
    container.exec('ping6 -c 2 -W 60 fd00::1 && ping -c 2 -W 60 10.0.0.1');
  });

  test('a macvlan without the memberships that its plan lists: no one finds it', async ({
    pair,
    world,
  }) => {
    macvlans(pair);
    const plan = JSON.parse(netplan('plan', '--json', '--netns', pair.netns.path, ...TARGET));
    expect(plan.fdLinks[0].memberships).toHaveLength(3);
    plan.fdLinks[0].memberships = [];
    const file = join(mkdtempSync(join(tmpdir(), 'npt-plan-')), 'plan.json');
    world.after(() => rmSync(dirname(file), { recursive: true }));
    writeFileSync(file, JSON.stringify(plan));
    const container = world.container(file);
    expect(pair.peer.sh('ping -6 -c 1 -W 2 fd00::2 || true')).toContain('100% packet loss');
    container.exec('ping6 -c 1 -W 60 fd00::1');
  });
});
