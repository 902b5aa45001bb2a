/** explain: why a link, an address, a prefix or a destination is as it is in the plan, and what lost against it. */

import * as E from 'fp-ts/lib/Either.js';
import { asFate } from '../forwarding/kernel-fates.js';
import type { Accounted } from '../model/account.js';
import {
  covers,
  familyOf,
  formatAddress,
  formatPrefix,
  parseAddress,
  parsePrefix,
  prefixLenOf,
  toBigInt,
  widthOf,
} from '../model/address.js';
import { isEverything } from '../model/default-route.js';
import { linkCalled, namesAmong } from '../model/link-names.js';
import type { Diagnostic, NetworkPlan } from '../model/network-plan.js';
import type { PlanOptions } from '../model/options.js';
import type { Family } from '../model/scalars.js';
import type { NamespaceState, ObjectPath, Route } from '../model/state.js';
import { targetOf } from '../model/target.js';
import { type Fate, fateText, NO_ROUTE, sameEnd } from '../routing/fate.js';
import { hopContext, hopsOf } from '../routing/hops.js';
import { valueAt } from '../routing/intervals.js';
import { flowDecision } from '../routing/kernel/kernel-decision.js';
import { ordinaryFlow } from '../routing/kernel/packet.js';
import { sandboxFates } from '../routing/sandbox-table.js';
import { isStandardRule } from '../routing/standard-rules.js';
import { type Code, meaningOf } from '../rules/codes.js';
import { errorsOf } from '../rules/compile.js';
import { type Decision, decide } from '../rules/decide.js';
import type { PlanErrors } from '../rules/failures.js';
import { at } from '../rules/verdict.js';
import type { ExplainedDecision, ExplainedObject, Explanation } from './explanation.js';
import { describe } from './failure-text.js';
import { objectText } from './object-text.js';
import { isAbout, translationsOf } from './translated.js';

/** The subject is nothing of the state. */
export interface UnknownSubject {
  readonly _tag: 'UnknownSubject';
  readonly subject: string;
  readonly links: ReadonlyArray<string>;
}

export const describeUnknownSubject = ({ subject, links }: UnknownSubject): Diagnostic => ({
  code: 'plan/unknown-subject',
  path: '',
  summary: `"${subject}" is no link of the namespace (${links.join(', ')}), no IP address, no prefix and not "default"`,
  remedy: 'name a link, an address such as 192.0.2.1, a prefix such as 192.0.2.0/24, or default',
});

const indices = <A>(list: ReadonlyArray<A>, holds: (one: A) => boolean): ReadonlyArray<number> =>
  list.flatMap((one, i) => (holds(one) ? [i] : []));

const ofLink = (state: NamespaceState, index: number): ReadonlySet<string> => {
  const ifindex = state.links[index]?.ifindex ?? 0;
  const here = (one: { readonly ifindex: number }) => one.ifindex === ifindex;
  const hops = hopContext(state);
  const leadsThrough = (route: Route) =>
    route.oif === ifindex || hopsOf(hops, route).some((hop) => hop.ifindex === ifindex);
  return new Set([
    at('links', index),
    ...indices(state.addresses, here).map((i) => at('addresses', i)),
    ...indices(state.routes, leadsThrough).map((i) => at('routes', i)),
    ...indices(state.neighbors, here).map((i) => at('neighbors', i)),
    ...indices(state.linkFilters ?? [], here).map((i) => at('linkFilters', i)),
    ...indices(state.sysctls ?? [], (one) => one.ifindex === ifindex).map((i) => at('sysctls', i)),
  ]);
};

const leadsTo = (route: Route, address: Uint8Array): boolean => {
  const prefix = parsePrefix(route.dst);
  return prefix !== null && covers(prefix, address);
};

/** Routes that could decide `address`, the longest prefix first, and the address itself where a link has it. */
const ofDestination = (state: NamespaceState, address: string): ReadonlyArray<string> => {
  const bytes = parseAddress(address) ?? new Uint8Array();
  const routes = indices(state.routes, (route) => leadsTo(route, bytes));
  const length = (i: number) => {
    const route = state.routes[i];
    return route === undefined ? 0 : prefixLenOf(route.dst);
  };
  return [
    ...indices(state.addresses, ({ local }) => local === address).map((i) => at('addresses', i)),
    ...[...routes].sort((a, b) => length(b) - length(a)).map((i) => at('routes', i)),
    ...indices(state.neighbors, ({ dst }) => dst === address).map((i) => at('neighbors', i)),
    ...indices(state.netfilter ?? [], isAbout(address)).map((i) => at('netfilter', i)),
  ];
};

/** A rule, unless it is one of those that every namespace has: that one is no news. */
const steering = ({ rules }: NamespaceState, rule: ObjectPath | null): ObjectPath | null => {
  const found = rules.find((_, i) => at('rules', i) === rule);
  return found === undefined || isStandardRule(found) ? null : rule;
};

