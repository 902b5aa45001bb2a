/**
 * Redaction: a state or plan with pseudonyms for its addresses, MACs and names, to be shown to strangers.
 *
 * What decides a plan is kept: kinds, flags, metrics, prefix lengths, which addresses lie in which
 * subnet, the class of each. So the plan of a redacted state is the redacted plan of the state, but for
 * what goes by the numbers of addresses: the ranges in `loss/forwarding` and the order of the pieces of a
 * split route.
 */
import { parseAddress, parsePrefix } from '../model/address.js';
import type {
  Accounted,
  Diagnostic,
  FdLink,
  NetworkPlan,
  PlannedRoute,
} from '../model/network-plan.js';
import {
  type IfName,
  type IpAddress,
  type LinkAddress,
  type Prefix,
  trusted,
} from '../model/scalars.js';
import type { NamespaceState, NetnsIdentity, Nexthop, RawAttributes } from '../model/state.js';
import { fnv1a64 } from '../model/state-hash.js';
import { solicitedNode } from '../rules/fd-links.js';
import { objectTexts } from '../views/object-text.js';
import { type AddressPseudonyms, addressPseudonyms } from './addresses.js';

/** One mapping for a state, its plans and what is said of them. */
export interface Redaction extends AddressPseudonyms {
  readonly name: (name: IfName) => IfName;
  /** the state that the mapping was made for, redacted */
  readonly state: NamespaceState;
  /** a plan of that state */
  readonly plan: (plan: NetworkPlan) => NetworkPlan;
  /** a loss, note or error of such a plan */
  readonly diagnostic: (diagnostic: Diagnostic) => Diagnostic;
}

type Words = AddressPseudonyms & {
  readonly name: (name: IfName) => IfName;
  /** a name anywhere: a label, an alternative name, the device of a rule */
  readonly word: (name: string) => string;
  readonly raw: (other: RawAttributes) => RawAttributes;
};

/** `lo` is the loopback of every namespace and stays; the others are `n` and ten hex digits. */
const pseudonym = (seed: string, name: string): string =>
  name === 'lo' ? name : `n${fnv1a64([seed, 'name', name]).slice(0, 10)}`;

/** A label is its link's name, or that with a ':' and more (ifconfig's aliases). */
const wordOf =
  (seed: string) =>
  (word: string): string => {
    const [link = '', alias] = word.split(/:(.*)/s);
    if (alias === undefined) return pseudonym(seed, link);
    return `${pseudonym(seed, link)}:${fnv1a64([seed, 'label', alias]).slice(0, 4)}`;
  };

/** Other bytes in the same number. */
const hexOf = (seed: string, hex: string): string => {
  let out = '';
  for (let i = 0; out.length < hex.length; i++) out += fnv1a64([seed, 'raw', hex, String(i)]);
  return out.slice(0, hex.length);
};

const wordsOf = (seed: string, state: NamespaceState): Words => ({
  ...addressPseudonyms(seed, state),
  name: (name) => trusted.ifName(pseudonym(seed, name)),
  word: wordOf(seed),
  raw: (other) =>
    Object.fromEntries(Object.entries(other).map(([type, hex]) => [type, hexOf(seed, hex)])),
});

/** `record` with `edits` for those of its keys that it has; null stays null. */
const edited = <A extends object>(
  record: A,
  edits: { readonly [K in keyof A]?: (value: Exclude<A[K], undefined | null>) => A[K] },
): A => {
  const out: A = { ...record };
  for (const key in edits) {
    const [edit, value] = [edits[key], record[key]];
    if (edit !== undefined && value !== undefined && value !== null)
      out[key] = edit(value as Exclude<A[typeof key], undefined | null>);
  }
  return out;
};

/** A namespace's identity in one boot of one machine says nothing to others. */
const anonymous = ({ root }: NetnsIdentity): NetnsIdentity => ({ inode: '0', cookie: '0', root });

