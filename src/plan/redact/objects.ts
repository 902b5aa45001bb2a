/** Objects with pseudonyms, field by field: those of a state, and the lasting contents in a plan. */
import type { FilterChain, IpsecPolicies, Translation } from '../model/filters.js';
import type { LastingObject } from '../model/lasting-object.js';
import type {
  Address,
  Link,
  Neighbor,
  Nexthop,
  NexthopObject,
  Route,
  Rule,
} from '../model/state.js';
import { edited } from './edited.js';
import type { Words } from './words.js';

type LinkPart = Pick<Link, 'name' | 'address' | 'broadcast' | 'altnames'>;
type AddressPart = Pick<Address, 'local' | 'peer' | 'broadcast' | 'anycast' | 'label'>;
type LegPart = Pick<Nexthop, 'gateway' | 'other'>;
type RoutePart = Pick<Route, 'dst' | 'src' | 'prefsrc' | 'gateway' | 'other'> & {
  readonly nexthops?: ReadonlyArray<LegPart>;
};
type RulePart = Pick<Rule, 'src' | 'dst' | 'iif' | 'oif' | 'other'>;
type NeighborPart = Pick<Neighbor, 'dst' | 'lladdr'>;
type NexthopPart = Pick<NexthopObject, 'gateway' | 'other'>;
type TranslationPart = Pick<Translation, 'source' | 'destination' | 'to'>;
type ChainPart = Pick<FilterChain, 'table' | 'chain' | 'devices' | 'digest'> & {
  readonly translations?: ReadonlyArray<TranslationPart>;
};
type DigestPart = Pick<IpsecPolicies, 'digest'>;

/** Edits of the objects of each kind. */
export interface ObjectEdits {
  readonly link: <A extends LinkPart>(one: A) => A;
  readonly address: <A extends AddressPart>(one: A) => A;
  readonly route: <A extends RoutePart>(one: A) => A;
  readonly rule: <A extends RulePart>(one: A) => A;
  readonly neighbor: <A extends NeighborPart>(one: A) => A;
  readonly nexthop: <A extends NexthopPart>(one: A) => A;
  readonly chain: <A extends ChainPart>(one: A) => A;
  /** a digest of what holds addresses would give them away to whoever tries some out */
  readonly digested: <A extends DigestPart>(one: A) => A;
}

/** Tables and chains that iptables makes everywhere, and docker's; all other names are somebody's own. */
const EVERYBODYS = new Set(
  'filter nat mangle raw security PREROUTING INPUT FORWARD OUTPUT POSTROUTING DOCKER_OUTPUT DOCKER_POSTROUTING'.split(
    ' ',
  ),
);

export const objectEdits = ({
  address,
  prefix,
  linkAddress,
  name,
  word,
  raw,
  digest,
}: Words): ObjectEdits => {
  const leg = <A extends LegPart>(one: A): A =>
    edited<LegPart, A>(one, { gateway: address, other: raw });
  const translation = <A extends TranslationPart>(one: A): A =>
    edited<TranslationPart, A>(one, { source: address, destination: address, to: address });
  const chainName = (name: string): string => (EVERYBODYS.has(name) ? name : word(name));
  return {
    link: <A extends LinkPart>(one: A) =>
      edited<LinkPart, A>(one, {
        name,
        address: linkAddress,
        broadcast: linkAddress,
        altnames: (names) => names.map(word),
      }),
    address: <A extends AddressPart>(one: A) =>
      edited<AddressPart, A>(one, {
        local: address,
        peer: address,
        broadcast: address,
        anycast: address,
        label: word,
      }),
    route: <A extends RoutePart>(one: A) =>
      edited<RoutePart, A>(one, {
        dst: prefix,
        src: prefix,
        prefsrc: address,
        gateway: address,
        nexthops: (legs) => legs.map(leg),
        other: raw,
      }),
    rule: <A extends RulePart>(one: A) =>
      edited<RulePart, A>(one, { src: prefix, dst: prefix, iif: word, oif: word, other: raw }),
    neighbor: <A extends NeighborPart>(one: A) =>
      edited<NeighborPart, A>(one, { dst: address, lladdr: linkAddress }),
    nexthop: <A extends NexthopPart>(one: A) =>
      edited<NexthopPart, A>(one, { gateway: address, other: raw }),
    chain: <A extends ChainPart>(one: A) =>
      edited<ChainPart, A>(one, {
        table: chainName,
        chain: chainName,
        devices: (names) => names.map(word),
        digest,
        translations: (all) => all.map(translation),
      }),
    digested: <A extends DigestPart>(one: A) => edited<DigestPart, A>(one, { digest }),
  };
};

/** The object in `one`, and what stands beside it as it is. */
export const editObject = <A extends LastingObject>(edits: ObjectEdits, one: A): A => {
  if ('link' in one) return { ...one, link: edits.link(one.link) };
  if ('address' in one) return { ...one, address: edits.address(one.address) };
  if ('route' in one) return { ...one, route: edits.route(one.route) };
  if ('rule' in one) return { ...one, rule: edits.rule(one.rule) };
  if ('neighbor' in one) return { ...one, neighbor: edits.neighbor(one.neighbor) };
  if ('nexthop' in one) return { ...one, nexthop: edits.nexthop(one.nexthop) };
  if ('chain' in one) return { ...one, chain: edits.chain(one.chain) };
  if ('ipsec' in one) return { ...one, ipsec: edits.digested(one.ipsec) };
  if ('linkFilter' in one) return { ...one, linkFilter: edits.digested(one.linkFilter) };
  return one;
};
