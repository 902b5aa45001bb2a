/** The IPv6 address that the kernel sends from where neither the sender nor the route names one: RFC 6724. */
import { ADDRESS_LABELS } from '../../model/address-label.js';
import { type IpAddress, trusted } from '../../model/scalars.js';
import type { Address, NamespaceState } from '../../model/state.js';
import { addressNumber, type PrefixRange, rangeOf } from '../prefix-range.js';
import type { KernelNamespace } from './namespace.js';

type LabelOf = (address: bigint, ifindex: number) => number | null;

const labeller = ({ addressLabels = ADDRESS_LABELS }: NamespaceState): LabelOf => {
  const read = addressLabels.map(({ prefix, label, ifindex }) => ({
    range: rangeOf(prefix),
    label,
    ifindex,
  }));
  return (address, ifindex) =>
    read.find(
      ({ range, ifindex: only }) =>
        range.first <= address && address <= range.last && (only === undefined || only === ifindex),
    )?.label ?? null;
};

const top = (address: bigint, bits: number): number => Number(address >> BigInt(128 - bits));

/** Of no address; anything is wide enough for it. */
const INVALID = -1;
const LINK_LOCAL = 2;
const SITE_LOCAL = 5;
const GLOBAL = 14;

/** RFC 4291 section 2.7: of a group its own, of loopback that of a link. Source: __ipv6_addr_type. */
const scopeOf = (address: bigint): number => {
  if (address === 0n) return INVALID;
  if (top(address, 8) === 0xff) return top(address, 16) & 0xf;
  if (address === 1n || top(address, 10) === 0x3fa) return LINK_LOCAL;
  return top(address, 10) === 0x3fb ? SITE_LOCAL : GLOBAL;
};

const isGroup = (address: bigint): boolean => top(address, 8) === 0xff;
/** 2001:10::/28, RFC 4843 */
const isOrchid = (address: bigint): boolean => top(address, 28) === 0x200_1001;
/** Loopback, ::/96 and ::ffff:0:0/96. */
const isAlwaysPreferred = (address: bigint): boolean =>
  address >> 32n === 0n || address >> 32n === 0xffffn;

interface Candidate {
  readonly address: Address;
  readonly number: bigint;
}

const commonBits = (a: bigint, b: bigint): number => {
  const difference = a ^ b;
  return difference === 0n ? 128 : 128 - difference.toString(2).length;
};

interface Choice {
  readonly destination: bigint;
  /** the link that the packet leaves by */
  readonly ifindex: number;
  readonly label: number | null;
}

/** A smaller scope is better as long as it is wide enough. */
const scopeScore = (own: number, wanted: number): number => (own >= wanted ? -own : own - 128);

const isPreferred = (ns: KernelNamespace, { address, number }: Candidate): boolean =>
  isAlwaysPreferred(number) ||
  !(
    address.flags.includes('deprecated') ||
    (address.flags.includes('optimistic') && !ns.usesOptimistic(address.ifindex))
  );

/** Temporary addresses are preferred where use_tempaddr is 2, public ones elsewhere. */
const suitsPrivacy = (ns: KernelNamespace, { ifindex, flags }: Address): boolean =>
  ns.prefersTemporary(ifindex) === flags.includes('temporary');

/**
 * How well a candidate does by each rule in turn, more being better. Rule 4, home addresses, is of kernels with
 * mobile IPv6 and is left out. Source: ipv6_get_saddr_eval in net/ipv6/addrconf.c.
 */
const scoresOf = (
  ns: KernelNamespace,
  labelOf: LabelOf,
  candidate: Candidate,
  { destination, ifindex, label }: Choice,
): ReadonlyArray<number> => {
  const { address, number } = candidate;
  const bits = Math.min(commonBits(number, destination), address.prefixLen);
  return [
    Number(number === destination),
    scopeScore(scopeOf(number), scopeOf(destination)),
    Number(isPreferred(ns, candidate)),
    Number(ifindex === address.ifindex),
    Number(labelOf(number, address.ifindex) === label),
    Number(suitsPrivacy(ns, address)),
    Number(isOrchid(number) === isOrchid(destination)),
    bits,
    Number(!address.flags.includes('optimistic')),
  ];
};