const redactHop = ({ address, raw }: Words, hop: Nexthop): Nexthop =>
  edited(hop, { gateway: address, other: raw });

const redactState = (words: Words, state: NamespaceState): NamespaceState => {
  const { address, prefix, linkAddress, name, word, raw } = words;
  return edited(state, {
    links: (links) =>
      links.map((link) =>
        edited(link, {
          name,
          address: linkAddress,
          broadcast: linkAddress,
          altnames: (names) => names.map(word),
        }),
      ),
    addresses: (addresses) =>
      addresses.map((one) =>
        edited(one, {
          local: address,
          peer: address,
          broadcast: address,
          anycast: address,
          label: word,
        }),
      ),
    routes: (routes) =>
      routes.map((route) =>
        edited(route, {
          dst: prefix,
          src: prefix,
          prefsrc: address,
          gateway: address,
          nexthops: (hops) => hops.map((hop) => redactHop(words, hop)),
          other: raw,
        }),
      ),
    rules: (rules) =>
      rules.map((rule) =>
        edited(rule, { src: prefix, dst: prefix, iif: word, oif: word, other: raw }),
      ),
    neighbors: (neighbors) =>
      neighbors.map((one) => edited(one, { dst: address, lladdr: linkAddress })),
    nexthops: (nexthops) => nexthops.map((one) => edited(one, { gateway: address, other: raw })),
    netns: anonymous,
  });
};

/** Every name in a state, as it may stand in a text about it. */
const namesIn = (state: NamespaceState): ReadonlySet<string> =>
  new Set([
    ...state.links.flatMap(({ name, altnames }) => [name, ...(altnames ?? [])]),
    ...state.addresses.flatMap(({ label }) => label ?? []),
    ...state.rules.flatMap(({ iif, oif }) => [iif ?? [], oif ?? []].flat()),
  ]);

const redactToken = (words: Words, names: ReadonlySet<string>, token: string): string | null => {
  if (names.has(token)) return words.word(token);
  if (parseAddress(token) !== null) return words.address(token as IpAddress);
  if (parsePrefix(token) !== null) return words.prefix(token as Prefix);
  const [, host = '', length = ''] = /^(.+)\/(\d+)$/.exec(token) ?? [];
  if (parseAddress(host) !== null) return `${words.address(host as IpAddress)}/${length}`;
  const isMac = /^[0-9a-f]{2}(:[0-9a-f]{2}){5,31}$/.test(token);
  return isMac ? words.linkAddress(token as LinkAddress) : null;
};

