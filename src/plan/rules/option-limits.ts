/** Options that the target, or the links, cannot honour. */
import type { Context } from './context.js';
import type { PlanError } from './failures.js';

type Refusal = readonly [refused: boolean, option: string, value: string, why: string];

const byTarget = ({ options, target }: Context): ReadonlyArray<Refusal> => {
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

const byLinks = ({ options, state }: Context): ReadonlyArray<Refusal> => {
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
