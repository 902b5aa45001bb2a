/** What a terminal is told: colours only where a person sees them, and never a raw character from outside. */
import { ansi, plain, type Style } from '../../plan/views/style.js';

/** Source: no-color.org; TERM=dumb is terminfo's terminal without abilities. */
export const styleFor = (stream: { readonly isTTY?: boolean }): Style => {
  const { NO_COLOR = '', TERM } = process.env;
  return stream.isTTY === true && NO_COLOR === '' && TERM !== 'dumb' ? ansi : plain;
};

/**
 * JSON.stringify leaves DEL, C1 controls, bidirectional overrides, and U+FFFD, which no document may have as
 * it is, as they are; RFC 8259 lets them be escaped.
 */
const UNESCAPED = /[\p{Cf}\u007f-\u009f\u2028\u2029\ufffd-\uffff]/gu;

const unicodeEscape = (c: string): string =>
  Array.from({ length: c.length }, (_, i) => {
    const unit = c.charCodeAt(i).toString(16).padStart(4, '0');
    return `\\u${unit}`;
  }).join('');

/** `value` as JSON that is safe to show. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNESCAPED, unicodeEscape);