const isBetter = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): boolean => {
  const rule = a.findIndex((score, i) => score !== b[i]);
  return rule >= 0 && (a[rule] ?? 0) > (b[rule] ?? 0);
};

/** Addresses that are still being checked, or were found to be another's, are none. */
const isAssigned = ({ flags }: Address): boolean =>
  !flags.includes('tentative') || flags.includes('optimistic');

/** The links whose addresses may be used: for a near destination only the one that the packet leaves by. */
const linksFor = (ns: KernelNamespace, { destination, ifindex }: Choice): ReadonlyArray<number> => {
  const near = isGroup(destination) || scopeOf(destination) <= LINK_LOCAL;
  if (near || ns.usesOwnAlone(ifindex)) return [ifindex];
  const domain = ns.domainOf(ifindex);
  return [...ns.links.keys()].filter((index) => ns.domainOf(index) === domain);
};

export type SelectInet6Source = (ifindex: number, destination: bigint) => IpAddress | null;

/**
 * The address that wins against all before it, the links and each link's addresses in the kernel's order; null
 * where there is none. Source: ipv6_dev_get_saddr in net/ipv6/addrconf.c.
 */
export const inet6Source = (state: NamespaceState, ns: KernelNamespace): SelectInet6Source => {
  const labelOf = labeller(state);
  const candidatesOf = new Map(
    [...ns.links.keys()].map((index) => [
      index,
      ns
        .addressesOf('inet6', index)
        .filter(isAssigned)
        .map((address): Candidate => ({ address, number: addressNumber(address.local) }))
        .filter(({ number }) => number !== 0n && !isGroup(number)),
    ]),
  );
  return (ifindex, destination) => {
    const choice = { destination, ifindex, label: labelOf(destination, ifindex) };
    let best: { readonly local: IpAddress; readonly scores: ReadonlyArray<number> } | null = null;
    for (const link of linksFor(ns, choice))
      for (const candidate of candidatesOf.get(link) ?? []) {
        const scores = scoresOf(ns, labelOf, candidate, choice);
        if (best === null || isBetter(scores, best.scores))
          best = { local: candidate.address.local, scores };
      }
    return best?.local ?? null;
  };
};

const around = (address: bigint, prefixLen: number): PrefixRange => {
  const size = 1n << BigInt(128 - prefixLen);
  const first = address & ~(size - 1n);
  return { first, last: first + size - 1n, prefixLen };
};

/** Groups of each scope and any flags, and where the kinds of addresses end that have a rule of their own. */
const KINDS: ReadonlyArray<PrefixRange> = [
  ...['::/96', '::ffff:0.0.0.0/96', 'fe80::/10', 'fec0::/10', 'ff00::/8', '2001:10::/28'],
  ...Array.from({ length: 256 }, (_, i) => `ff${i.toString(16).padStart(2, '0')}::/16`),
].map((prefix) => rangeOf(trusted.prefix(prefix)));

/** Prefixes at whose ends another source may be chosen: by label, kind, scope, or bits in common with an address. */
export const sourcePrefixes = (state: NamespaceState): ReadonlyArray<PrefixRange> => [
  ...KINDS,
  ...(state.addressLabels ?? ADDRESS_LABELS).map(({ prefix }) => rangeOf(prefix)),
  ...state.addresses.flatMap(({ family, local, prefixLen }) => {
    if (family !== 'inet6') return [];
    const own = addressNumber(local);
    const lengths = [...Array.from({ length: prefixLen }, (_, i) => i + 1), 128];
    return lengths.map((length) => around(own, length));
  }),
];
