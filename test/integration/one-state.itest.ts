/** A plan is of one moment: what the kernel changes at once is in it whole or not at all. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { liveCapabilities } from '../../src/executor/live/live.js';
import type { NetworkPlan } from '../../src/plan/model/network-plan.js';
import { compile } from '../../src/plan/rules/compile.js';
import { test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

/**
 * Two messages are two states of the kernel, so each pair here is one message: an address comes and goes
 * with its prefix route, and a route is replaced by one through another gateway.
 */
const CHURN = `echo started; while :; do
ip addr add 10.77.0.1/24 dev eth0; ip route replace 198.51.100.0/24 via 10.0.0.8
ip addr del 10.77.0.1/24 dev eth0; ip route replace 198.51.100.0/24 via 10.0.0.9; done`;

const traces = ({ fdLinks }: NetworkPlan): string => {
  const addresses = fdLinks.flatMap((l) => l.addresses).filter((a) => a.address === '10.77.0.1');
  const routes = fdLinks.flatMap((l) => l.routes);
  const prefix = routes.filter((r) => r.destination === '10.77.0.0/24');
  const replaced = routes.filter((r) => r.destination === '198.51.100.0/24');
  return `${addresses.length} address, ${prefix.length} prefix route, via ${replaced.map((r) => r.gateway).join(' and ')}`;
};

describeWith(['netns'], 'a namespace in motion', () => {
  test('1,000 plans: none is mixed of two states', async ({ pair }) => {
    pair.recipe('base');
    pair.netns.sh('ip route add 198.51.100.0/24 via 10.0.0.9');
    const netns = right(await liveCapabilities.kernel.openNetns(pair.netns.path)());
    const churn = spawn('ip', ['netns', 'exec', pair.netns.name, 'sh', '-c', CHURN], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(churn.stdout, 'data');
      const seen = new Set<string>();
      for (let plans = 0; plans < 1000; ) {
        const state = await netns.observe();
        if (E.isLeft(state) && state.left._tag === 'DumpInterrupted') continue; // no plan is no mixed plan
        seen.add(traces(right(compile({})(right(state)))));
        plans += 1;
      }
      expect([...seen].toSorted()).toStrictEqual([
        '0 address, 0 prefix route, via 10.0.0.8',
        '0 address, 0 prefix route, via 10.0.0.9',
        '1 address, 1 prefix route, via 10.0.0.8',
        '1 address, 1 prefix route, via 10.0.0.9',
      ]);
    } finally {
      churn.kill('SIGKILL');
      netns.close();
    }
  });
});
