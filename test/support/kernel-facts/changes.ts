/** The changes that facts are made of, in the few words that matter to them; on eth0 unless they say otherwise. */
import type { NetlinkChange } from '../../../src/plan/model/netlink-change.js';
import type { Neighbor, Route } from '../../../src/plan/model/state.js';
import { address, route } from '../states.js';
import { ETH0, ETH1 } from './fact.js';

export const put = (cidr: string, more: Parameters<typeof address>[2] = {}, ifindex = ETH0) => {
  const flags = cidr.includes(':') ? { flags: ['nodad', 'permanent'] } : {};
  const label = cidr.includes(':') ? {} : { label: ifindex === ETH0 ? 'eth0' : 'eth1' };
  const one = address(ifindex, cidr, { ...flags, ...label, ...more });
  return { _tag: 'PutAddress', address: one, replace: false } satisfies NetlinkChange;
};
export const onEth1 = (cidr: string) => put(cidr, {}, ETH1);
export const remove = ({
  address: { ifindex, ...rest },
}: ReturnType<typeof put>): NetlinkChange => ({
  _tag: 'RemoveAddress',
  ifindex,
  address: rest,
});

export const via = (
  dst: string,
  gateway: string,
  more: Parameters<typeof route>[1] = {},
  mode: 'add' | 'append' | 'replace' = 'add',
): NetlinkChange => {
  const six = dst.includes(':') ? { metric: 1024, pref: 'medium' } : {};
  return { _tag: 'PutRoute', route: route(dst, { oif: ETH0, gateway, ...six, ...more }), mode };
};
export const direct = (dst: string, more: Parameters<typeof route>[1] = {}): NetlinkChange => {
  const six = dst.includes(':') ? { metric: 1024, pref: 'medium', scope: 'global' } : {};
  return { _tag: 'PutRoute', route: route(dst, { oif: ETH0, ...six, ...more }), mode: 'add' };
};
export const neighbor = (dst: string, flags: ReadonlyArray<string> = []): NetlinkChange => ({
  _tag: 'PutNeighbor',
  neighbor: {
    ifindex: ETH0,
    family: dst.includes(':') ? 'inet6' : 'inet',
    dst,
    ...(flags.includes('proxy')
      ? { state: [] }
      : { state: ['permanent'], lladdr: '02:00:00:00:00:99' }),
    flags,
  } as unknown as Neighbor,
});
export const legs = (...gateways: ReadonlyArray<readonly [ifindex: number, gateway: string]>) =>
  ({
    _tag: 'PutRoute',
    route: {
      ...route('203.0.113.0/24', { scope: 'global' }),
      nexthops: gateways.map(([ifindex, gateway]) => ({ weight: 1, ifindex, gateway, flags: [] })),
    } as unknown as Route,
    mode: 'add',
  }) satisfies NetlinkChange;

export const FIRST = put('192.0.2.2/24');
export const OTHER = onEth1('198.51.100.2/24');
export const SIX = put('2001:db8::2/64');
