/** diffText: changes as aligned lines, `+`, `-` and `~` first. */
import type { Change } from './diff.js';
import type { Paint, Style } from './style.js';
import { table } from './table.js';

const paintOf = (op: Change['op'], style: Style): Paint => {
  switch (op) {
    case '+':
      return style.added;
    case '-':
      return style.removed;
    case '~':
      return style.changed;
  }
};

const valueText = ({ before, after }: Change): string =>
  before !== null && after !== null ? `${before} -> ${after}` : (after ?? before ?? '');

/** One line per change, each ended by a line feed; empty for no changes. */
export const diffText = (changes: ReadonlyArray<Change>, style: Style): string =>
  table(
    changes.map((change) => {
      const paint = paintOf(change.op, style);
      return [{ text: change.op, paint }, { text: change.path, paint }, valueText(change)];
    }),
    0,
  )
    .map((line) => `${line}\n`)
    .join('');
