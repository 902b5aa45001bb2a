/** What YAML allows and readers take differently: keys twice, merge keys, numbers with two readings. */
import { type Document, isScalar, type Scalar, visit, type YAMLMap } from 'yaml';
import { isExact } from './json.js';
import { type Failure, failureAt, type LinedText, offsetOf } from './place.js';

/** The first key of a mapping that is there already. */
const repeatedIn = (map: YAMLMap): Scalar | undefined => {
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) return key;
    seen.add(key.value);
  }
  return undefined;
};

const repeatedKey = (source: LinedText, map: YAMLMap): Failure | null => {
  const key = repeatedIn(map);
  if (key === undefined) return null;
  const expected = `the key ${JSON.stringify(key.value)} once`;
  return failureAt(source, offsetOf(key), 'document/duplicate-key', expected, 'it again');
};

const refusedKey = (source: LinedText, key: Scalar): Failure | null => {
  const merge = key.value === '<<' && key.type === 'PLAIN';
  if (!merge && key.value !== '__proto__') return null;
  const expected = merge ? 'a key; merge keys are not read' : 'a key other than "__proto__"';
  return failureAt(source, offsetOf(key), 'document/unsupported', expected);
};

/** `010` is ten in YAML 1.2, eight in YAML 1.1 and no JSON: whichever was meant, the other would be taken. */
const LEADING_ZERO = /^[-+]?0[0-9]/;

const refusedNumber = (source: LinedText, scalar: Scalar): Failure | null => {
  const { value, source: written = '' } = scalar;
  if (typeof value !== 'number' || (isExact(value) && !LEADING_ZERO.test(written))) return null;
  const [expected, actual] = ['a number that has one reading', written.slice(0, 80)];
  return failureAt(source, offsetOf(scalar), 'document/number', expected, actual);
};

/** The first thing in a document that could be taken for another. */
export const ambiguityIn = (source: LinedText, document: Document): Failure | null => {
  let first: Failure | null = null;
  const stopAt = (failure: Failure | null): symbol | undefined => {
    first = failure;
    return failure === null ? undefined : visit.BREAK;
  };
  visit(document, {
    Map: (_, map) => stopAt(repeatedKey(source, map)),
    Scalar: (key, scalar) =>
      stopAt(key === 'key' ? refusedKey(source, scalar) : refusedNumber(source, scalar)),
  });
  return first;
};
