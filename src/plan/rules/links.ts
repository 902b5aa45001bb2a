/** Which links become NICs of the sandbox, and which addresses go with them. */

import { isMapped, parseAddress } from '../model/address.js';
import { groupBy } from '../model/group-by.js';
import { isZeroLinkAddress } from '../model/link-address.js';
import type { Address, Link, ObjectPath } from '../model/state.js';
import type { Code } from './codes.js';
import { type Context, familyLeftOut } from './context.js';
import type { PlanError } from './failures.js';
import { at, type Verdict } from './verdict.js';

/** An address of the state with its place in it. */
export interface AddressAt {
  readonly path: ObjectPath;
  readonly address: Address;
}

/** A link with what becomes of it. */
export interface PlacedLink {
  readonly path: ObjectPath;
  readonly link: Link;
  readonly role: 'loopback' | 'fd' | 'excluded';
  readonly code: Code;
  readonly layer: 'ethernet' | 'ip';
  /** those handed over, in the order of the plan: deprecated ones last */
  readonly addresses: ReadonlyArray<AddressAt>;
  /** the same in dump order */
  readonly dumped: ReadonlyArray<AddressAt>;
}

export interface Placement {
  readonly links: ReadonlyArray<PlacedLink>;
  readonly byIndex: ReadonlyMap<number, PlacedLink>;
  readonly verdicts: ReadonlyArray<Verdict>;
  readonly errors: ReadonlyArray<PlanError>;
}

/**
 * ARPHRD_* of links whose frames have no header of their own, by iproute2's names.
 * Source: linux/if_arp.h, lib/ll_types.c.
 */
const HEADERLESS = new Set([
  'none',
  'rawip',
  'ppp',
  'ipip',
  'tunnel6',
  'sit',
  'gre',
  'gre6',
  'void',
]);

/** ipvlan delivers by the addresses configured on the device: taking them kills it. */
export const REFUSED_KINDS: ReadonlySet<string> = new Set(['ipvlan', 'ipvtap']);

/** Why a link that is not loopback cannot be a NIC, whatever its addresses; null if it can. */
const exclusion = ({ options }: Context, link: Link): Code | null => {
  if (!link.flags.includes('UP')) return 'dropped/link-down';
  if (link.master !== undefined)
    return link.masterKind === 'vrf' ? 'dropped/link-vrf-port' : 'dropped/link-port';
  if (link.kind === 'vrf') return 'dropped/link-vrf';
  if (options.links.length > 0 && !options.links.includes(link.name))
    return 'dropped/link-not-chosen';
  return link.type === 'ether' || HEADERLESS.has(link.type) ? null : 'dropped/link-type';
};

const isMulticast = (address: string): boolean => {
  const bytes = parseAddress(address);
  const first = bytes?.[0] ?? 0;
  return bytes?.length === 4 ? first >> 4 === 0xe : first === 0xff;
};

/** What the sandbox's address lacks against the kernel's. */
const addressLosses = ({ target }: Context, { family, prefixLen, validLft }: Address): Code[] => {
  const lost: Code[] = [];
  if (validLft !== null) lost.push('approximated/address-expires');
  // /31 and /32 have no broadcast address, and neither has IPv6.
  if (!target.prefixLengths && family === 'inet' && prefixLen < 31)
    lost.push('approximated/address-prefix');
  return lost;
};

/** What becomes of an address on a link that could be a NIC. */
const addressCode = (context: Context, address: Address): Code => {
  const leftOut = familyLeftOut(context, address.family);
  if (leftOut !== null) return leftOut;
  if (address.flags.includes('dadfailed')) return 'dropped/address-dadfailed';
  if (isMulticast(address.local)) return 'dropped/address-multicast';
  if (isMapped(address.local)) return 'dropped/address-mapped';
  if (address.scope === 'host' || address.scope === 'nowhere') return 'dropped/address-host-scope';
  if (address.flags.includes('deprecated')) return 'kept/address-deprecated';
  return addressLosses(context, address)[0] ?? 'kept/address';
};

const loopbackAddressCode = ({ options }: Context, address: Address): Code => {
  if (!options.families.includes(address.family)) return 'dropped/family-not-chosen';
  if (isMapped(address.local)) return 'dropped/address-mapped';
  return isMulticast(address.local) ? 'dropped/address-multicast' : 'kept/loopback-address';
};

const isHandedOver = (code: Code): boolean => !code.startsWith('dropped/');

interface Judged extends AddressAt {
  readonly code: Code;
}

const addressesByLink = ({ state }: Context): ReadonlyMap<number, ReadonlyArray<AddressAt>> =>
  groupBy(
    state.addresses.map((address, i): AddressAt => ({ path: at('addresses', i), address })),
    ({ address }) => address.ifindex,
  );

/** Deprecated addresses come last, so that the sandbox prefers the others as a source; otherwise dump order. */
const inPlanOrder = (kept: ReadonlyArray<Judged>): ReadonlyArray<AddressAt> => {
  const last = (one: Judged) => one.code === 'kept/address-deprecated';
  return [...kept.filter((one) => !last(one)), ...kept.filter(last)];
};

