/** Others change the namespace while apply runs: what they did stays, all else is as before. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { recover } from '../../src/executor/giveback/recover.js';
import { release } from '../../src/executor/giveback/release.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { differenceLines } from '../../src/plan/views/difference-text.js';
import { applyWorld, leftOf, withPair } from '../support/apply-world.js';
import { captureText } from '../support/capture-text.js';
import { withFaults } from '../support/faults.js';
import { type TestPair, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { FAILURE, SUCCESS } from '../support/scripted-sandbox.js';

describeWith(['netns'], 'others change the namespace while apply runs', () => {
  const { answering, applying, journalFolder, journals } = applyWorld();

  /** Runs `script` inside after the first effect `point`; the sandbox answers in the end. */
  const meanwhile = (
    pair: TestPair,
    script: string,
    point = 'change RemoveAddress',
    answer = FAILURE,
  ) => {
    answering(answer);
    let done = false;
    const c = withFaults(
      live,
      ({ name, when }) => {
        if (!done && name === point && when === 'after') {
          done = true;
          pair.netns.sh(script);
        }
        return 'go';
      },
      5,
    );
    return applying(pair, c).then(leftOf);
  };

  test('a link is renamed: its addresses come back to it', async ({ pair }) => {
    pair.recipe('f1');
    const before = captureText(pair.netns);
    const error = await meanwhile(pair, 'ip link set eth1 name eth9');
    expect(error._tag).toBe('RolledBack');
    pair.netns.sh('ip addr show dev eth9 | grep -q 10.1.0.2; ip link set eth9 name eth1');
    expect(captureText(pair.netns).replaceAll('eth9', 'eth1')).toBe(before);
  });

  const PEERS: ReadonlyArray<readonly [name: string, script: string, back: string]> = [
    ['a link is renamed', 'ip link set eth1 name eth9', 'ip link set eth9 name eth1'],
    ['a link gets another MTU', 'ip link set eth0 mtu 1400', 'ip link set eth0 mtu 1500'],
    ['an address of another link is deleted', 'ip addr del 10.1.0.2/24 dev eth1 || true', ''],
    [
      'an address is added',
      'ip addr add 203.0.113.9/24 dev eth1',
      'ip addr del 203.0.113.9/24 dev eth1',
    ],
    ['a neighbor is deleted', 'ip neigh del 10.0.0.9 dev eth0 || true', ''],
    ['a route is deleted', 'ip route del blackhole 8.8.8.8', ''],
  ];
  const POINTS = ['bind', 'change RemoveAddress', 'call'];
  const TIMES = POINTS.flatMap((point) => PEERS.map((peer) => [point, ...peer] as const));

  test.each(TIMES)('after %s, %s: everything else is as before', async (point, _, script, back) => {
    await withPair(async (pair) => {
      pair.recipe('f1');
      const before = captureText(pair.netns);
      const error = await meanwhile(pair, script, point);
      expect(error._tag, JSON.stringify(error)).toBe('RolledBack');
      pair.netns.sh(back);
      expect(captureText(pair.netns)).toBe(before);
    });
  });

  test('an address comes back after the call: verification names it', async ({ pair }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const error = await meanwhile(pair, 'ip addr add 10.0.0.2/24 dev eth0', 'call', SUCCESS);
    expect(error).toMatchObject({
      _tag: 'VerificationFailed',
      host: { still: [{ address: { local: '10.0.0.2', prefixLen: 24 } }], added: [] },
      answers: [],
    });
    const given = await release(pair.netns.path, { journalFolder: journalFolder(), force: true })(
      live,
    )();
    expect(given).toMatchObject({ right: { outcome: 'given-back' } });
    expect(captureText(pair.netns)).toBe(before);
  });

  test('an address is added: it stays', async ({ pair }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const error = await meanwhile(pair, 'ip addr add 203.0.113.9/24 dev eth0');
    expect(error._tag).toBe('RolledBack');
    pair.netns.sh('ip addr del 203.0.113.9/24 dev eth0');
    expect(captureText(pair.netns)).toBe(before);
  });

  test('a link is deleted: the other is as before, and what is missing is named', async ({
    pair,
  }) => {
    pair.recipe('f1');
    const about = 'ip -d addr show dev eth0; ip neigh show dev eth0 nud permanent';
    const before = pair.netns.sh(about);
    const error = await meanwhile(pair, 'ip link del eth1');
    expect(error).toMatchObject({ _tag: 'RollbackFailed', cause: { _tag: 'NetlinkError' } });
    const found = error._tag === 'RollbackFailed' ? error.missing : null;
    const missing = found === null ? [] : differenceLines(found);
    expect(missing.join('\n')).toContain('- address inet 10.1.0.2 prefixlen 24 dev eth1');
    expect(missing.filter((line) => line.includes(' dev eth0'))).toStrictEqual([]);
    expect(pair.netns.sh(about)).toBe(before);
    rmSync(join(journalFolder(), journals()[0] ?? ''));
  });

  test('a link goes down: set up again, recover gives back the rest', async ({ pair }) => {
    pair.recipe('c02');
    const addresses = 'ip -4 -d addr show dev eth0 | grep inet; ip -4 route show table all';
    const before = pair.netns.sh(addresses);
    const error = await meanwhile(pair, 'ip link set eth0 down');
    expect(error._tag).toBe('RollbackFailed');
    pair.netns.sh('ip link set eth0 up');
    const result = await recover(pair.netns.path, { journalFolder: journalFolder() })(live)();
    expect(result).toMatchObject({ right: { outcome: 'given-back' } });
    expect(pair.netns.sh(addresses)).toBe(before);
  });
});
