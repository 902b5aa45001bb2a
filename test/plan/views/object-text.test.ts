import { expect, test } from 'vitest';
import { ROUTE_FLAGS } from '../../../src/plan/model/kernel-names/route.js';
import { linkNames } from '../../../src/plan/model/link-names.js';
import { routeText } from '../../../src/plan/views/object-text.js';
import { link, lo, route, state } from '../../support/states.js';

test.each(['linkdown', 'offload', 'trap', 'rt_offload', 'rt_trap', 'rt_offload_failed'])(
  '%s, which comes and goes by itself, is not part of what a route is',
  (flag) => {
    expect(ROUTE_FLAGS.map(([, name]) => name)).toContain(flag);
    const text = routeText(linkNames(state({ links: [lo, link(2, 'eth0')] })));
    const plain = route('10.0.0.0/8', { oif: 2, gateway: '10.0.0.1' });
    expect(text({ ...plain, flags: [flag] })).toBe(text(plain));
    expect(text({ ...plain, flags: ['onlink', flag] })).not.toBe(text(plain));
  },
);
