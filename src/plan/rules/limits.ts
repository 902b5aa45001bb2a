/** What is asked of a target, or of the links, that they cannot give: options, and how many links and sockets. */
import type { FdLink } from '../model/network-plan.js';
import type { Context } from './context.js';
import type { PlanError } from './failures.js';

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

const byLinks = ({ options, state }: Context): ReadonlyArray<Limit> => {
  const without = state.links.find(({ gso }) => options.gso === 'host' && gso === false);
  return without === undefined
    ? []
    : [[true, 'gso', 'host', `generic segmentation offload is off on ${without.name}`]];
};

/** What was asked for explicitly and cannot be had; defaults give way silently. */
export const unsupportedOptions = (context: Context): ReadonlyArray<PlanError> =>
  [...byTarget(context), ...byLinks(context)]
    .filter(([refused]) => refused)
    .map(([, option, value, why]) => ({
      _tag: 'OptionUnsupported',
      option,
      value,
      target: context.target.name,
      why,
    }));

const tooManyLinks = ({ target }: Context, links: ReadonlyArray<FdLink>): PlanError[] =>
  target.severalLinks || links.length < 2
    ? []
    : [{ _tag: 'TooManyLinks', links: links.map(({ name }) => name), target: target.name }];

const tooManyFiles = ({ options, target }: Context, { length: links }: ReadonlyArray<FdLink>) => {
  const { channels } = options;
  const { maxFiles: limit, name } = target;
  const files = links * channels;
  const error = { _tag: 'TooManyFiles', files, limit, links, channels, target: name } as const;
  return files <= limit ? [] : [error];
};

/** What speaks against handing over all of `links`: the target takes fewer, or fewer sockets. */
export const linkLimits = (
  context: Context,
  links: ReadonlyArray<FdLink>,
): ReadonlyArray<PlanError> => [...tooManyLinks(context, links), ...tooManyFiles(context, links)];