/** Each word of a text that is a name or address, also in quotes, in brackets, behind `--option=` or before a comma. */
const redactText = (words: Words, names: ReadonlySet<string>, text: string): string =>
  text.replace(/\S+/g, (token) => {
    const whole = redactToken(words, names, token);
    if (whole !== null) return whole;
    const [, before = '', word = '', after = ''] =
      /^((?:--[\w-]+=)?["'(]*)(.*?)(["'),;:.]*)$/.exec(token) ?? [];
    return `${before}${redactToken(words, names, word) ?? word}${after}`;
  });

const redactRoutes = ({ prefix, address }: Words, routes: ReadonlyArray<PlannedRoute>) =>
  routes.map((route) => edited(route, { destination: prefix, gateway: address }));

/** The groups of the pseudonyms: a membership follows from an address and not from its own bytes. */
const redactMemberships = (memberships: FdLink['memberships'], addresses: FdLink['addresses']) => {
  const [allNodes] = memberships;
  if (allNodes === undefined) return [];
  const groups = addresses.flatMap(({ address }) => {
    const bytes = parseAddress(address);
    return bytes?.length === 16 ? [solicitedNode(bytes)] : [];
  });
  return [allNodes, ...new Set(groups)];
};

const redactFdLink = (words: Words, link: FdLink): FdLink => {
  const { address, linkAddress, name } = words;
  const addresses = link.addresses.map((one) => edited(one, { address }));
  return edited(link, {
    name,
    linkAddress,
    addresses: () => addresses,
    routes: (routes) => redactRoutes(words, routes),
    neighbors: (neighbors) => neighbors.map((one) => edited(one, { address, linkAddress })),
    memberships: (memberships) => redactMemberships(memberships, addresses),
    hostAddresses: (hosts) => hosts.map((one) => edited(one, { local: address, peer: address })),
  });
};

/** The account with the redacted objects' texts; the hash of the basis is of those that last. */
const redactBasis = (plan: NetworkPlan, objects: ReadonlyArray<Accounted>): NetworkPlan['basis'] =>
  edited(plan.basis, {
    netns: anonymous,
    stateHash: () =>
      fnv1a64(
        objects.filter(({ code }) => code !== 'dropped/neighbor-dynamic').map(({ what }) => what),
      ),
  });

/** A note on a link that lists its groups: they are replaced as a list, since one may have become two. */
const withGroups = (
  links: ReadonlyArray<readonly [before: FdLink, after: FdLink]>,
  note: Diagnostic,
): Diagnostic => {
  const found = links.find(([{ from }]) => from.some((path) => path === note.path));
  if (found === undefined || found[0].memberships.length === 0) return note;
  const [before, after] = found.map(({ memberships }) => memberships.join(', '));
  return { ...note, summary: note.summary.replace(before ?? '', after ?? '') };
};

const redactPlan = (
  words: Words,
  whats: ReadonlyMap<string, string>,
  diagnostic: Redaction['diagnostic'],
  plan: NetworkPlan,
): NetworkPlan => {
  const { address, name } = words;
  const objects = plan.objects.map((one) =>
    edited(one, { what: (what) => whats.get(one.object) ?? what }),
  );
  const fdLinks = plan.fdLinks.map((link) => [link, redactFdLink(words, link)] as const);
  return edited(plan, {
    basis: () => redactBasis(plan, objects),
    loopbackLinks: (links) =>
      links.map((link) =>
        edited(link, {
          name,
          addresses: (addresses) => addresses.map((one) => edited(one, { address })),
          routes: (routes) => redactRoutes(words, routes),
        }),
      ),
    fdLinks: () => fdLinks.map(([, link]) => link),
    defaultGateways: (gateways) =>
      gateways.map((gateway) => edited(gateway, { link: name, gateway: address })),
    losses: (losses) => losses.map(diagnostic),
    notes: (notes) => notes.map((note) => diagnostic(withGroups(fdLinks, note))),
    objects: () => objects,
  });
};

/**
 * The mapping of a state. The same seed gives the same pseudonyms for another state of the same addresses;
 * who knows the seed can try addresses out, so keep it from those who get the result. It hides what things are
 * called, not how a network is built, and is no cipher: whoever knows some of the addresses learns of others.
 */
export const redaction =
  (seed: string) =>
  (state: NamespaceState): Redaction => {
    const words = wordsOf(seed, state);
    const redacted = redactState(words, state);
    const names = namesIn(state);
    const before = new Map(objectTexts(state).map(({ path, what }) => [String(path), what]));
    const after = new Map(objectTexts(redacted).map(({ path, what }) => [String(path), what]));
    const about = ({ path, summary }: Diagnostic): string => {
      const what = before.get(path);
      return what !== undefined && summary.startsWith(`${what}: `)
        ? `${after.get(path)}${redactText(words, names, summary.slice(what.length))}`
        : redactText(words, names, summary);
    };
    const diagnostic = (d: Diagnostic): Diagnostic => ({
      ...d,
      summary: about(d),
      remedy: redactText(words, names, d.remedy),
    });
    return {
      ...words,
      state: redacted,
      plan: (plan) => redactPlan(words, after, diagnostic, plan),
      diagnostic,
    };
  };

/** `state` with pseudonyms. */
export const redact =
  (seed: string) =>
  (state: NamespaceState): NamespaceState =>
    redaction(seed)(state).state;
