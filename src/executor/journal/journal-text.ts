/** The header of a journal as text, in pieces: a namespace of 100,000 routes has 15 MiB of it. */
import type { JournalHeader } from './header.js';

/** Objects that are made text in one go: a millisecond's work. */
const OBJECTS = 500;
/** Characters that are written in one go; all of a usual namespace. */
const PIECE = 256 * 1024;

/** `JSON.stringify(list)` in parts. */
function* listParts(list: ReadonlyArray<unknown>): Generator<string> {
  yield '[';
  for (let from = 0; from < list.length; from += OBJECTS) {
    const some = JSON.stringify(list.slice(from, from + OBJECTS)).slice(1, -1);
    yield from === 0 ? some : `,${some}`;
  }
  yield ']';
}

/** `JSON.stringify(header)` in parts. Every codec of the header encodes a value as itself. */
function* headerParts({ before, ...rest }: JournalHeader): Generator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)},"before":{`;
  const entries: ReadonlyArray<[string, unknown]> = Object.entries(before);
  for (const [index, [key, value]] of entries.entries()) {
    yield `${index === 0 ? '' : ','}${JSON.stringify(key)}:`;
    if (Array.isArray(value)) yield* listParts(value);
    else yield JSON.stringify(value);
  }
  yield '}}\n';
}

/** The header's line, its line feed included, in pieces of about 256 Ki characters, each made when it is asked for. */
export function* headerPieces(header: JournalHeader): Generator<string> {
  let piece = '';
  for (const part of headerParts(header)) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
