/**
 * Redaction: a state or plan with pseudonyms for its addresses, MACs and names, to be shown to strangers.
 *
 * What decides a plan is kept: kinds, flags, metrics, prefix lengths, which addresses lie in which
 * subnet, the class of each. So the plan of a redacted state is the redacted plan of the state, but for
 * what goes by the numbers of addresses: the ranges in `loss/forwarding` and the order of the pieces of a
 * split route.
 */
import { parseAddress } from '../model/address.js';
import { ADDRESS_LABELS, type AddressLabel } from '../model/address-label.js';
import type { Diagnostic, FdLink, NetworkPlan, PlannedRoute } from '../model/network-plan.js';
import type { PlanOptions } from '../model/options.js';
import { trusted } from '../model/scalars.js';
import type { NamespaceState, NetnsIdentity } from '../model/state.js';
import { stateHash } from '../model/state-hash.js';
import { solicitedNode } from '../rules/fd-links.js';
import type { AddressPseudonyms } from './addresses.js';
import { type Edits, edited } from './edited.js';
import { editObject, type ObjectEdits, objectEdits } from './objects.js';
import { textEdit } from './text.js';
import { type Words, wordsOf } from './words.js';

/** One mapping for a state, its plans and what is said of them. */
export interface Redaction extends AddressPseudonyms, Pick<Words, 'name'> {
  /** the state that the mapping was made for, redacted */
  readonly state: NamespaceState;
  /** a plan of that state */
  readonly plan: (plan: NetworkPlan) => NetworkPlan;
  /** a loss, note or error of such a plan */
  readonly diagnostic: (diagnostic: Diagnostic) => Diagnostic;
}

/** `record` with `edits` for those of its keys that it has. */
const withEdits = <A extends object>(record: A, edits: Edits<A>): A => edited<A, A>(record, edits);

/** A namespace's identity in one boot of one machine says nothing to others. */
const anonymous = ({ root }: NetnsIdentity): NetnsIdentity => ({ inode: '0', cookie: '0', root });

/** The kernel's own labels say nothing of anybody. */
const redactLabel = ({ prefix }: Words, label: AddressLabel): AddressLabel =>
  ADDRESS_LABELS.some((known) => known.prefix === label.prefix)
    ? label
    : withEdits(label, { prefix });

const redactState = (words: Words, edits: ObjectEdits, state: NamespaceState): NamespaceState =>
  withEdits(state, {
    links: (links) => links.map(edits.link),
    addresses: (addresses) => addresses.map(edits.address),
    routes: (routes) => routes.map(edits.route),
    rules: (rules) => rules.map(edits.rule),
    neighbors: (neighbors) => neighbors.map(edits.neighbor),
    nexthops: (nexthops) => nexthops.map(edits.nexthop),
    addressLabels: (labels) => labels.map((label) => redactLabel(words, label)),
    netfilter: (chains) => chains.map(edits.chain),
    ipsec: (policies) => policies.map(edits.digested),
    linkFilters: (filters) => filters.map(edits.digested),
    netns: anonymous,
  });

const redactRoutes = ({ prefix, address }: Words, routes: ReadonlyArray<PlannedRoute>) =>
  routes.map((route) => withEdits(route, { destination: prefix, gateway: address }));

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
  const addresses = link.addresses.map((one) => withEdits(one, { address }));
  return withEdits(link, {
    name,
    linkAddress,
    addresses: () => addresses,
    routes: (routes) => redactRoutes(words, routes),
    neighbors: (neighbors) => neighbors.map((one) => withEdits(one, { address, linkAddress })),
    memberships: (memberships) => redactMemberships(memberships, addresses),
    hostAddresses: (hosts) => hosts.map((one) => withEdits(one, { local: address, peer: address })),
  });
};

/** A plan's options have links by their names, whatever names they were given by. */
const redactOptions = ({ name }: Words, options: PlanOptions): PlanOptions => {
  const named = (link: string) => name(trusted.ifName(link));
  return withEdits(options, {
    links: (links) => links.map(named),
    defaultRoute: (policy) => (typeof policy === 'string' ? policy : { link: named(policy.link) }),
  });
};

const redactPlan = (
  words: Words,
  edits: ObjectEdits,
  diagnostic: Redaction['diagnostic'],
  plan: NetworkPlan,
): NetworkPlan => {
  const { address, name } = words;
  const objects = plan.objects.map((one) => editObject(edits, one));
  return withEdits(plan, {
    options: (options) => redactOptions(words, options),
    basis: (basis) => withEdits(basis, { netns: anonymous, stateHash: () => stateHash(objects) }),
    loopbackLinks: (links) =>
      links.map((link) =>
        withEdits(link, {
          name,
          addresses: (addresses) => addresses.map((one) => withEdits(one, { address })),
          routes: (routes) => redactRoutes(words, routes),
        }),
      ),
    fdLinks: (links) => links.map((link) => redactFdLink(words, link)),
    defaultGateways: (gateways) =>
      gateways.map((gateway) => withEdits(gateway, { link: name, gateway: address })),
    losses: (losses) => losses.map(diagnostic),
    notes: (notes) => notes.map(diagnostic),
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
    const edits = objectEdits(words);
    const text = textEdit(words, state);
    const diagnostic = (d: Diagnostic): Diagnostic => withEdits(d, { summary: text, remedy: text });
    return {
      ...words,
      state: redactState(words, edits, state),
      plan: (plan) => redactPlan(words, edits, diagnostic, plan),
      diagnostic,
    };
  };

/** `state` with pseudonyms. */
export const redact =
  (seed: string) =>
  (state: NamespaceState): NamespaceState =>
    redaction(seed)(state).state;