/** What the sandbox does with a packet to `destination`: its own addresses are itself, before any route. */
const sandboxFate = (plan: NetworkPlan, family: Family, destination: string): Fate => {
  const links = [...plan.loopbackLinks, ...plan.fdLinks];
  const isOwn = links.some(({ addresses }) => addresses.some((a) => a.address === destination));
  const address = toBigInt(parseAddress(destination) ?? new Uint8Array(widthOf(family) / 8));
  return isOwn
    ? { _tag: 'Special', type: 'local' }
    : (valueAt(sandboxFates(plan, targetOf(plan.target), family), address) ?? NO_ROUTE);
};

const decisionOn = (
  state: NamespaceState,
  { plan }: Decision,
  destination: string,
): ExplainedDecision => {
  const family = familyOf(destination);
  const address = toBigInt(parseAddress(destination) ?? new Uint8Array(widthOf(family) / 8));
  const {
    fate: kernel,
    route,
    rule,
  } = asFate(state)(flowDecision(state)(ordinaryFlow(family, address)));
  const sandbox = sandboxFate(plan, family, destination);
  const translated = translationsOf(state, destination);
  const routed = fateText(kernel);
  return {
    destination,
    kernel: translated.length === 0 ? routed : `${translated.join(', ')}; else ${routed}`,
    kernelRoute: route,
    kernelRule: steering(state, rule),
    sandbox: fateText(sandbox),
    agree: translated.length === 0 && sameEnd(kernel, sandbox),
  };
};

/** An error of the options alone is about every object. */
const concerns =
  (paths: ReadonlySet<string>) =>
  ({ objects }: PlanErrors[0]): boolean =>
    objects.length === 0 || objects.some((path) => paths.has(path));

const explained = (
  decision: Decision,
  paths: ReadonlyArray<string>,
): ReadonlyArray<ExplainedObject> => {
  const account = decision.plan.objects;
  const objects = new Map<string, Accounted>(account.map((one) => [one.object, one]));
  const text = objectText(namesAmong(account));
  const details = new Map(decision.verdicts.map(({ object, detail }) => [object, detail]));
  return paths.flatMap((path) => {
    const one = objects.get(path);
    if (one === undefined) return [];
    const { object, class: is, code } = one;
    const detail = details.get(object);
    const { means } = meaningOf(code as Code);
    const why = detail === undefined ? means : `${means} (${detail})`;
    return [{ object, what: text(one), class: is, code, why }];
  });
};

interface Found {
  readonly is: Explanation['is'];
  readonly paths: ReadonlyArray<string>;
  readonly destinations: ReadonlyArray<string>;
}

/** Addresses of documentation (RFC 5737, 3849, 9637), one of which stands for the rest of the world. */
const DOCUMENTATION: Readonly<Record<Family, ReadonlyArray<string>>> = {
  inet: ['198.51.100.1', '203.0.113.1', '192.0.2.1'],
  inet6: ['2001:db8::1', '3fff::1', '2001:db8:ffff:ffff::1'],
};

/** An address that only default routes lead to, as far as there is one. */
const farAddress = ({ routes }: NamespaceState, family: Family): string => {
  const [first = ''] = DOCUMENTATION[family];
  const covered = (address: string) =>
    routes.some(
      (r) => !isEverything(r.dst) && leadsTo(r, parseAddress(address) ?? new Uint8Array()),
    );
  return DOCUMENTATION[family].find((address) => !covered(address)) ?? first;
};

const findDefault = (state: NamespaceState): Found => ({
  is: 'default',
  paths: indices(state.routes, ({ dst }) => isEverything(dst)).map((i) => at('routes', i)),
  destinations: [farAddress(state, 'inet'), farAddress(state, 'inet6')],
});

const find = (state: NamespaceState, subject: string): Found | null => {
  if (subject === 'default') return findDefault(state);
  const link = linkCalled(state.links, subject);
  if (link !== undefined)
    return { is: 'link', paths: [...ofLink(state, state.links.indexOf(link))], destinations: [] };
  const bytes = parseAddress(subject);
  if (bytes !== null) {
    const address = formatAddress(bytes);
    return { is: 'destination', paths: ofDestination(state, address), destinations: [address] };
  }
  const prefix = parsePrefix(subject);
  if (prefix === null) return null;
  const dst = formatPrefix(prefix);
  const same = indices(state.routes, (route) => route.dst === dst).map((i) => at('routes', i));
  return { is: 'prefix', paths: same, destinations: [formatAddress(prefix)] };
};

/** Explains `subject` in the plan of `state`, also when that plan is refused. */
export const explain =
  (options: PlanOptions, subject: string) =>
  (state: NamespaceState): E.Either<PlanErrors | UnknownSubject, Explanation> => {
    const found = find(state, subject);
    if (found === null)
      return E.left({
        _tag: 'UnknownSubject',
        subject,
        links: state.links.map(({ name }) => name),
      });
    const decision = decide(options, state);
    if (E.isLeft(decision)) return decision;
    const paths = new Set(found.paths);
    return E.right({
      subject,
      is: found.is,
      objects: explained(decision.right, found.paths),
      decisions: found.destinations.map((one) => decisionOn(state, decision.right, one)),
      errors: errorsOf(decision.right).filter(concerns(paths)).map(describe),
    });
  };
