/** Aligned columns: cells are escaped and measured first, painted last. */
import { escapeName } from './escape-name.js';
import type { Paint } from './style.js';

/** A text, or a text with its emphasis. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

const textOf = (cell: Cell): string => escapeName(typeof cell === 'string' ? cell : cell.text);
const paintOf = (cell: Cell): Paint => (typeof cell === 'string' ? (text) => text : cell.paint);

/** Characters, not UTF-16 units: link names may hold any UTF-8. */
const cellWidth = (text: string): number => [...text].length;

const columnWidths = (rows: ReadonlyArray<ReadonlyArray<Cell>>): ReadonlyArray<number> => {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cellWidth(textOf(cell)));
    });
  return widths;
};

/** One line per row, every column as wide as its widest cell, two blanks between, none at the end. */
export const table = (
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
  indent: number,
): ReadonlyArray<string> => {
  const widths = columnWidths(rows);
  return rows.map((row) => {
    let line = '';
    let blanks = indent;
    row.forEach((cell, i) => {
      const text = textOf(cell);
      if (text !== '') {
        line += ' '.repeat(blanks) + paintOf(cell)(text);
        blanks = 0;
      }
      blanks += (widths[i] ?? 0) - cellWidth(text) + 2;
    });
    return line;
  });
};
