/** JSON text as a value, where it has exactly one reading. */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';

/** Lists and mappings inside each other; the deepest document has 7. */
export const MAX_DEPTH = 64;

/** Whether every reader of a number takes it for the same: no integer past 2^53, no infinity, no -0. */
export const isExact = (n: number): boolean =>
  Number.isFinite(n) && (!Number.isInteger(n) || Number.isSafeInteger(n)) && !Object.is(n, -0);

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** The keys written in a JSON text: its colons outside strings. */
const writtenKeys = (json: string): number => {
  let keys = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at++) {
    const ch = json.charCodeAt(at);
    if (ch === QUOTE) quoted = !quoted;
    else if (quoted && ch === BACKSLASH) at += 1;
    else if (!quoted && ch === COLON) keys += 1;
  }
  return keys;
};

const ownKeys = (record: object): number =>
  Object.hasOwn(record, '__proto__') ? Number.NaN : Object.keys(record).length;

/** The keys in a value of JSON.parse; NaN where it is too deep or holds what `readJson` does not take. */
const keysIn = (value: unknown, depth: number): number => {
  if (typeof value === 'number') return isExact(value) ? 0 : Number.NaN;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === MAX_DEPTH) return Number.NaN;
  const list = Array.isArray(value);
  let keys = list ? 0 : ownKeys(value);
  for (const item of list ? value : Object.values(value)) keys += keysIn(item, depth + 1);
  return keys;
};

/**
 * The value of a JSON text; none where the text is not JSON, or has a key twice (JSON.parse would keep
 * the last in silence), a key `__proto__`, an inexact number or too many levels. Reading it as YAML
 * tells which, and where.
 */
export const readJson = (text: string): O.Option<unknown> => {
  const parsed = E.tryCatch(
    () => JSON.parse(text) as unknown,
    () => undefined,
  );
  return E.isRight(parsed) && keysIn(parsed.right, 0) === writtenKeys(text)
    ? O.some(parsed.right)
    : O.none;
};
