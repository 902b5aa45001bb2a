/** Why a document cannot be read: facts with the place in its text, and what to do about each. */
import type * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { Diagnostic } from '../model/network-plan.js';

/** What is wrong, one code per remedy. */
export const DOCUMENT_CODES = {
  'document/too-large': 'a document, or what its aliases make of it, is larger than any can be',
  'document/characters': 'bytes that are not UTF-8, or control characters',
  'document/syntax': 'neither YAML nor JSON',
  'document/unsupported': 'YAML that says in a roundabout way what has a plain one',
  'document/duplicate-key': 'a key stands twice in one mapping',
  'document/number': 'a number in a notation that is read in more than one way',
  'document/wrong-kind': 'a document of another kind',
  'document/newer-format': 'a document of a later format version',
  'document/older-format': 'a document of an earlier format version that is not read any more',
  'document/unknown-key': 'a key that the document does not have',
  'document/missing-key': 'a key that the document must have',
  'document/value': 'a value that is not of the type or range of its key',
} as const;

export type DocumentErrorCode = keyof typeof DOCUMENT_CODES;

/** One mistake in a document. */
export interface DocumentError {
  readonly _tag: 'DocumentError';
  readonly code: DocumentErrorCode;
  /** `links[1].mtu`; empty for the whole, or where the text could not be read far enough to know */
  readonly path: string;
  /** from 1; null where the mistake is in no particular place */
  readonly line: number | null;
  /** from 1, in UTF-16 code units, as editors count */
  readonly column: number | null;
  /** what belongs there; of a syntax error or unknown key, what is wrong, as a sentence */
  readonly expected: string;
  /** what was found, as JSON, cut to 80 characters; 'nothing' for a missing key */
  readonly actual: string;
}

export type DocumentErrors = RNEA.ReadonlyNonEmptyArray<DocumentError>;

/** `value` as JSON on one line, cut to 80 characters. */
export const excerpt = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = jsonHead(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

/** JSON of a value, without writing out what `excerpt` would cut: a wrong value may be a whole document. */
const jsonHead = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0 ? '{}' : `a mapping with ${keys.slice(0, 5).join(', ')}`;
  }
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
};

const remedyOf = ({ code, path, expected, actual }: DocumentError): string => {
  switch (code) {
    case 'document/too-large':
      return 'write it as JSON (`--json`), of which more can be read, or leave out what need not be planned';
    case 'document/characters':
      return 'save the file as UTF-8 and write control characters as escapes in double quotes: "\\u0007"';
    case 'document/syntax':
      return 'correct the YAML or JSON there; text with special characters goes in double quotes';
    case 'document/unsupported':
      return 'write the value out in plain YAML or JSON';
    case 'document/duplicate-key':
      return 'remove one of the two';
    case 'document/number':
      return 'put it in quotes if it is text; write a number in decimal without leading zeros';
    case 'document/wrong-kind':
      return `pass a document of kind ${expected}`;
    case 'document/newer-format':
      return 'read it with the release of netplan that wrote it, or a newer one';
    case 'document/older-format':
      return 'plan again: netplan plan SOURCE -o FILE';
    case 'document/unknown-key':
      return `remove ${path} or correct its spelling`;
    case 'document/missing-key':
      return `add ${path}`;
    case 'document/value':
      return /^(\d|true|false|null|-)/.test(actual)
        ? `correct ${path}; if it is text, put it in quotes`
        : `correct ${path === '' ? 'the document' : path}`;
  }
};

/** `line 3, column 5: `, or nothing. */
const place = ({ line, column }: DocumentError): string =>
  line === null || column === null ? '' : `line ${line}, column ${column}: `;

const whatIsWrong = ({ code, expected, actual }: DocumentError): string => {
  if (code === 'document/unknown-key') return expected;
  return code === 'document/syntax'
    ? `${expected}: ${actual}`
    : `expected ${expected}, got ${actual}`;
};

/** The error for a person: `line 12, column 10: expected Mtu (0..4294967295), got -1`. */
export const describeDocumentError = (e: DocumentError): Diagnostic => ({
  code: e.code,
  path: e.path,
  summary: `${place(e)}${whatIsWrong(e)}`,
  remedy: remedyOf(e),
});
