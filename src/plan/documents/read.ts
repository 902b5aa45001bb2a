/** Documents: text to a codec's value with every mistake at its line, and a value to text. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Closed } from '../model/closed.js';
import { isOneOf } from '../model/one-of.js';
import { type DecodeError, decodeWith } from './decode.js';
import {
  type DocumentError,
  type DocumentErrorCode,
  type DocumentErrors,
  describeDocumentError,
  excerpt,
} from './errors.js';
import type { Failure, PositionOf } from './place.js';
import { readValue } from './text.js';
import { writeYaml } from './write.js';

export { type DocumentError, type DocumentErrors, describeDocumentError };

const ofFailure = (failure: Failure): DocumentError => ({
  _tag: 'DocumentError',
  path: '',
  ...failure,
});

/** Each error at its key if that is what is wrong, else at the value, or at the nearest around it. */
const located = (positionOf: PositionOf, errors: ReadonlyArray<DecodeError>): DocumentErrors => {
  const [first, ...rest] = errors.map(
    (error): DocumentError => ({
      _tag: 'DocumentError',
      code: `document/${error.reason}`,
      path: error.path,
      ...positionOf(error.keys, error.reason === 'unknown-key' ? 'key' : 'value'),
      expected: error.expected,
      actual: excerpt(error.actual),
    }),
  );
  if (first === undefined) throw new TypeError('a codec refused a value without an error');
  return [first, ...rest];
};

const literalOf = (codec: t.Mixed, key: string): unknown => {
  const member = (codec as Partial<Closed<unknown, t.Props, t.Props>>).required?.[key];
  return member instanceof t.LiteralType ? member.value : undefined;
};

/** A document that the codec is not of, with why that is all there is to say. */
interface OtherDocument {
  readonly code: Extract<DocumentErrorCode, 'document/wrong-kind' | `document/${string}-format`>;
  readonly error: DecodeError;
}

/** Whether `value` is another kind of document, or another format of this one: then nothing else is worth saying. */
const otherDocument = (any: t.Mixed, value: unknown): OtherDocument | null => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const codec = (isOneOf(any) ? any.memberOf(value) : any) ?? any;
  const { kind, formatVersion } = value as Partial<Record<string, unknown>>;
  const [ownKind, ownVersion] = [literalOf(codec, 'kind'), literalOf(codec, 'formatVersion')];
  if (typeof ownKind === 'string' && typeof kind === 'string' && kind !== ownKind)
    return { code: 'document/wrong-kind', error: mistake('kind', ownKind, kind) };
  if (typeof formatVersion !== 'number' || typeof ownVersion !== 'number') return null;
  const error = mistake('formatVersion', `formatVersion ${ownVersion}`, formatVersion);
  if (formatVersion > ownVersion) return { code: 'document/newer-format', error };
  const older = formatVersion >= 1 && formatVersion < ownVersion;
  return older ? { code: 'document/older-format', error } : null;
};

const mistake = (path: string, expected: string, actual: unknown): DecodeError => ({
  _tag: 'DecodeError',
  reason: 'value',
  path,
  keys: [path],
  expected,
  actual,
});

/**
 * The document in `text`, YAML or JSON, or every mistake in it. Never throws, whatever the text;
 * time and memory are linear in its length, which is limited: more JSON is read than YAML, and faster
 * (document-text.ts, document-yaml.ts).
 */
export const readDocument = <A>(
  codec: t.Type<A, unknown, unknown>,
  text: string,
): E.Either<DocumentErrors, A> => {
  const read = readValue(text);
  if (E.isLeft(read)) return E.left([ofFailure(read.left)]);
  const { value, positions } = read.right;
  const other = otherDocument(codec, value);
  if (other !== null) {
    const [error] = located(positions(), [other.error]);
    return E.left([{ ...error, code: other.code }]);
  }
  const decoded = decodeWith(codec)(value);
  return E.isLeft(decoded) ? E.left(located(positions(), decoded.left)) : decoded;
};

/** A value as YAML: keys in the codec's order, one line per short record. `readDocument` gives the value back. */
export const writeDocument = <A>(codec: t.Type<A, unknown, unknown>, value: A): string =>
  writeYaml(codec.encode(value));
