/** Values as YAML to read and to diff, by the `yaml` package: one line per short record, no folding. */
import {
  Document,
  isCollection,
  isSeq,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** A list or record of at most this many characters, as JSON, is written on one line. */
const MAX_FLOW = 205;

/** Text that no reader needs quotes for, unless it looks like a number or a word of YAML's. */
const PLAIN = /^[\p{L}\p{N}_/(][\p{L}\p{N}_/.~()+@%=:-]*(?: [\p{L}\p{N}_/.~()+@%=:-]+)*$/u;

/**
 * Characters that the package leaves as they are and a YAML text must not have, that break lines for
 * some readers, or that reorder or hide text on the terminal that a document is printed on (Cf).
 */
const TO_ESCAPE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffd-\uffff\p{Cf}]/gu;

/** In UTF-16 code units, as JSON and YAML's own `\u` want it. */
const escapeOf = (ch: string): string =>
  Array.from(
    { length: ch.length },
    (_, i) => `\\u${ch.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');

/** Quotes what is not plain, every text with a character of TO_ESCAPE included. */
const quote = (scalar: Scalar): void => {
  if (typeof scalar.value === 'string' && !PLAIN.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
};

/** A list of records or lists gets a line per item, however short it is: the diff of one is one line. */
const isListOfCollections = (node: YAMLMap | YAMLSeq): boolean =>
  isSeq(node) && node.items.some((item) => isCollection(item));

/**
 * `value`, made of records, lists and JSON's scalars, as a YAML document that ends in a newline. Keys
 * are in the value's own order. YAML 1.1 readers take every scalar for what it is, too.
 */
export const writeYaml = (value: unknown): string => {
  const document = new Document(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  visit(document, {
    Scalar: (_, scalar) => quote(scalar),
    Collection: (key, node) => {
      const block = key === null || (key === 'value' && isListOfCollections(node));
      if (!block && JSON.stringify(node).length <= MAX_FLOW) node.flow = true;
    },
  });
  return document
    .toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER })
    .replace(TO_ESCAPE, escapeOf);
};
