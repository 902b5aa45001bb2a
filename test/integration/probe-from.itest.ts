/** apply with a probe from the peer's namespace: the planned MAC answers, and whoever else does is found. */
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { answerText } from '../../src/executor/failures/amiss.js';
import type { ExecError } from '../../src/executor/failures/failure.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import type { ApplyReport } from '../../src/executor/handover/report.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { runSandbox } from '../../src/sandbox/server.js';
import { applyWorld, leftOf, planOf, withPair } from '../support/apply-world.js';
import { captureText } from '../support/capture-text.js';
import { type TestPair, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { SUCCESS } from '../support/scripted-sandbox.js';

const wrongAnswers = (error: ExecError): ReadonlyArray<string> =>
  error._tag === 'VerificationFailed' ? error.answers.map(answerText) : [error._tag];

const RIVAL = '02:00:00:00:00:99';

/** Another host that has `address`, on one bridge with the container's link. */
const withRival = (pair: TestPair, address: string): void => {
  pair.peer.sh(`
    ip link add br0 address 02:00:00:00:00:b0 type bridge
    sysctl -qw net.ipv4.conf.br0.arp_ignore=1
    ip link set h0 master br0
    ip link add x0 type veth peer name x1 address ${RIVAL}
    ip link set x0 master br0
    for link in br0 x0 x1; do ip link set $link up; done
    ip addr add ${address} dev x1
    for i in $(seq 1200); do
      test "$(bridge link | grep -c 'state forwarding')" = 2 && ip link show br0 | grep -q LOWER_UP && exit 0
      sleep 0.05
    done
    exit 1
  `);
};

/** mv0 of the container on a link of the peer's that leads nowhere: only siblings of mv0 reach it. */
const overMacvlan = ({ netns, peer }: TestPair): void => {
  peer.sh(`
    ip link set lo up; ip link add low type vxlan id 9 dstport 4789 dev lo; ip link set low up
    ip link add mv0 link low address 02:00:00:00:00:a0 netns ${netns.name} type macvlan mode bridge
  `);
  netns.sh(`
    sysctl -qw net.ipv6.conf.mv0.disable_ipv6=1
    ip link set mv0 up; ip addr add 10.0.0.2/24 dev mv0
  `);
};

describeWith(['netns'], 'apply with a probe', () => {
  const { answering, file, journalFolder, whereOf } = applyWorld();

  /** Into the embedded sandbox, asked from the peer; given back afterwards. */
  const probed = async (pair: TestPair): Promise<E.Either<ExecError, ApplyReport>> => {
    const plan = await planOf(pair.netns.path);
    const sandbox = await runSandbox({ listen: file('embedded'), onEvent: () => {} })();
    if (E.isLeft(sandbox)) throw new Error(JSON.stringify(sandbox.left));
    const where = { ...whereOf(pair, sandbox.right.address), probeFrom: pair.peer.path };
    const result = await apply(plan, where)(live)();
    sandbox.right.stop();
    await release(pair.netns.path, { journalFolder: journalFolder() })(live)();
    return result;
  };

  test('every address of two links and both families answers; nothing is changed by asking', async ({
    pair,
  }) => {
    pair.recipe('f1');
    const peer = captureText(pair.peer);
    const before = captureText(pair.netns);
    expect(await probed(pair)).toMatchObject({ right: { verification: { outcome: 'verified' } } });
    expect(captureText(pair.peer)).toBe(peer);
    expect(captureText(pair.netns)).toBe(before);
  });

  test('a peer without link-local addresses asks as duplicate address detection does', async ({
    pair,
  }) => {
    pair.recipe('c02');
    pair.peer.sh('ip -6 addr flush dev h0');
    expect(await probed(pair)).toMatchObject({ right: { verification: { outcome: 'verified' } } });
  });

  test.each(['10.0.0.2', 'fd00::2'])('another host that has %s too is found', (address) =>
    withPair(async (pair) => {
      pair.recipe('c02');
      withRival(pair, `${address}/${address.includes(':') ? 128 : 32}`);
      expect(wrongAnswers(leftOf(await probed(pair)))).toStrictEqual([
        `besides 02:00:00:00:00:02 of eth0, ${RIVAL} answers for ${address}`,
      ]);
    }),
  );

  test('so is the peer itself, which does not answer its own question', async ({ pair }) => {
    pair.recipe('c02');
    pair.peer.sh('ip addr add 10.0.0.2/32 dev h0');
    expect(wrongAnswers(leftOf(await probed(pair)))).toStrictEqual([
      'besides 02:00:00:00:00:02 of eth0, 02:00:00:00:00:01 answers for 10.0.0.2',
    ]);
  });

  test('a macvlan answers its siblings', async ({ pair }) => {
    overMacvlan(pair);
    pair.peer.sh('ip link add mv1 link low type macvlan mode bridge; ip link set mv1 up');
    expect(await probed(pair)).toMatchObject({ right: { verification: { outcome: 'verified' } } });
  });

  test('and does not hear its own parent', async ({ pair }) => {
    overMacvlan(pair);
    expect(wrongAnswers(leftOf(await probed(pair)))).toStrictEqual([
      'nobody answers for 10.0.0.2: it should be 02:00:00:00:00:a0 of mv0',
    ]);
  });

  test('a sandbox that takes the network and is silent is found; so is who answers instead', async ({
    pair,
  }) => {
    pair.recipe('c02');
    withRival(pair, '10.0.0.2/32');
    answering(SUCCESS);
    const plan = await planOf(pair.netns.path);
    const where = { ...whereOf(pair), probeFrom: pair.peer.path };
    const error = leftOf(await apply(plan, where)(live)());
    expect(wrongAnswers(error)).toStrictEqual(
      expect.arrayContaining([
        `${RIVAL} answers for 10.0.0.2 instead of 02:00:00:00:00:02 of eth0`,
        'nobody answers for fd00::2: it should be 02:00:00:00:00:02 of eth0',
      ]),
    );
    const options = { journalFolder: journalFolder(), force: true };
    expect(await release(pair.netns.path, options)(live)()).toMatchObject({
      right: { outcome: 'given-back' },
    });
  });

  test('a peer that is not there is found before any effect', async ({ pair }) => {
    pair.recipe('c02');
    answering(SUCCESS);
    const before = captureText(pair.netns);
    const plan = await planOf(pair.netns.path);
    const where = { ...whereOf(pair), probeFrom: '/run/netns/npt-nowhere' };
    expect(leftOf(await apply(plan, where)(live)())).toMatchObject({ _tag: 'NetnsNotFound' });
    expect(captureText(pair.netns)).toBe(before);
  });
});
