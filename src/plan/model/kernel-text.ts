/**
 * Names between the kernel's bytes and text, without loss.
 *
 * The kernel takes nearly any bytes for the name of a link, an alternative name, an address label or the
 * link of a rule. Text that is UTF-8 stands for itself; a byte that is no part of UTF-8 is written `\xe9`,
 * in lower case, and a backslash `\\`. So every byte string has one text and every such text one byte
 * string. The text is ordinary text: JSON, YAML, command lines and terminals carry it as it is.
 */

// ignoreBOM: a name may begin with the bytes EF BB BF, which are then its own.
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8 = new TextEncoder();

const REPLACEMENT = '\ufffd';
const ESCAPE = /\\(\\|x[89a-f][0-9a-f])/g;

/** The bytes that UTF-8 begins with at `at`, 1 to 4, or 0 where they are not UTF-8. Source: RFC 3629, section 4. */
const sequenceAt = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const sequence = bytes.subarray(at, at + length);
  const text = lenient.decode(sequence);
  const isOne = text.length === (length === 4 ? 2 : 1);
  return isOne && utf8.encode(text).every((byte, i) => byte === sequence[i]) ? length : 0;
};

/** `bytes` as text: what is UTF-8 by `plain`, each byte that is not by `stray`. */
const decoded = (
  bytes: Uint8Array,
  plain: (text: string) => string,
  stray: (byte: number) => string,
): string => {
  const whole = lenient.decode(bytes);
  if (!whole.includes(REPLACEMENT)) return plain(whole);
  let text = '';
  let from = 0;
  const upTo = (at: number) => plain(lenient.decode(bytes.subarray(from, at)));
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at);
    if (length === 0) {
      text += upTo(at) + stray(bytes[at] ?? 0);
      from = at + 1;
    }
    at += Math.max(1, length);
  }
  return text + upTo(bytes.length);
};

/** The text of a name of the kernel's. */
export const kernelText = (bytes: Uint8Array): string =>
  decoded(
    bytes,
    (text) => text.replaceAll('\\', '\\\\'),
    (byte) => `\\x${byte.toString(16)}`,
  );

/** The bytes of a name: the inverse of `kernelText`. An escape that `kernelText` does not write is the text that it is. */
export const kernelBytes = (text: string): Uint8Array => {
  if (!text.includes('\\')) return utf8.encode(text);
  const out: number[] = [];
  let from = 0;
  for (const { 0: written, 1: what = '', index } of text.matchAll(ESCAPE)) {
    out.push(...utf8.encode(text.slice(from, index)));
    out.push(what === '\\' ? 0x5c : Number.parseInt(what.slice(1), 16));
    from = index + written.length;
  }
  return Uint8Array.from([...out, ...utf8.encode(text.slice(from))]);
};

/** Whether `kernelText` could have written `text`. */
export const isKernelText = (text: string): boolean => kernelText(kernelBytes(text)) === text;

/** A byte that is no part of UTF-8, as half of a surrogate pair: no text of UTF-8 has one. */
const STRAY = 0xdc00;

/**
 * Text of a file whose bytes may not all be UTF-8, each of those as U+DC80 to U+DCFF: what JSON of names of
 * the kernel's has to be parsed from.
 */
export const fileText = (bytes: Uint8Array): string =>
  decoded(
    bytes,
    (text) => text,
    (byte) => String.fromCharCode(STRAY + byte),
  );

/** The byte that a UTF-16 code unit of `fileText` stands for, or null. */
export const strayByte = (unit: number): number | null =>
  unit >= STRAY + 0x80 && unit <= STRAY + 0xff ? unit - STRAY : null;

/** A name in a `fileText`, as `kernelText` writes it. */
export const nameInFile = (text: string): string => {
  if (/^[^\\\udc80-\udcff]*$/.test(text)) return text;
  const out: number[] = [];
  for (const character of text) {
    const stray = character.length === 1 ? strayByte(character.charCodeAt(0)) : null;
    if (stray === null) out.push(...utf8.encode(character));
    else out.push(stray);
  }
  return kernelText(Uint8Array.from(out));
};