/** The same address with another prefix length is one address to the sandbox. */
const onceEach = (judged: ReadonlyArray<Judged>): ReadonlyArray<Judged> => {
  const seen = new Set<string>();
  return judged.map((one) => {
    if (!isHandedOver(one.code)) return one;
    const again = seen.has(one.address.local);
    seen.add(one.address.local);
    return again ? { ...one, code: 'kept/address-again' } : one;
  });
};

const addressVerdict = (context: Context, { path, code, address }: Judged): Verdict => {
  const planned = code === 'kept/address-deprecated' || code.startsWith('approximated/');
  const losses = planned ? addressLosses(context, address) : [];
  return { object: path, code, also: losses.filter((l) => l !== code).map((l) => ({ code: l })) };
};

const fdLinkCode = ({ target }: Context, layer: PlacedLink['layer']): Code =>
  layer === 'ethernet' && !target.linkAddress ? 'approximated/link-address' : 'kept/fd-link';

const placeOne = (
  context: Context,
  link: Link,
  path: ObjectPath,
  own: ReadonlyArray<AddressAt>,
): { readonly placed: PlacedLink; readonly verdicts: ReadonlyArray<Verdict> } => {
  const loopback = link.flags.includes('LOOPBACK');
  const excluded = loopback ? null : exclusion(context, link);
  const judge = loopback ? loopbackAddressCode : addressCode;
  const judged = onceEach(
    own.map(
      (one): Judged => ({
        ...one,
        code: excluded === null ? judge(context, one.address) : 'dropped/address-on-excluded-link',
      }),
    ),
  );
  const dumped = judged.filter(({ code }) => isHandedOver(code));
  const addresses = inPlanOrder(dumped);
  const layer = HEADERLESS.has(link.type) ? 'ip' : 'ethernet';
  const without = !loopback && addresses.length === 0;
  const excludedCode = excluded ?? (without ? 'dropped/link-without-address' : null);
  const role = loopback ? 'loopback' : excludedCode === null ? 'fd' : 'excluded';
  const code = excludedCode ?? (loopback ? 'kept/loopback-link' : fdLinkCode(context, layer));
  return {
    placed: { path, link, role, code, layer, addresses, dumped },
    verdicts: [{ object: path, code }, ...judged.map((one) => addressVerdict(context, one))],
  };
};

const refusals = (context: Context, { link, path, role, layer }: PlacedLink): PlanError[] => {
  if (role !== 'fd') return [];
  const kind = link.kind ?? '';
  const objects = [path] as const;
  if (REFUSED_KINDS.has(kind)) return [{ _tag: 'KindRefused', objects, link: link.name, kind }];
  const { target } = context;
  if (layer === 'ip')
    return target.ipLinks
      ? []
      : [
          {
            _tag: 'LinkLayerRefused',
            objects,
            link: link.name,
            type: link.type,
            target: target.name,
          },
        ];
  const silent = link.address === undefined || isZeroLinkAddress(link.address);
  return silent && target.ipLinks
    ? [{ _tag: 'LinkAddressMissing', objects, link: link.name, kind, target: target.name }]
    : [];
};

/** The same address on two links; link-local scope excepted, which is per link. */
const duplicateAddresses = (links: ReadonlyArray<PlacedLink>): PlanError[] => {
  const first = new Map<string, { readonly link: string; readonly path: ObjectPath }>();
  return links.flatMap(({ link, role, addresses }) =>
    addresses.flatMap(({ address, path }): PlanError[] => {
      const before = first.get(address.local);
      if (role === 'excluded' || address.scope === 'link') return [];
      if (before === undefined) first.set(address.local, { link: link.name, path });
      if (before === undefined || before.link === link.name) return [];
      const { local, prefixLen } = address;
      const links: readonly [string, string] = [before.link, link.name];
      const objects = [before.path, path] as const;
      return [{ _tag: 'DuplicateAddress', address: local, links, prefixLen, objects }];
    }),
  );
};

/** Judges every link and address of the state. */
export const placeLinks = (context: Context): Placement => {
  const { state, options } = context;
  const addresses = addressesByLink(context);
  const known = new Set<string>(state.links.map(({ name }) => name));
  const policy = options.defaultRoute;
  const wanted = [...options.links, ...(typeof policy === 'string' ? [] : [policy.link])];
  const results = state.links.map((link, i) =>
    placeOne(context, link, at('links', i), addresses.get(link.ifindex) ?? []),
  );
  const links = results.map(({ placed }) => placed);
  return {
    links,
    byIndex: new Map(links.map((placed) => [placed.link.ifindex, placed])),
    verdicts: results.flatMap(({ verdicts }) => verdicts),
    errors: [
      ...wanted
        .filter((name) => !known.has(name))
        .map(
          (link): PlanError => ({
            _tag: 'UnknownLinkOption',
            link,
            links: [...known],
            objects: [],
          }),
        ),
      ...links.flatMap((placed) => refusals(context, placed)),
      ...duplicateAddresses(links),
    ],
  };
};
