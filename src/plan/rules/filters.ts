/**
 * Verdicts on what else steers packets: which filters the sandbox's frames still pass, and which are lost.
 *
 * The sandbox's packet sockets sit between a link and the kernel's network stack. On the way in they take
 * their copy after XDP and after a bridge, and before traffic control, ingress chains and everything above;
 * on the way out their frames pass traffic control and egress chains like all others [seen on 6.18].
 */
import type { FilterChain, LinkFilter, Translation } from '../model/filters.js';
import type { NamespaceState } from '../model/state.js';
import type { Code } from './codes.js';
import type { Placement } from './links.js';
import { at, type Verdict } from './verdict.js';

/** Where docker's embedded DNS server answers. Source: resolver.go in moby's libnetwork. */
const DOCKER_DNS = '127.0.0.11';

const isOfDockerDns = ({ destination, source, to }: Translation): boolean =>
  [destination, source, to].includes(DOCKER_DNS as NonNullable<Translation['to']>);

const TRANSLATES: ReadonlySet<string> = new Set(['dnat', 'snat']);

type Judged = Pick<Verdict, 'code' | 'also'>;

const LOST: Judged = { code: 'dropped/netfilter' };

/** Docker's chains do nothing else; others may have its rules among their own. */
const judgeLost = ({ translations = [], actions }: FilterChain): Judged => {
  const ofDocker = translations.filter(isOfDockerDns);
  if (ofDocker.length === 0) return LOST;
  const alone =
    ofDocker.length === translations.length && actions.every((action) => TRANSLATES.has(action));
  return alone
    ? { code: 'dropped/docker-dns' }
    : { ...LOST, also: [{ code: 'dropped/docker-dns' }] };
};

const isOnLink = ({ family, hook }: FilterChain): boolean =>
  family === 'bridge' || (family === 'netdev' && hook === 'egress');

const judgeChain =
  (nics: ReadonlySet<string>) =>
  (chain: FilterChain): Judged => {
    if (chain.dormant === true) return { code: 'dropped/netfilter-dormant' };
    if (chain.rules === 0 && chain.policy === 'accept') return { code: 'dropped/netfilter-idle' };
    if (chain.devices?.every((device) => !nics.has(device)) === true)
      return { code: 'dropped/filter-elsewhere' };
    return isOnLink(chain) ? { code: 'dropped/filter-on-link' } : judgeLost(chain);
  };

const judgeLinkFilter =
  (nics: ReadonlySet<number>) =>
  ({ ifindex, hook }: LinkFilter): Code => {
    if (!nics.has(ifindex)) return 'dropped/filter-elsewhere';
    return hook === 'ingress' ? 'dropped/link-filter' : 'dropped/filter-on-link';
  };

export const judgeFilters = (
  { netfilter = [], ipsec = [], linkFilters = [] }: NamespaceState,
  { links }: Placement,
): ReadonlyArray<Verdict> => {
  const nics = links.filter(({ role }) => role === 'fd').map(({ link }) => link);
  const chain = judgeChain(new Set(nics.map(({ name }) => name)));
  const linkFilter = judgeLinkFilter(new Set(nics.map(({ ifindex }) => ifindex)));
  return [
    ...netfilter.map((one, i) => ({ object: at('netfilter', i), ...chain(one) })),
    ...ipsec.map((_, i): Verdict => ({ object: at('ipsec', i), code: 'dropped/ipsec' })),
    ...linkFilters.map((one, i) => ({ object: at('linkFilters', i), code: linkFilter(one) })),
  ];
};
