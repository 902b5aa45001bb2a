/** A difference of two states as lines for a person: each object in the words of its time. */
import type { StateDifference } from '../restore/difference.js';
import type { NamedDifference } from '../restore/object-difference.js';
import { objectText } from './object-text.js';

/** What stands before the objects of each part. */
export type DifferenceHeads = Readonly<Record<'gone' | 'come' | 'changed' | 'moved', string>>;

const SIGNS: DifferenceHeads = { gone: '- ', come: '+ ', changed: '~ ', moved: '~ order of ' };

/** Other rules may be as many and do the same as before, so that a chain's words do not change. */
const changedText = (before: string, after: string): string =>
  before === after ? `${before}, now with other content` : `${before}, now ${after}`;

/** Empty where nothing differs. Order means nothing where `moved` is left out. */
export const differenceLines = (
  difference: NamedDifference & Partial<Pick<StateDifference, 'moved'>>,
  heads: DifferenceHeads = SIGNS,
): ReadonlyArray<string> => {
  const { gone, come, changed, moved = [], names } = difference;
  const was = objectText(names[0]);
  const is = objectText(names[1]);
  return [
    ...gone.map((one) => `${heads.gone}${was(one)}`),
    ...come.map((one) => `${heads.come}${is(one)}`),
    ...changed.map(({ before, after }) => `${heads.changed}${changedText(was(before), is(after))}`),
    ...moved.map((group) => `${heads.moved}${group.map(was).join(', ')}`),
  ];
};
