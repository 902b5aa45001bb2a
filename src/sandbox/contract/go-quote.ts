/** Go's quoting of strings in error texts. */

/** `%q`. Source: strconv.Quote; printable means letters, marks, numbers, punctuation, symbols and the blank. */
export const goQuoted = (s: string): string => {
  const escaped = s.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (c) => {
    const code = c.codePointAt(0) ?? 0;
    const letter = GO_LETTERS[c];
    if (letter !== undefined) return letter;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
};

const GO_LETTERS: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
