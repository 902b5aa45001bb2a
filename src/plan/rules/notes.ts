/** Notes: what a person should know about a plan although nothing is lost by it. */

import { covers, parseAddress, parsePrefix } from '../model/address.js';
import { isEverything, isUnicastDefault } from '../model/default-route.js';
import type { DefaultGateway, Diagnostic, FdLink } from '../model/network-plan.js';
import type { NamespaceState, ObjectPath } from '../model/state.js';
import { meaningOf } from './codes.js';
import type { Context } from './context.js';
import type { LinkVerdict } from './failures.js';
import type { PlacedLink, Placement } from './links.js';

/** What each note means, for docs/codes.md; the code is `note/` and its key. */
export const NOTES = {
  'root-namespace': "the state is of the machine's own namespace",
  'loopback-made': 'the sandbox gets a loopback that the namespace does not have, or has down',
  'no-carrier': 'a link has no carrier',
  'link-without-header': 'a link carries bare IP packets',
  'gso-clamped': "the link's gso_max_size is over what the sandbox can segment",
  'address-tentative': 'an address is still being checked for duplicates',
  'address-deprecated': 'a deprecated address is planned last',
  'multicast-memberships': 'sockets join multicast groups that the link would filter out',
  'gateway-off-subnet': 'a gateway is in no subnet of its link',
  'on-link-default': 'everything is resolved on an Ethernet link by ARP or NDP',
  'same-prefix':
    'a prefix has a route through another link that the kernel and the sandbox find first',
  'no-usable-links': 'the sandbox gets loopback only',
  'route-split': 'a route was cut up for a target that takes the first match',
  'route-unsplit':
    'a route stays whole although the target takes the first match, as its pieces would be too many, or taken for IPv4',
} as const;

/** `path`: where to look when the note is about no object, or about more than one. */
export const note = (
  code: keyof typeof NOTES,
  objects: ReadonlyArray<ObjectPath>,
  summary: string,
  remedy: string,
  path: string = objects[0] ?? '',
): Diagnostic => ({
  code: `note/${code}`,
  path,
  summary,
  remedy,
  objects,
});

const addressNotes = ({ role, link, addresses }: PlacedLink): ReadonlyArray<Diagnostic> =>
  role !== 'fd'
    ? []
    : addresses.flatMap(({ address, path }) => {
        const where = `${address.local} on ${link.name}`;
        const notes: Diagnostic[] = [];
        if (address.flags.includes('tentative'))
          notes.push(
            note(
              'address-tentative',
              [path],
              `${where} is still being checked for duplicates`,
              'plan again in a second, or wait with --wait-for=dad',
            ),
          );
        if (address.flags.includes('deprecated'))
          notes.push(
            note(
              'address-deprecated',
              [path],
              `${where} is deprecated and planned last`,
              'remove it if it is not needed',
            ),
          );
        return notes;
      });

const linkNotes = ({ role, link, path, layer }: PlacedLink): ReadonlyArray<Diagnostic> => {
  if (role !== 'fd') return [];
  const notes: Diagnostic[] = [];
  if (link.carrier === false)
    notes.push(
      note('no-carrier', [path], `${link.name} has no carrier`, 'set the other end of it up'),
    );
  if (layer === 'ip')
    notes.push(
      note(
        'link-without-header',
        [path],
        `${link.name} (${link.type}) carries bare IP packets; the sandbox writes no MAC header`,
        'nothing to do',
      ),
    );
  if ((link.gsoMaxSize ?? 0) > 65536 && link.gso === true)
    notes.push(
      note(
        'gso-clamped',
        [path],
        `${link.name} has gso_max_size ${link.gsoMaxSize}; the sandbox gets 65536, its largest packet`,
        `nothing to do, or ip link set ${link.name} gso_max_size 65536`,
      ),
    );
  return notes;
};

const membershipNotes = ({ name, memberships, from }: FdLink): ReadonlyArray<Diagnostic> =>
  memberships.length === 0
    ? []
    : [
        note(
          'multicast-memberships',
          from,
          `${name} filters multicast, so its sockets join the groups that IPv6 neighbor discovery needs`,
          'nothing to do',
        ),
      ];

/** Whether one of the link's own on-link routes or addresses covers `address`. */
const isCovered = ({ routes }: FdLink, address: string): boolean => {
  const bytes = parseAddress(address);
  return routes.some(({ destination, gateway }) => {
    const prefix = parsePrefix(destination);
    return gateway === null && prefix !== null && bytes !== null && covers(prefix, bytes);
  });
};

const isLinkLocal = (address: string): boolean => /^fe[89ab]/.test(address);

