import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { encodeCall } from '../../src/executor/urpc/message.js';
import { compile } from '../../src/plan/rules/compile.js';
import { test } from '../support/gvisor-world.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';
import { runscView } from '../support/runsc-view.js';

/** Networks beyond the gateway, so that what reaches them went by the default route. */
const BEYOND = { inet: '198.51.100.1', inet6: '2001:db8::1' };

describeWith(['netns', 'runsc', 'busybox', 'strace', 'tcpdump'], 'a real gVisor container', () => {
  test('talks IPv4 and IPv6 to the world, and the world to it', async ({ pair, world }) => {
    const { peer } = pair;
    pair.recipe('c02');
    peer.sh(`ip addr add fd00::1/64 dev h0 nodad
      ip link set lo up
      ip addr add ${BEYOND.inet}/32 dev lo; ip addr add ${BEYOND.inet6}/128 dev lo`);
    await world.serve(peer);
    const container = world.container();

    for (const address of ['10.0.0.1', BEYOND.inet]) container.exec(`ping -c 2 -W 60 ${address}`);
    for (const address of ['fd00::1', BEYOND.inet6]) container.exec(`ping6 -c 2 -W 60 ${address}`);
    for (const host of [BEYOND.inet, `[${BEYOND.inet6}]`])
      expect(container.exec(`wget -q -O - http://${host}:8080/index.html`)).toHaveLength(1_000_000);

    container.exec('httpd -p 8080 -h /www');
    peer.sh('ping -c 2 -W 60 10.0.0.2; ping -6 -c 2 -W 60 fd00::2');
    for (const host of ['10.0.0.2', '[fd00::2]'])
      expect(peer.sh(`busybox wget -q -O - http://${host}:8080/index.html`)).toBe(
        'served by the container\n',
      );
  });

  test('sends to the permanent neighbor of a gateway that never answers ARP', async ({
    pair,
    world,
  }) => {
    pair.recipe('c03');
    const container = world.container();
    const h0 = await world.record(pair.peer, 'h0', 'icmp and dst 203.0.113.7');
    container.exec('ping -c 1 -W 1 203.0.113.7 || true');
    expect(await h0.until('echo request')).toStrictEqual([
      expect.stringContaining('02:00:00:00:00:02 > ee:ee:ee:ee:ee:ee'),
    ]);
  });

  test('uses two links, each for its own network', async ({ pair, world }) => {
    pair.recipe('base; second; ip -n $N route add default via 10.1.0.1');
    pair.peer.sh(
      `ip addr add 10.1.0.1/24 dev h1; ip link set lo up; ip addr add ${BEYOND.inet}/32 dev lo`,
    );
    const container = world.container();
    const h1 = await world.record(pair.peer, 'h1', `icmp and dst ${BEYOND.inet}`);
    container.exec(
      `ping -c 2 -W 60 10.0.0.1; ping -c 2 -W 60 10.1.0.1; ping -c 2 -W 60 ${BEYOND.inet}`,
    );
    expect(await h1.until('echo request')).toStrictEqual([
      expect.stringContaining('02:00:00:00:00:12 > 02:00:00:00:00:11'),
    ]);
  });

  test.for(['c01', 'c02', 'c03', 'c15', 'c20', 'c28', 'c32', 'c35'])(
    'gets from netplan, byte for byte, the call that runsc itself makes for %s',
    async (recipe, { pair }) => {
      pair.recipe(recipe);
      const state = await observeNetns(pair.netns.path);
      const plan = compile({ target: '20221219.0' })(state);
      if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
      expect(encodeCall(plan.right).json).toBe(runscView(pair.netns.path));
    },
  );
});
