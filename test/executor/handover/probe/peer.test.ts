/** The probe of an apply against the fake kernel: what is asked, and what an apply makes of the answers. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import type { Capabilities } from '../../../../src/executor/effects/capabilities.js';
import { answerText } from '../../../../src/executor/failures/amiss.js';
import { ARPOP_REPLY, decodeArp, encodeArp } from '../../../../src/executor/frames/arp.js';
import { decodeEthernet, encodeEthernet } from '../../../../src/executor/frames/ethernet.js';
import { apply } from '../../../../src/executor/handover/apply.js';
import { compile } from '../../../../src/plan/rules/compile.js';
import { type FakeWorld, fakeWorld } from '../../../support/fake-machine.js';
import { FAKE_NAMESPACES } from '../../../support/fake-namespaces.js';

const WHERE = {
  netns: '/run/netns/blue',
  sandbox: { address: '/run/sock' },
  probeFrom: '/run/netns/peer',
};
const PLANNED = Uint8Array.of(2, 0x42, 10, 1, 2, 3);

const worldOf = (): FakeWorld => {
  const make = FAKE_NAMESPACES['one address and a gateway'];
  if (make === undefined) throw new Error('no such namespace');
  return fakeWorld(make());
};

/** Every ARP question is answered from `mac`; null: by nobody. */
const answeredBy = (world: FakeWorld, mac: Uint8Array | null, sent: Uint8Array[]): Capabilities => {
  const { kernel } = world.capabilities;
  return {
    ...world.capabilities,
    kernel: {
      ...kernel,
      openFramePort: (_, receive) => async () =>
        E.right({
          send: (frame) => () => {
            sent.push(frame);
            const ethernet = decodeEthernet(frame);
            const arp = ethernet === null ? null : decodeArp(ethernet.payload);
            if (ethernet === null || arp === null || mac === null) return;
            const payload = encodeArp({
              operation: ARPOP_REPLY,
              senderMac: mac,
              senderAddress: arp.targetAddress,
              targetMac: arp.senderMac,
              targetAddress: arp.senderAddress,
            });
            receive(encodeEthernet({ ...ethernet, payload }));
          },
          stop: () => {},
        }),
    },
  };
};

const applied = async (world: FakeWorld, c: Capabilities) => {
  const plan = compile({})(world.kernel.state());
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  return apply(plan.right, WHERE)(c)();
};

test('verified, when the planned MAC answers: asked once on each of two links, all closed', async () => {
  const world = worldOf();
  const sent: Uint8Array[] = [];
  const result = await applied(world, answeredBy(world, PLANNED, sent));
  expect(result).toMatchObject({ right: { verification: { outcome: 'verified' } } });
  expect(sent).toHaveLength(2);
  expect(world.kernel.openFds.size).toBe(0);
});

test.each<readonly [string, Uint8Array | null, number, string]>([
  [
    'nobody, asked twice',
    null,
    4,
    'nobody answers for 192.0.2.2: it should be 02:42:0a:01:02:03 of eth0',
  ],
  [
    'another, asked twice',
    Uint8Array.of(2, 0, 0, 0, 0, 9),
    4,
    '02:00:00:00:00:09 answers for 192.0.2.2 instead of 02:42:0a:01:02:03 of eth0',
  ],
])('failed, when it is %s; the sandbox keeps the network', async (_, mac, frames, difference) => {
  const world = worldOf();
  const sent: Uint8Array[] = [];
  const result = await applied(world, answeredBy(world, mac, sent));
  expect(result).toMatchObject({ left: { _tag: 'VerificationFailed', host: null } });
  const answers = E.isLeft(result) && 'answers' in result.left ? result.left.answers : [];
  expect(answers.map(answerText)).toStrictEqual([difference]);
  expect(sent).toHaveLength(frames);
  expect(world.sandbox.taken).toHaveLength(1);
  expect(world.kernel.openFds.size).toBe(0);
});

test('not done, when the peer cannot be listened on; what was open is closed', async () => {
  const world = worldOf();
  const { kernel } = world.capabilities;
  let ports = 0;
  const result = await applied(world, {
    ...world.capabilities,
    kernel: {
      ...kernel,
      openFramePort: (fd, receive) => {
        ports += 1;
        return ports === 1
          ? kernel.openFramePort(fd, receive)
          : async () => E.left({ _tag: 'SyscallError', call: 'recv', errno: 12, about: '' });
      },
    },
  });
  expect(result).toMatchObject({ right: { verification: { outcome: 'not-done' } } });
  expect(world.kernel.openFds.size).toBe(0);
});
