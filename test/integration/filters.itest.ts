/** Filters of real namespaces against second readers of the same kernel: nft, iptables, ip xfrm, tc, sysctl. */
import { execFileSync } from 'node:child_process';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { inNetns } from '../../src/executor/linux/netns.js';
import { liveCapabilities } from '../../src/executor/live/live.js';
import { openFilters, readFilters } from '../../src/executor/namespace/filters.js';
import { observeWhole } from '../../src/executor/namespace/whole-state.js';
import { openConnection } from '../../src/executor/netlink/connection.js';
import type { FilterChain, Filters } from '../../src/plan/model/filters.js';
import { NamespaceState } from '../../src/plan/model/state.js';
import { staleness } from '../../src/plan/restore/stale.js';
import { compile } from '../../src/plan/rules/compile.js';
import { type TestNetns, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const filtersOf = async ({ path }: TestNetns): Promise<Filters> => {
  const connection = right(inNetns(path, openConnection)());
  try {
    return right(await readFilters(connection, inNetns(path, openFilters))());
  } finally {
    connection.close();
  }
};

type Json = Readonly<Record<string, unknown>>;
const objects = (netns: TestNetns, kind: string): ReadonlyArray<Json> => {
  const args = ['netns', 'exec', netns.name, 'nft', '-j', 'list', 'ruleset'];
  const text = execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const { nftables } = JSON.parse(text) as { readonly nftables: ReadonlyArray<Json> };
  return nftables.flatMap((object): ReadonlyArray<Json> => {
    const found = object[kind] as Json | undefined;
    return found === undefined ? [] : [found];
  });
};

const strings = (json: unknown, key: string): ReadonlyArray<string> =>
  typeof json !== 'object' || json === null
    ? []
    : Object.entries(json).flatMap(([name, value]) => [
        ...(name === key ? [(value as Json)['target'] as string] : []),
        ...strings(value, key),
      ]);

/** What nft shows of a base chain, its rules and those of the chains that it names counted. */
const shownByNft = (netns: TestNetns): ReadonlyArray<Json> => {
  const rules = objects(netns, 'rule');
  const own = (chain: Json, name: unknown) =>
    rules.filter(
      (rule) =>
        rule['family'] === chain['family'] &&
        rule['table'] === chain['table'] &&
        rule['chain'] === name,
    );
  return objects(netns, 'chain')
    .filter((chain) => chain['hook'] !== undefined)
    .map((chain) => {
      const reached = new Set([chain['name'] as string]);
      for (const name of reached)
        for (const rule of own(chain, name))
          for (const target of [...strings(rule, 'jump'), ...strings(rule, 'goto')])
            reached.add(target);
      const { family, table, name, type, hook, policy } = chain;
      const priority = chain['prio'];
      const count = [...reached].flatMap((one) => own(chain, one)).length;
      return { family, table, chain: name, type, hook, priority, policy, rules: count };
    });
};

const asShown = ({ family, table, chain, type, hook, priority, policy, rules }: FilterChain) => ({
  family,
  table,
  chain,
  type,
  hook,
  priority,
  policy,
  rules,
});

const DOCKER_DNS = (iptables: string): string => `
  ${iptables} -t nat -N DOCKER_OUTPUT
  ${iptables} -t nat -N DOCKER_POSTROUTING
  ${iptables} -t nat -A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
  ${iptables} -t nat -A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING
  ${iptables} -t nat -A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:39261
  ${iptables} -t nat -A DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport 39261 -j SNAT --to-source :53
  ${iptables} -t nat -A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:36527
  ${iptables} -t nat -A DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport 36527 -j SNAT --to-source :53
`;

const ISTIO = `
  iptables-nft -t nat -N ISTIO_REDIRECT
  iptables-nft -t nat -N ISTIO_OUTPUT
  iptables-nft -t nat -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
  iptables-nft -t nat -A OUTPUT -p tcp -j ISTIO_OUTPUT
  iptables-nft -t nat -A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
  iptables-nft -t nat -A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
  iptables-nft -t nat -A ISTIO_OUTPUT -j ISTIO_REDIRECT
`;

const FIREWALL = `nft -f - <<'RULES'
table inet fw {
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname "lo" accept
    tcp dport { 22, 80 } jump services
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
  }
  chain services { limit rate 10/second accept; goto refused; }
  chain refused { counter reject; }
  chain output { type filter hook output priority 0; policy accept; }
  chain nobody { drop; drop; drop; }
}
table ip forwarded {
  chain pre { type nat hook prerouting priority -100; tcp dport 8080 dnat to 192.0.2.1:80; }
}
RULES
`;

const MANY = `{ echo 'table ip big {'; echo 'chain in { type filter hook input priority 5; policy accept;'
  i=0; while [ $i -lt 3000 ]; do echo "ip saddr 10.0.$((i / 250)).$((i % 250)) drop;"; i=$((i + 1)); done
  echo '}'; echo '}'; } | nft -f -`;

const RULESETS = [
  ['a firewall', FIREWALL],
  ['the embedded DNS of docker', DOCKER_DNS('iptables-nft')],
  ["a service mesh's redirection", ISTIO],
  ['three thousand rules', MANY],
  ['several at once', `${FIREWALL}\n${DOCKER_DNS('iptables-nft')}\n${ISTIO}\n${MANY}`],
] as const;

const NEEDS = ['netns', 'nft', 'iptables-nft', 'iptables-legacy', 'ip6tables-legacy', 'tc'];

describeWith(NEEDS, 'filters of a real namespace', () => {
  test('none at all', async ({ pair }) => {
    expect(await filtersOf(pair.netns)).toStrictEqual({});
  });

  for (const [name, script] of RULESETS)
    test(`nft and netplan count the same: ${name}`, async ({ pair }) => {
      pair.netns.sh(script);
      const { netfilter = [] } = await filtersOf(pair.netns);
      const shown = shownByNft(pair.netns);
      expect(shown.length).toBeGreaterThan(0);
      expect(netfilter.map(asShown)).toStrictEqual(shown);
    });

  test('iptables-legacy-save and netplan count the same, and no table is made by looking', async ({
    pair,
  }) => {
    const { netns } = pair;
    const names = (): string =>
      netns.sh('cat /proc/net/ip_tables_names; echo; cat /proc/net/ip6_tables_names');
    expect(names().trim()).toBe('');
    expect(await filtersOf(netns)).toStrictEqual({});
    expect(names().trim()).toBe('');
    netns.sh(`${DOCKER_DNS('iptables-legacy')}
      iptables-legacy -P FORWARD DROP
      ip6tables-legacy -A INPUT -p tcp --dport 22 -j REJECT`);
    const before = names();
    const { netfilter = [] } = await filtersOf(netns);
    expect(names()).toBe(before);
    expect(before.split('\n').filter((one) => one !== '')).toStrictEqual([
      'filter',
      'nat',
      'filter',
    ]);
    // Every rule of these tables is in the chains that one base chain leads to.
    const saved = ['iptables', 'ip6tables'].map((command) =>
      netns.sh(`${command}-legacy-save`).split('\n'),
    );
    const counted = (family: string): number =>
      netfilter
        .filter((chain) => chain.family === family)
        .reduce((sum, { rules }) => sum + rules, 0);
    expect([counted('ip'), counted('ip6')]).toStrictEqual(
      saved.map((lines) => lines.filter((line) => line.startsWith('-A')).length),
    );
    const policies = saved.flatMap((lines) =>
      lines.flatMap((line) => /^:\S+ (ACCEPT|DROP)/.exec(line)?.[1]?.toLowerCase() ?? []),
    );
    expect(netfilter.map(({ policy }) => policy).sort()).toStrictEqual(policies.sort());
  });

  for (const iptables of ['iptables-legacy', 'iptables-nft'])
    test(`${iptables}: the translation of 127.0.0.11 is read to the port`, async ({ pair }) => {
      pair.netns.sh(DOCKER_DNS(iptables));
      const { netfilter = [] } = await filtersOf(pair.netns);
      const [output] = netfilter.filter(({ hook }) => hook === 'output');
      const [postrouting] = netfilter.filter(({ hook }) => hook === 'postrouting');
      expect(output).toMatchObject({ rules: 3, actions: ['dnat'] });
      expect(output?.translations).toContainEqual({
        kind: 'dnat',
        protocol: 'udp',
        destination: '127.0.0.11',
        destinationPort: 53,
        to: '127.0.0.11',
        toPort: 36527,
      });
      expect(postrouting?.translations).toContainEqual({
        kind: 'snat',
        protocol: 'tcp',
        source: '127.0.0.11',
        sourcePort: 39261,
        toPort: 53,
      });
    });

  test('traffic that is counted changes nothing that is read; a rule does', async ({ pair }) => {
    const { netns } = pair;
    netns.sh(`ip link set lo up
${FIREWALL}
${DOCKER_DNS('iptables-legacy')}`);
    const before = await filtersOf(netns);
    netns.sh('ping -c 2 -i 0.2 -q 127.0.0.1 || true');
    expect(await filtersOf(netns)).toStrictEqual(before);
    netns.sh('nft insert rule inet fw input ip saddr 192.0.2.7 drop');
    netns.sh('iptables-legacy -t nat -R OUTPUT 1 -d 127.0.0.12/32 -j DOCKER_OUTPUT');
    const { netfilter: after = [] } = await filtersOf(netns);
    const changed = after.filter(
      ({ digest }) => !before.netfilter?.some((chain) => chain.digest === digest),
    );
    expect(changed.map(({ chain }) => chain)).toStrictEqual(['OUTPUT', 'input']);
  });

  test('a plan of the namespace names what is lost, is that of its captured state, and grows stale with a rule', async ({
    pair,
  }) => {
    const { netns } = pair;
    netns.sh(`ip link set lo up\n${FIREWALL}\n${DOCKER_DNS('iptables-legacy')}`);
    const opened = right(await liveCapabilities.kernel.openNetns(netns.path)());
    try {
      const state = right(await observeWhole(opened)());
      const plan = right(compile({})(state));
      const lost = plan.losses.map(({ code, objects }) => `${code} ${objects?.join()}`);
      expect(lost).toStrictEqual([
        'dropped/docker-dns netfilter[2]',
        'dropped/docker-dns netfilter[3]',
        'dropped/netfilter netfilter[4]',
        'dropped/netfilter netfilter[6]',
      ]);
      expect(E.isLeft(compile({ onLoss: 'error' })(state))).toBe(true);
      const captured = NamespaceState.decode(JSON.parse(JSON.stringify(state)));
      expect(compile({})(right(captured))).toStrictEqual(E.right(plan));
      expect(staleness(plan, state, opened.identity)).toBeNull();
      netns.sh(
        'nft replace rule inet fw refused handle $(nft -a list chain inet fw refused | sed -n "s/.*reject.*handle //p") drop',
      );
      const stale = staleness(plan, right(await observeWhole(opened)()), opened.identity);
      expect(stale).toMatchObject({ gone: [], come: [], changed: [{ before: {}, after: {} }] });
      expect(stale?.changed[0]?.after).toMatchObject({ chain: { table: 'fw', chain: 'input' } });
    } finally {
      opened.close();
    }
  });

  test('IPsec policies, as many as `ip xfrm policy` shows', async ({ pair }) => {
    const { netns } = pair;
    const policy = 'ip xfrm policy add src 10.0.0.0/24 dst';
    const tunnel = 'tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel';
    netns.sh(`${policy} 10.1.0.0/24 dir out ${tunnel}; ${policy} 10.2.0.0/24 dir in ${tunnel}
      ${policy} 10.3.0.0/24 dir in action block`);
    const { ipsec = [] } = await filtersOf(netns);
    const shown = netns.sh('ip xfrm policy').match(/\bdir (in|out|fwd)\b/g) ?? [];
    expect(ipsec.reduce((sum, { policies }) => sum + policies, 0)).toBe(shown.length);
    expect(ipsec).toMatchObject([
      { direction: 'in', policies: 2, blocking: 1 },
      { direction: 'out', policies: 1, blocking: 0 },
    ]);
  });

  test('classifiers on links', async ({ pair }) => {
    const { netns } = pair;
    netns.sh(`ip link add eth0 type veth peer name eth1; tc qdisc add dev eth0 clsact
      tc filter add dev eth0 ingress protocol ip u32 match ip dst 192.0.2.9/32 flowid 1:1
      tc filter add dev eth0 egress bpf bytecode '1,6 0 0 0' da
      tc qdisc add dev eth1 clsact; tc qdisc add dev eth1 root tbf rate 1mbit burst 32kbit latency 1ms`);
    const ifindex = Number(netns.sh('cat /sys/class/net/eth0/ifindex'));
    const { linkFilters } = await filtersOf(netns);
    expect(linkFilters).toMatchObject([
      { ifindex, hook: 'ingress', kinds: ['u32'], filters: 1 },
      { ifindex, hook: 'egress', kinds: ['bpf'], filters: 1 },
    ]);
  });

  test('settings that differ from what is compiled in, each once', async ({ pair }) => {
    const { netns } = pair;
    netns.sh(`ip link add eth0 type veth peer name eth1
      sysctl -qw net.ipv4.ip_forward=1 net.ipv4.ip_local_port_range='2000 3000' net.ipv4.ping_group_range='0 5'
      sysctl -qw net.ipv4.conf.eth0.rp_filter=1 net.ipv4.conf.all.arp_ignore=1 net.ipv6.conf.eth1.disable_ipv6=1`);
    const index = (name: string): number => Number(netns.sh(`cat /sys/class/net/${name}/ifindex`));
    const { sysctls } = await filtersOf(netns);
    expect(sysctls).toStrictEqual([
      { key: 'net.ipv4.ip_forward', value: '1' },
      { key: 'net.ipv4.conf.all.arp_ignore', value: '1' },
      { key: 'net.ipv4.ip_local_port_range', value: '2000 3000' },
      { key: 'net.ipv4.ping_group_range', value: '0 5' },
      { key: 'net.ipv6.conf.*.disable_ipv6', value: '1', ifindex: index('eth1') },
      { key: 'net.ipv4.conf.*.rp_filter', value: '1', ifindex: index('eth0') },
    ]);
  });
});
