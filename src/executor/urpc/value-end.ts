/** Where a JSON value ends in a stream: urpc has no other framing. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d]);

const opens = (byte: number): boolean => byte === 0x5b || byte === 0x7b; // [ {
const closes = (byte: number): boolean => byte === 0x5d || byte === 0x7d; // ] }

export interface ValueEnd {
  /**
   * Takes the next bytes of the stream: how many of them belong to the value when it ends in them, null
   * when it goes on, and `garbage` when no object or array begins the stream.
   */
  readonly take: (bytes: Uint8Array) => number | null | 'garbage';
}

/**
 * Finds the end of one object or array, counting brackets outside of strings. That is enough to cut the
 * stream; whether the text is JSON is for JSON.parse to say.
 */
export const valueEnd = (): ValueEnd => {
  let depth = 0;
  let inString = false;
  let escaped = false;

  const inText = (byte: number): void => {
    if (escaped) escaped = false;
    else if (byte === BACKSLASH) escaped = true;
    else if (byte === QUOTE) inString = false;
  };
  const step = (byte: number): void => {
    if (inString) inText(byte);
    else if (byte === QUOTE) inString = true;
    else if (opens(byte)) depth += 1;
    else if (closes(byte)) depth -= 1;
  };
  /** How many of `bytes` are blanks before the value. */
  const blanks = (bytes: Uint8Array): number => {
    let at = 0;
    while (depth === 0 && at < bytes.length && BLANK.has(bytes[at] ?? 0)) at += 1;
    return at;
  };

  const take = (bytes: Uint8Array): number | null | 'garbage' => {
    let at = blanks(bytes);
    if (depth === 0 && at < bytes.length && !opens(bytes[at] ?? 0)) return 'garbage';
    for (; at < bytes.length; at++) {
      step(bytes[at] ?? 0);
      if (depth === 0) return at + 1;
    }
    return null;
  };
  return { take };
};
