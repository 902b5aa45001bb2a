/** Every kind of change on a real kernel: what is taken away and put back is as it was. */
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { ENETUNREACH } from '../../src/executor/linux/errno.js';
import { inNetns } from '../../src/executor/linux/netns.js';
import { observe } from '../../src/executor/namespace/observe.js';
import { change } from '../../src/executor/netlink/change.js';
import { type Connection, openConnection } from '../../src/executor/netlink/connection.js';
import type { NetlinkChange } from '../../src/plan/model/netlink-change.js';
import { trusted } from '../../src/plan/model/scalars.js';
import type { Address, NamespaceState, Neighbor, Route } from '../../src/plan/model/state.js';
import { type TestNetns, type TestPair, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

interface Session {
  readonly netns: TestNetns;
  readonly observe: () => Promise<NamespaceState>;
  readonly change: (wanted: NetlinkChange) => Promise<unknown>;
  /** Each must be done, none already. */
  readonly changeAll: (wanted: ReadonlyArray<NetlinkChange>) => Promise<void>;
}

const session = async (
  { netns, recipe }: TestPair,
  script: string,
  use: (s: Session) => Promise<void>,
): Promise<void> => {
  recipe('base; second');
  netns.sh(script);
  const connection: Connection = right(inNetns(netns.path, openConnection)());
  const extras = { netns: { inode: '1', cookie: '1', root: false }, gso: () => undefined };
  try {
    await use({
      netns,
      observe: async () => right(await observe(connection, extras)()),
      change: async (wanted) => right(await change(connection)(wanted)()),
      changeAll: async (all) => {
        for (const wanted of all) expect(right(await change(connection)(wanted)())).toBe('done');
      },
    });
  } finally {
    connection.close();
  }
};

const put = (address: Address): NetlinkChange => ({ _tag: 'PutAddress', address, replace: false });
const remove = ({ ifindex, ...address }: Address): NetlinkChange => ({
  _tag: 'RemoveAddress',
  ifindex,
  address,
});
/** A finite lifetime has gone on by the time it is read again: to 5 seconds. */
const coarse = (seconds: number | null) => (seconds === null ? null : Math.round(seconds / 5));
const lasting = (addresses: ReadonlyArray<Address>) =>
  addresses.map((a) => ({
    ...a,
    validLft: coarse(a.validLft),
    preferredLft: coarse(a.preferredLft),
  }));
const ofFamily = (state: NamespaceState, family: Address['family']): ReadonlyArray<Address> =>
  state.addresses.filter((a) => a.family === family && a.ifindex !== 1);

describeWith(['netns'], 'change', () => {
  test('IPv4 addresses come back with everything they had, in order', async ({ pair }) => {
    const script = `
      sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.eth0.promote_secondaries=0
      ip addr add 10.0.0.3/24 brd + dev eth0 label eth0:web
      ip addr add 10.0.0.4/24 dev eth0 valid_lft 600 preferred_lft 300
      ip addr add 10.9.0.1 peer 10.9.0.2/32 dev eth0 metric 77
      ip addr add 10.8.0.1/16 dev eth0 scope link noprefixroute
      ip addr add 10.7.0.1/24 dev eth0 scope 17 valid_lft 600 preferred_lft 0`;
    await session(pair, script, async ({ observe, change, changeAll }) => {
      const before = await observe();
      const addresses = ofFamily(before, 'inet');
      expect(addresses).toHaveLength(7);
      expect(addresses.filter(({ flags }) => flags.includes('secondary'))).toHaveLength(2);
      for (const address of addresses.toReversed()) await change(remove(address));
      expect(ofFamily(await observe(), 'inet')).toStrictEqual([]);
      await changeAll(addresses.map(put));
      const after = await observe();
      expect(lasting(after.addresses)).toStrictEqual(lasting(before.addresses));
      expect(after.routes).toStrictEqual(before.routes);
    });
  });

  test('IFA_PROTO comes back', async ({ pair }) => {
    await session(pair, '', async ({ observe, changeAll }) => {
      const [first] = ofFamily(await observe(), 'inet');
      if (first === undefined) throw new Error('no address');
      await changeAll([remove(first), put({ ...first, protocol: 7 })]);
      const again = (await observe()).addresses.find(({ local }) => local === first.local);
      expect(again).toStrictEqual({ ...first, protocol: 7 });
    });
  });

  test('IPv6 addresses come back in order and usable at once, without duplicate detection', async ({
    pair,
  }) => {
    const script = `
      ip addr add 2001:db8::2/64 dev eth0
      ip addr add 2001:db8::3/64 dev eth0 nodad
      ip addr add 2001:db8::4/64 dev eth0 noprefixroute
      ip addr add 2001:db8::5 peer 2001:db8::6/128 dev eth0
      ip addr add 2001:db8::7/64 dev eth0 valid_lft 600 preferred_lft 300 metric 77
      ip addr add 2001:db8::8/64 dev eth0 valid_lft 600 preferred_lft 0
      ip addr add 2001:db8:1::2/64 dev eth1 scope site mngtmpaddr
      sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth1.accept_dad=1`;
    await session(pair, script, async ({ observe, changeAll }) => {
      const before = await observe();
      const addresses = ofFamily(before, 'inet6');
      expect(addresses).toHaveLength(9);
      await changeAll(addresses.map(remove));
      expect(ofFamily(await observe(), 'inet6')).toStrictEqual([]);
      await changeAll(
        addresses.toReversed().flatMap((address): ReadonlyArray<NetlinkChange> => {
          const nodad = { ...address, flags: [...address.flags, 'nodad'] };
          return [put(nodad), { _tag: 'PutAddress', address, replace: true }];
        }),
      );
      const after = await observe();
      expect(lasting(after.addresses)).toStrictEqual(lasting(before.addresses));
    });
  });

  test('an IPv6 address put without nodad goes through duplicate detection', async ({ pair }) => {
    const script = `
      ip addr add 2001:db8::2/64 dev eth0
      sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.eth0.accept_dad=1`;
    await session(pair, script, async ({ observe, changeAll }) => {
      const [address] = ofFamily(await observe(), 'inet6');
      if (address === undefined) throw new Error('no address');
      await changeAll([remove(address), put(address)]);
      expect(ofFamily(await observe(), 'inet6')[0]?.flags).toContain('tentative');
    });
  });

  test('what is there or gone already is no error', async ({ pair }) => {
    await session(pair, 'ip route add 192.0.2.0/24 via 10.0.0.1', async ({ observe, change }) => {
      const state = await observe();
      const address = ofFamily(state, 'inet')[0];
      const route = state.routes.find(({ dst }) => dst === '192.0.2.0/24');
      if (address === undefined || route === undefined) throw new Error('not observed');
      const putRoute = (mode: 'add' | 'append' | 'replace'): NetlinkChange => ({
        _tag: 'PutRoute',
        route,
        mode,
      });
      expect(await change(put(address))).toBe('alreadyDone');
      expect(await change({ _tag: 'PutAddress', address, replace: true })).toBe('done');
      expect(await change(putRoute('add'))).toBe('alreadyDone');
      expect(await change(putRoute('append'))).toBe('alreadyDone');
      expect(await change(putRoute('replace'))).toBe('done');
      expect(await change({ _tag: 'RemoveRoute', route })).toBe('done');
      expect(await change({ _tag: 'RemoveRoute', route })).toBe('alreadyDone');
      expect(await change(remove(address))).toBe('done');
      expect(await change(remove(address))).toBe('alreadyDone');
    });
  });

  test('routes of every sort come back as they were', async ({ pair }) => {
    const script = `
      ip addr add fd00::2/64 dev eth0 nodad
      ip addr add fd01::2/64 dev eth1 nodad
      ip nexthop add id 7 via 10.0.0.1 dev eth0
      ip nexthop add id 8 via 10.1.0.1 dev eth1
      ip nexthop add id 9 group 7,3/8
      ip nexthop add id 13 via fd00::1 dev eth0
      ip route add default via 10.0.0.1
      ip route add default dev eth1 metric 5
      ip route add 192.0.2.0/25 nhid 9
      ip route add 192.0.2.128/25 nhid 7
      ip route add 198.51.100.0/24 via 172.31.0.1 dev eth0 onlink src 10.0.0.2 metric 5 tos 0x10 proto bird
      ip route add 198.51.100.0/25 via 10.0.0.1 mtu lock 1400 advmss lock 1300 window 9000 rtt 100ms rttvar 50ms ssthresh 7 cwnd lock 9 reordering 4 hoplimit 9 initcwnd 10 initrwnd 11 features ecn rto_min 5ms quickack 1 congctl cubic fastopen_no_cookie 1
      ip route add 203.0.113.0/25 nexthop via 10.0.0.1 dev eth0 weight 2 realm 5 nexthop via inet6 fd01::1 dev eth1 weight 256 onlink
      ip route add 203.0.113.128/25 via 10.0.0.1 realm 9
      ip route add 100.64.0.0/10 via inet6 fd00::1 dev eth0 table 300
      ip route add 172.20.0.0/16 encap ip id 5 dst 10.0.0.5 ttl 9 via 10.0.0.1 dev eth0
      ip route add blackhole 10.128.0.0/9
      ip route add unreachable 10.129.0.0/16 metric 7
      ip route add prohibit 10.130.0.0/16 table 1000
      ip route add throw 10.131.0.0/16 table 1000 proto 77
      ip route add local 192.88.99.0/24 dev lo
      ip route add broadcast 192.88.98.255 dev eth0
      ip route add multicast 239.0.0.0/8 dev eth0
      ip -6 route add default via fd00::1
      ip -6 route add 2001:db8::/32 via fd00::1 expires 600 pref high mtu 1300 src fd00::2 proto ra
      ip -6 route add 2001:db8:1::/48 nexthop via fd00::1 dev eth0 weight 5 nexthop via fd01::1 dev eth1
      ip -6 route add 2001:db8:2::/48 nhid 13
      ip -6 route add 2001:db8:3::/48 from 2001:db8:4::/48 via fd00::1
      ip -6 route add 2001:db8:6::/48 via 2001:db8::9 dev eth0 onlink table 300 metric 9 pref low
      ip -6 route add blackhole 2001:db8:5::/48
      ip -6 route add unreachable 2001:db8:7::/48
      ip -6 route add prohibit 2001:db8:8::/48
      ip -6 route add throw 2001:db8:9::/48
      ip -6 route add anycast 2001:db8:a::1/128 dev eth0
      ip -6 route add local 2001:db8:b::/64 dev lo`;
    const timeless = (routes: ReadonlyArray<Route>) =>
      routes.map((r) => (r.expires === undefined ? r : { ...r, expires: coarse(r.expires) }));
    await session(pair, script, async ({ observe, changeAll }) => {
      const before = await observe();
      const routes = before.routes.filter(({ protocol }) => protocol !== 'kernel');
      expect(routes).toHaveLength(29);
      await changeAll(routes.map((route) => ({ _tag: 'RemoveRoute', route })));
      const kernels = before.routes.filter(({ protocol }) => protocol === 'kernel');
      expect((await observe()).routes).toStrictEqual(kernels);
      await changeAll(routes.map((route) => ({ _tag: 'PutRoute', route, mode: 'add' })));
      expect(timeless((await observe()).routes)).toStrictEqual(timeless(before.routes));
    });
  });

  test('routes that differ in nothing but their gateway are appended in order', async ({
    pair,
  }) => {
    const script = `
      ip route add 192.0.2.0/24 via 10.0.0.7
      ip route append 192.0.2.0/24 via 10.0.0.5
      ip route append 192.0.2.0/24 via 10.0.0.6`;
    await session(pair, script, async ({ observe, changeAll }) => {
      const before = await observe();
      const routes = before.routes.filter(({ dst }) => dst === '192.0.2.0/24');
      expect(routes.map(({ gateway }) => gateway)).toStrictEqual([
        '10.0.0.7',
        '10.0.0.5',
        '10.0.0.6',
      ]);
      await changeAll(routes.map((route) => ({ _tag: 'RemoveRoute', route })));
      await changeAll(routes.map((route) => ({ _tag: 'PutRoute', route, mode: 'append' })));
      expect((await observe()).routes).toStrictEqual(before.routes);
    });
  });

  test('the source that an IPv6 route lost with its address comes back by replacing it', async ({
    pair,
  }) => {
    const script = `
      ip addr add fd00::2/64 dev eth0 nodad
      ip addr add fd00::3/64 dev eth0 nodad
      ip -6 route add 2001:db8::/32 via fd00::7 dev eth0 src fd00::2`;
    await session(pair, script, async ({ observe, changeAll }) => {
      const before = await observe();
      const address = before.addresses.find(({ local }) => local === 'fd00::2');
      const route = before.routes.find(({ dst }) => dst === '2001:db8::/32');
      if (address === undefined || route === undefined) throw new Error('not observed');
      await changeAll([remove(address)]);
      const { prefsrc: _, ...stripped } = route;
      expect((await observe()).routes).toContainEqual(stripped);
      await changeAll([put(address), { _tag: 'PutRoute', route, mode: 'replace' }]);
      expect((await observe()).routes.filter(({ dst }) => dst === route.dst)).toStrictEqual([
        route,
      ]);
    });
  });

  test('neighbors come back, proxy entries too', async ({ pair }) => {
    const script = `
      ip addr add fd00::2/64 dev eth0 nodad
      ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev eth0 nud permanent
      ip neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev eth0 nud permanent router protocol bird
      ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent extern_learn
      ip neigh add 10.0.0.10 lladdr 02:00:00:00:00:0a dev eth0 nud noarp
      ip neigh add fd00::9 lladdr 02:00:00:00:00:0b dev eth0 nud permanent
      ip neigh add proxy 10.0.0.99 dev eth0 protocol bird
      ip neigh add proxy fd00::99 dev eth0 router`;
    const set = (state: NamespaceState): ReadonlyArray<Neighbor> =>
      state.neighbors
        .filter(({ dst }) => dst.startsWith('10.') || dst.startsWith('fd'))
        .toSorted((a, b) => (a.dst < b.dst ? -1 : 1)); // a hash table has no order
    await session(pair, script, async ({ netns, observe, changeAll }) => {
      const before = set(await observe());
      expect(before).toHaveLength(7);
      netns.sh(`
        for dst in 10.0.0.7 10.0.0.8 10.0.0.9 10.0.0.10 fd00::9; do ip neigh del $dst dev eth0; done
        ip neigh del proxy 10.0.0.99 dev eth0; ip neigh del proxy fd00::99 dev eth0`);
      expect(set(await observe())).toStrictEqual([]);
      await changeAll(before.map((neighbor) => ({ _tag: 'PutNeighbor', neighbor })));
      expect(set(await observe())).toStrictEqual(before);
    });
  });

  test('a refusal has the kernel’s errno and words, and changes nothing', async ({ pair }) => {
    await session(pair, '', async ({ netns, observe }) => {
      const before = await observe();
      const connection = right(inNetns(netns.path, openConnection)());
      const route: Route = {
        family: 'inet',
        table: 254,
        type: 'unicast',
        dst: trusted.prefix('192.0.2.0/24'),
        protocol: 'static',
        scope: 'global',
        flags: [],
        gateway: trusted.ipAddress('172.31.0.1'),
      };
      const answer = await change(connection)({ _tag: 'PutRoute', route, mode: 'add' })();
      connection.close();
      expect(answer).toMatchObject(
        E.left({
          _tag: 'NetlinkError',
          request: 'RTM_NEWROUTE',
          errno: ENETUNREACH,
          message: 'Nexthop has invalid gateway',
        }),
      );
      expect(await observe()).toStrictEqual(before);
    });
  });
});