const gatewayNotes = (
  gateways: ReadonlyArray<DefaultGateway>,
  links: ReadonlyArray<FdLink>,
): ReadonlyArray<Diagnostic> =>
  gateways.flatMap(({ gateway, link, from }) => {
    const fdLink = links.find(({ name }) => name === link);
    if (fdLink === undefined || isLinkLocal(gateway) || isCovered(fdLink, gateway)) return [];
    const known = fdLink.neighbors.some(({ address }) => address === gateway);
    return [
      note(
        'gateway-off-subnet',
        from,
        `gateway ${gateway} is in no subnet of ${link} (onlink); the sandbox ${known ? 'has its static neighbor' : 'has to resolve it there'}`,
        known
          ? 'nothing to do'
          : `make sure that something on ${link} answers for it, or add a permanent neighbor`,
      ),
    ];
  });

const onLinkDefaultNotes = (links: ReadonlyArray<FdLink>): ReadonlyArray<Diagnostic> =>
  links.flatMap(({ name, layer, routes }) =>
    routes
      .filter(
        ({ destination, gateway }) =>
          gateway === null && isEverything(destination) && layer === 'ethernet',
      )
      .map(({ from, destination }) =>
        note(
          'on-link-default',
          from,
          `${destination} is on-link on ${name}: every destination will be resolved there by ARP or NDP`,
          'add a gateway unless a proxy on the link answers for the whole world',
        ),
      ),
  );

/** What is said of links that are not loopback when none of them is usable. */
export const unusableLinks = ({
  links,
}: Placement): {
  readonly links: ReadonlyArray<LinkVerdict>;
  readonly objects: ReadonlyArray<ObjectPath>;
} => {
  const excluded = links.filter(({ role }) => role === 'excluded');
  return {
    links: excluded.map(({ link, code }) => ({ link: link.name, reason: meaningOf(code).means })),
    objects: excluded.map(({ path }) => path),
  };
};

const emptyNotes = (placement: Placement, state: NamespaceState): ReadonlyArray<Diagnostic> => {
  if (placement.links.some(({ role }) => role === 'fd') || state.routes.some(isUnicastDefault))
    return [];
  const { links: unusable, objects } = unusableLinks(placement);
  const because = unusable.map(({ link, reason }) => `${link} ${reason}`).join('; ');
  return [
    note(
      'no-usable-links',
      objects,
      unusable.length === 0
        ? 'the namespace has no link but loopback'
        : `0 usable links of ${unusable.length}: ${because}`,
      'nothing to do if the sandbox needs no network; else plan again when the links are there',
      'links',
    ),
  ];
};

const rootNotes = ({ netns }: NamespaceState): ReadonlyArray<Diagnostic> =>
  netns?.root === true
    ? [
        note(
          'root-namespace',
          [],
          "this is the machine's own network namespace; apply always refuses it",
          'plan the namespace of a container',
          'netns',
        ),
      ]
    : [];

/** A loopback that is missing or down, or has no addresses. */
const loopbackNotes = (
  lo: PlacedLink | undefined,
  synthesised: boolean,
): ReadonlyArray<Diagnostic> => {
  const down = lo !== undefined && !lo.link.flags.includes('UP');
  if (!synthesised && !down) return [];
  const is = lo === undefined ? 'missing' : down ? 'down' : 'without addresses';
  const gets = synthesised ? '127.0.0.1/8 and ::1/128' : 'its addresses';
  return [
    note(
      'loopback-made',
      lo === undefined ? [] : [lo.path],
      `the loopback of the namespace is ${is}; the sandbox gets ${gets} all the same`,
      'nothing to do',
      lo?.path ?? 'links',
    ),
  ];
};

/** All notes on a plan, in a fixed order. */
export const notesOf = (
  { state }: Context,
  placement: Placement,
  planned: {
    readonly fdLinks: ReadonlyArray<FdLink>;
    readonly defaultGateways: ReadonlyArray<DefaultGateway>;
    readonly loopbackSynthesised: boolean;
  },
): ReadonlyArray<Diagnostic> => {
  const lo = placement.links.find(({ role }) => role === 'loopback');
  return [
    ...rootNotes(state),
    ...loopbackNotes(lo, planned.loopbackSynthesised),
    ...placement.links.flatMap((placed) => [...linkNotes(placed), ...addressNotes(placed)]),
    ...planned.fdLinks.flatMap(membershipNotes),
    ...gatewayNotes(planned.defaultGateways, planned.fdLinks),
    ...onLinkDefaultNotes(planned.fdLinks),
    ...emptyNotes(placement, state),
  ];
};
