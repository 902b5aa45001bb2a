/** The fake kernel keeps what the real one was seen to do: test/integration/kernel-facts.itest.ts asks that. */
import { test } from 'vitest';
import { FakeKernel } from './support/fake-kernel/kernel.js';
import { KERNEL_FACTS } from './support/kernel-facts/all.js';
import { ETH0, ETH1 } from './support/kernel-facts/fact.js';
import { prove } from './support/kernel-facts/prove.js';
import { link, lo } from './support/states.js';

test.each(KERNEL_FACTS.map((fact) => [fact.fact, fact] as const))('%s', async (_, fact) => {
  const kernel = new FakeKernel([lo, link(ETH0, 'eth0'), link(ETH1, 'eth1')], {
    promoteSecondaries: fact.promote === true,
  });
  kernel.nexthops = fact.nexthops ?? [];
  await prove(fact, kernel.netns('/run/netns/fake'), async () => void kernel.settle());
});
