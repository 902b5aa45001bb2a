/** Where things stand in a YAML text, and a failure at one of its places. */
import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';
import type { DocumentError } from './errors.js';

/** A text, and the starts of its lines as far as it was parsed. */
export interface LinedText {
  readonly text: string;
  readonly lines: LineCounter;
}

export type Position = Pick<DocumentError, 'line' | 'column'>;

/** Why a text has no value. */
export type Failure = Omit<DocumentError, '_tag' | 'path'>;

/** Where the value below `keys` stands, or its key; the nearest around it where there is none. */
export type PositionOf = (keys: ReadonlyArray<string>, part: 'key' | 'value') => Position;

/** For a text whose places cannot be told. */
export const NOWHERE: Position = { line: null, column: null };

const positionAt = ({ lines }: LinedText, offset: number): Position => {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
};

/** What stands at `at`, up to the end of its line, as JSON. */
const found = (text: string, at: number): string => {
  if (at >= text.length) return 'the end of the document';
  const line = /^[^\r\n]*/.exec(text.slice(at, at + 40))?.[0] ?? '';
  return line === '' ? 'the end of the line' : JSON.stringify(line);
};

/** A failure at an offset of the text. */
export const failureAt = (
  source: LinedText,
  at: number,
  code: Failure['code'],
  expected: string,
  actual = found(source.text, at),
): Failure => ({ code, ...positionAt(source, at), expected, actual });

/** A failure of the whole text, which is longer than the limit. */
export const tooLong = ({ length }: string, most: string): Failure => ({
  code: 'document/too-large',
  ...NOWHERE,
  expected: `at most ${most}`,
  actual: `${length}`,
});

/** Where a parsed node starts, behind its indentation. */
export const offsetOf = ({ range }: { readonly range?: readonly number[] | null }): number =>
  range?.[0] ?? 0;

interface Entry {
  readonly key?: unknown;
  readonly value?: unknown;
}

/** What `name` names in a list or mapping. */
const entryOf = (node: unknown, name: string): Entry => {
  if (isSeq(node)) return { value: node.items[Number(name)] };
  const pair = isMap(node)
    ? node.items.find(({ key }) => isScalar(key) && key.value === name)
    : undefined;
  return pair ?? {};
};

/** The positions in a document that was parsed from `source`. */
export const positionsIn =
  (source: LinedText, document: Document): PositionOf =>
  (keys, part) => {
    let node: unknown = document.contents;
    let around = node;
    let key: unknown;
    for (const name of keys) {
      ({ key, value: node } = entryOf(node, name));
      if (isNode(node)) around = node;
    }
    const place = part === 'key' && isNode(key) ? key : around;
    return positionAt(source, isNode(place) ? offsetOf(place) : 0);
  };
