/** What is asked of a target, or of the links, that they cannot give: options, and how many links and sockets. */
import type { FdLink } from '../model/network-plan.js';
import type { Context } from './context.js';
import type { PlanError } from './failures.js';
import { at } from './verdict.js';

type Unsupported = Pick<
  Extract<PlanError, { readonly _tag: 'OptionUnsupported' }>,
  'option' | 'value' | 'why' | 'objects'
>;

type Limit = readonly [refused: boolean, option: string, value: string, why: string];

const byTarget = ({ options, target }: Context): ReadonlyArray<Limit> => {
  const channels = String(options.channels);
  const fixed = !target.checksumOffload;
  return [
    [options.channels < 1, 'channels', channels, 'a NIC needs one at least'],
    [options.channels > 1 && !target.multiChannel, 'channels', channels, 'it has one per link'],
    [options.gso === 'host' && !target.hostGso, 'gso', 'host', 'it reads no virtio_net_hdr'],
    [options.gso === 'gvisor' && !target.gvisorGso, 'gso', 'gvisor', 'it segments nothing itself'],
    [options.gro && !target.gro, 'gro', 'true', 'it does not coalesce what it receives'],
    [options.txChecksumOffload && fixed, 'txChecksumOffload', 'true', 'it computes all checksums'],
    [!options.rxChecksumOffload && fixed, 'rxChecksumOffload', 'false', 'it verifies none'],
  ];
};

/** The links without what was asked for; the first of them is named. */
const byLinks = ({ options, state }: Context): ReadonlyArray<Unsupported> => {
  const without = state.links.flatMap(({ gso, name }, i) =>
    options.gso === 'host' && gso === false ? [{ name, path: at('links', i) }] : [],
  );
  const [first] = without;
  if (first === undefined) return [];
  const why = `generic segmentation offload is off on ${first.name}`;
  return [{ option: 'gso', value: 'host', why, objects: without.map(({ path }) => path) }];
};

/** What was asked for explicitly and cannot be had; defaults give way silently. */
export const unsupportedOptions = (context: Context): ReadonlyArray<PlanError> =>
  [
    ...byTarget(context)
      .filter(([refused]) => refused)
      .map(([, option, value, why]): Unsupported => ({ option, value, why, objects: [] })),
    ...byLinks(context),
  ].map((one) => ({ _tag: 'OptionUnsupported', target: context.target.name, ...one }));

const objectsOf = (links: ReadonlyArray<FdLink>): PlanError['objects'] =>
  links.flatMap(({ from }) => from);

const tooManyLinks = ({ target }: Context, links: ReadonlyArray<FdLink>): PlanError[] =>
  target.severalLinks || links.length < 2
    ? []
    : [
        {
          _tag: 'TooManyLinks',
          links: links.map(({ name }) => name),
          target: target.name,
          objects: objectsOf(links),
        },
      ];

const tooManyFiles = ({ options, target }: Context, links: ReadonlyArray<FdLink>): PlanError[] => {
  const { channels } = options;
  const { maxFiles: limit, name } = target;
  const { length: count } = links;
  const files = count * channels;
  const objects = objectsOf(links);
  return files <= limit
    ? []
    : [{ _tag: 'TooManyFiles', files, limit, links: count, channels, target: name, objects }];
};

/** What speaks against handing over all of `links`: the target takes fewer, or fewer sockets. */
export const linkLimits = (
  context: Context,
  links: ReadonlyArray<FdLink>,
): ReadonlyArray<PlanError> => [...tooManyLinks(context, links), ...tooManyFiles(context, links)];
