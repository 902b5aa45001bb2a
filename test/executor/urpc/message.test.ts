import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { encodeCall } from '../../../src/executor/urpc/message.js';
import { DIALECTS, supersetOf } from '../../../src/plan/model/dialects.js';
import type { FdLink, NetworkPlan } from '../../../src/plan/model/network-plan.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { TARGETS } from '../../../src/plan/model/target.js';
import { decodeAs } from './go-server.js';
import { CASES, type Case, GOLDEN, golden, planOf } from './golden.js';

const argOf = (json: string) => JSON.parse(json).arg;

test.each(GOLDEN)('%s %s is the golden message, byte for byte', (dialect, name) => {
  expect(encodeCall(planOf(name, dialect)).json).toBe(golden(`${dialect}-${name}`));
});

/** The plan with its gateways as ordinary routes: v4 first, v6 last, as the kernel dumps them. */
const folded = (plan: NetworkPlan): NetworkPlan => {
  const [v4, v6] = (['inet', 'inet6'] as const).map((family) =>
    plan.defaultGateways
      .filter((gateway) => gateway.family === family)
      .map(({ gateway, from }) => ({
        destination: trusted.prefix(family === 'inet' ? '0.0.0.0/0' : '::/0'),
        gateway,
        from,
      })),
  );
  return {
    ...plan,
    defaultGateways: [],
    fdLinks: plan.fdLinks.map((link) => ({
      ...link,
      routes: [...(v4 ?? []), ...link.routes, ...(v6 ?? [])],
    })),
  };
};

test.each([
  ['2026-05', 'b'],
  ['2026-05', 'c'],
  ['head', 'b'],
  ['head', 'c'],
] as const)(
  '%s %s with default routes as ordinary ones is what newest runsc sends',
  (dialect, name) => {
    expect(encodeCall(folded(planOf(name, dialect))).json).toBe(
      golden(`${dialect}-${name}-folded`),
    );
  },
);

describe('the message of target latest', () => {
  const served = DIALECTS.filter((dialect) => supersetOf(dialect) === 'superset-c');
  const pairs = served.flatMap((dialect) => CASES.map((name) => [dialect, name] as const));

  test('goes to the method that every server has', () => {
    expect(encodeCall(planOf('c', 'latest')).method).toBe('Network.CreateLinksAndRoutes');
  });

  test.each(pairs)('a server of %s reads from it what case %s of its own has', (dialect, name) => {
    const own = decodeAs(dialect, argOf(golden(`${dialect}-${name}`)));
    expect(E.isRight(own)).toBe(true);
    expect(decodeAs(dialect, argOf(encodeCall(planOf(name, 'latest')).json))).toStrictEqual(own);
  });
});

test.each(GOLDEN)(
  'a server of %s reads case %s from the message to a build after its release',
  (dialect, name) => {
    const release = TARGETS.findLast((target) => target.dialect === dialect)?.releases[1];
    const sent = encodeCall(planOf(name, `${release}-1-g0123456789ab`));
    expect(sent.method).toBe('Network.CreateLinksAndRoutes');
    const own = decodeAs(dialect, argOf(golden(`${dialect}-${name}`)));
    expect(E.isRight(own)).toBe(true);
    expect(decodeAs(dialect, argOf(sent.json))).toStrictEqual(own);
  },
);

const withLink = (name: Case, target: string, change: Partial<FdLink>): NetworkPlan => {
  const plan = planOf(name, target);
  return { ...plan, fdLinks: plan.fdLinks.map((link) => ({ ...link, ...change })) };
};
const linkSent = (plan: NetworkPlan) => argOf(encodeCall(plan).json).FDBasedLinks[0];

describe('segmentation offload', () => {
  test('off sends no size, whatever the plan has', () => {
    const sent = linkSent(withLink('b', 'head', { gso: { mode: 'off', maxSize: 65536 } }));
    expect([sent.GSOMaxSize, sent.GVisorGSOEnabled]).toStrictEqual([0, false]);
  });

  test('gvisor to a server without the flag sends no size, which it would take for host GSO', () => {
    const sent = linkSent(withLink('c', '2019-06', { gso: { mode: 'gvisor', maxSize: 65536 } }));
    expect(sent.GSOMaxSize).toBe(0);
  });
});

test('GRO is a timeout before 2024-04 and a flag since', () => {
  expect(linkSent(withLink('b', '2022-12', { gro: true })).GvisorGROTimeout).toBe(20_000);
  expect(linkSent(withLink('b', '2024-04', { gro: true })).GVisorGRO).toBe(true);
});

test('an IP link has no link address: it would make the sentry write MAC headers', () => {
  expect(linkSent(withLink('b', 'head', { layer: 'ip' })).LinkAddress).toBeNull();
});

describe('route MTU', () => {
  const plan = (target: string): NetworkPlan => {
    const { fdLinks, ...rest } = planOf('b', target);
    return {
      ...rest,
      fdLinks: fdLinks.map((link) => ({
        ...link,
        routes: link.routes.map((route) => ({ ...route, mtu: 1450 })),
      })),
      defaultGateways: rest.defaultGateways.map((gateway) => ({ ...gateway, mtu: 1400 })),
    };
  };

  test('is sent with routes and gateways where the dialect has it', () => {
    const sent = argOf(encodeCall(plan('2026-01')).json);
    expect(sent.FDBasedLinks[0].Routes[0].MTU).toBe(1450);
    expect(sent.Defaultv4Gateway.Route.MTU).toBe(1400);
  });

  test('is left out where it has not, as in the one release that took it back', () => {
    expect(encodeCall(plan('2025-12b')).json).toBe(golden('2025-12b-b'));
  });
});

test('an absent mask is null and never empty, which the sentry would not take for absent', () => {
  const { Defaultv6Gateway } = argOf(encodeCall(planOf('b', 'head')).json);
  expect(Defaultv6Gateway.Route.Destination).toStrictEqual({ IP: '', Mask: null });
});

test('the gateway of one family alone leaves the other zero', () => {
  const plan = planOf('c', 'head');
  const v6Only = { ...plan, defaultGateways: plan.defaultGateways.slice(1) };
  const { Defaultv4Gateway, Defaultv6Gateway } = argOf(encodeCall(v6Only).json);
  expect([Defaultv4Gateway.Name, Defaultv6Gateway.Name]).toStrictEqual(['', 'eth0']);
});

test('an on-link default route has a mask of 4 bytes', () => {
  const link = planOf('b', 'head').fdLinks[0];
  const route = { destination: trusted.prefix('0.0.0.0/0'), gateway: null, from: [] };
  const sent = linkSent(withLink('b', 'head', { routes: [route, ...(link?.routes ?? [])] }));
  expect(sent.Routes[0]).toStrictEqual({
    Destination: { IP: '0.0.0.0', Mask: 'AAAAAA==' },
    Gateway: '',
    MTU: 0,
  });
});
