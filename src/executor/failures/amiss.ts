/** What verification finds amiss after the call, as facts and in words: on the host, and on the wire. */
import type { LastingObject } from '../../plan/model/lasting-object.js';
import type { IfName } from '../../plan/model/scalars.js';
import { isNoDifference, type StateDifference } from '../../plan/restore/difference.js';
import { type DifferenceHeads, differenceLines } from '../../plan/views/difference-text.js';
import { objectText } from '../../plan/views/object-text.js';

/** What of the namespace is not as the plan says. */
export interface HostAmiss {
  /** planned addresses that are on their links, still or again */
  readonly still: ReadonlyArray<LastingObject>;
  /** addresses that came to the planned links */
  readonly added: ReadonlyArray<LastingObject>;
  /** changes of what the plan does not touch */
  readonly unplanned: StateDifference;
}

/** A planned address for which others answer than who should. */
export interface WrongAnswer {
  readonly address: string;
  /** who should answer: six bytes in hex, of a link of the plan */
  readonly mac: string;
  readonly link: IfName;
  /** whether that one answers */
  readonly answered: boolean;
  /** the MACs of the others that do, sorted */
  readonly others: ReadonlyArray<string>;
}

export const isHostAsPlanned = ({ still, added, unplanned }: HostAmiss): boolean =>
  still.length === 0 && added.length === 0 && isNoDifference(unplanned);

const UNPLANNED: DifferenceHeads = {
  gone: 'unplanned, gone: ',
  come: 'unplanned, new: ',
  changed: 'unplanned, changed: ',
  moved: 'unplanned, changed: order of ',
};

export const hostLines = ({ still, added, unplanned }: HostAmiss): ReadonlyArray<string> => {
  const text = objectText(unplanned.names[1]);
  return [
    ...still.map((one) => `still on the host: ${text(one)}`),
    ...added.map((one) => `new on the host: ${text(one)}`),
    ...differenceLines(unplanned, UNPLANNED),
  ];
};

export const answerText = ({ address, mac, link, answered, others }: WrongAnswer): string => {
  const who = others.join(' and ');
  if (answered) return `besides ${mac} of ${link}, ${who} answers for ${address}`;
  return others.length === 0
    ? `nobody answers for ${address}: it should be ${mac} of ${link}`
    : `${who} answers for ${address} instead of ${mac} of ${link}`;
};
