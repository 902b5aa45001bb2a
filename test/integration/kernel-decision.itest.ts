/**
 * The kernel's decision against the kernel over random namespaces; fixtures.itest.ts has those of the fixtures.
 * NETPLAN_DECISION_SEEDS=FIRST-LAST: these, of which it says how much was compared. A failure names its seed.
 */
import { spawnSync } from 'node:child_process';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { AF_INET, AF_INET6 } from '../../src/executor/linux/abi.js';
import { inNetns } from '../../src/executor/linux/netns.js';
import * as abi from '../../src/executor/netlink/abi.js';
import { decodeAck } from '../../src/executor/netlink/ack.js';
import {
  AttributeWriter,
  u8Bytes,
  u16Bytes,
  u32Bytes,
} from '../../src/executor/netlink/attribute-writer.js';
import { decodeMessages, encodeMessage } from '../../src/executor/netlink/message.js';
import { openTransport } from '../../src/executor/netlink/transport.js';
import type { Family } from '../../src/plan/model/scalars.js';
import { cases } from '../support/cases.js';
import { compareWithKernel } from '../support/decision-witness.js';
import { type TestNetns, test } from '../support/netns.js';
import { randomNamespace } from '../support/random-namespace.js';
import { describeWith } from '../support/requires.js';

/** What can be made: random lines have repeats, and links that are down, which the kernel refuses. */
const batch = (netns: TestNetns, family: Family, lines: ReadonlyArray<string>): void => {
  spawnSync('ip', ['-n', netns.name, family === 'inet' ? '-4' : '-6', '-force', '-batch', '-'], {
    input: lines.join('\n'),
  });
};

const asked = process.env['NETPLAN_DECISION_SEEDS'];

const seeds = (): ReadonlyArray<number> => {
  const [first, last] = (asked ?? `1-${cases(20).numRuns}`).split('-').map(Number);
  if (first === undefined || last === undefined || !(first <= last))
    throw new Error(`NETPLAN_DECISION_SEEDS is FIRST-LAST, not "${asked}"`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
};

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

/** An RTM_NEWRULE to table 100 with attributes that this iproute2 cannot write. */
const addRule = (netns: TestNetns, family: Family, attributes: AttributeWriter): void => {
  const header = new Uint8Array(abi.FIB_RULE_HDR_LEN);
  header.set([family === 'inet' ? AF_INET : AF_INET6]);
  header.set([1], 7); // FR_ACT_TO_TBL
  const payload = new AttributeWriter()
    .raw(header)
    .attribute(abi.FRA_TABLE, u32Bytes(100))
    .append(attributes)
    .bytes();
  const flags = abi.NLM_F_REQUEST | abi.NLM_F_ACK | abi.NLM_F_CREATE | abi.NLM_F_EXCL;
  const message = { type: abi.RTM_NEWRULE, flags, seq: 1, portId: 0, payload };
  const transport = right(inNetns(netns.path, openTransport([]))());
  const reply = new Uint8Array(1 << 16);
  right(transport.send(encodeMessage(message))());
  const size = right(transport.receive(reply)());
  transport.close();
  const [ack] = right(decodeMessages(reply.subarray(0, size)));
  expect(ack === undefined ? null : decodeAck(ack)).toMatchObject(E.right({ errno: 0 }));
};

const port = (first: number): Uint8Array => Uint8Array.of(...u16Bytes(first), ...u16Bytes(first));

describeWith(['netns'], 'the kernel decision', () => {
  test.for(seeds())('random namespace of seed %i', async (seed, { pair }) => {
    const { netns } = pair;
    const { setup, inet, inet6, afterwards } = randomNamespace(seed);
    netns.sh(setup);
    batch(netns, 'inet', inet);
    batch(netns, 'inet6', inet6);
    netns.sh(afterwards);
    const { disagreements, ...counts } = await compareWithKernel(netns, seed, 60);
    if (asked !== undefined)
      console.log(JSON.stringify({ seed, wrong: disagreements.length, ...counts }));
    expect(disagreements, `seed ${seed}`).toStrictEqual([]);
    expect(counts.packets).toBeGreaterThan(50);
  });

  test('rules of newer kernels: masks of ports, and the whole traffic class', async ({ pair }) => {
    const { netns } = pair;
    pair.recipe('base; second');
    netns.sh(`ip addr add 2001:db8::2/64 dev eth0 nodad; ip addr add 2001:db8:1::2/64 dev eth1 nodad
      ip route add default via 10.0.0.1; ip route add default via 10.1.0.1 table 100
      ip -6 route add default via 2001:db8::1; ip -6 route add default via 2001:db8:1::1 table 100`);
    for (const family of ['inet', 'inet6'] as const) {
      addRule(
        netns,
        family,
        new AttributeWriter()
          .attribute(abi.FRA_SPORT_RANGE, port(80))
          .attribute(abi.FRA_SPORT_MASK, u16Bytes(0xfff0)),
      );
      addRule(
        netns,
        family,
        new AttributeWriter()
          .attribute(abi.FRA_DSCP, u8Bytes(4))
          .attribute(abi.FRA_DSCP_MASK, u8Bytes(0x3c)),
      );
    }
    for (const seed of [1, 2, 3, 4]) {
      const { disagreements, packets } = await compareWithKernel(netns, seed, 60);
      expect(disagreements).toStrictEqual([]);
      expect(packets).toBeGreaterThan(50);
    }
  });
});
