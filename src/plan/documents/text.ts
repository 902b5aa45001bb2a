/** The value of a text, which is JSON or YAML, and where everything in it stands. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { strayByte } from '../model/kernel-text.js';
import { readJson } from './json.js';
import { type Failure, NOWHERE, type PositionOf, tooLong } from './place.js';
import { readYaml } from './yaml.js';

/** Characters (UTF-16 code units) in a document: about 400,000 routes of JSON. */
export const MAX_TEXT = 64 * 1024 * 1024;

/** What was read. `positions` parses JSON once more: only for errors. */
export interface DocumentText {
  readonly value: unknown;
  readonly positions: () => PositionOf;
}

/** A control, half of a surrogate pair, or what replaced a byte that is not UTF-8: no YAML text has these. */
const FORBIDDEN = /(?!\r\n|[\t\n\u0085])[\p{Cc}\p{Cs}\ufeff\ufffd-\uffff]/u;

/** The same, where names of links may have bytes that are not UTF-8 (`fileText` in kernel-text.ts). */
const FORBIDDEN_BESIDE_NAMES =
  /(?!\r\n|[\t\n\u0085\udc80-\udcff])[\p{Cc}\p{Cs}\ufeff\ufffd-\uffff]/u;

/** The first character that does not belong in a text. */
const badCharacter = (text: string, forbidden: RegExp): Failure | null => {
  const at = text.search(forbidden);
  if (at === -1) return null;
  const lines = text.slice(0, at).split('\n');
  const unit = text.charCodeAt(at);
  const stray = strayByte(unit);
  const hex = (stray ?? unit).toString(16).toUpperCase();
  return {
    code: 'document/characters',
    line: lines.length,
    column: (lines.at(-1) ?? '').length + 1,
    expected: 'text in UTF-8 without controls',
    actual: stray === null ? `U+${hex.padStart(4, '0')}` : `byte 0x${hex}`,
  };
};

/** JSON text has no places of its own; as YAML, which it is too, it does, unless it is too long for that. */
const jsonPositions = (text: string) => (): PositionOf =>
  pipe(
    readYaml(text),
    E.match(
      () => () => NOWHERE,
      ({ positionOf }) => positionOf,
    ),
  );

/** Whether a text may be JSON of a list or mapping. */
export const isBracket = (text: string): boolean => /^\s*[[{]/.test(text);

export interface ReadOptions {
  /** as others print them, names may have bytes that are not UTF-8 */
  readonly foreignNames?: boolean;
}

/** Reads a text, or says what is wrong with it. Never throws; time and memory are linear in its length. */
export const readValue = (
  marked: string,
  { foreignNames = false }: ReadOptions = {},
): E.Either<Failure, DocumentText> => {
  const text = marked.startsWith('\ufeff') ? marked.slice(1) : marked; // a byte order mark
  if (text.length > MAX_TEXT) return E.left(tooLong(text, `${MAX_TEXT} characters`));
  const bad = badCharacter(text, foreignNames ? FORBIDDEN_BESIDE_NAMES : FORBIDDEN);
  if (bad !== null) return E.left(bad);
  const json = isBracket(text) ? readJson(text) : O.none;
  return O.isSome(json)
    ? E.right({ value: json.value, positions: jsonPositions(text) })
    : pipe(
        readYaml(text),
        E.map(({ value, positionOf }) => ({ value, positions: () => positionOf })),
      );
};
