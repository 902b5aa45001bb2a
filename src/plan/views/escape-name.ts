/** escapeName: text from outside (link names, kernel and sandbox messages) made safe to show on a terminal. */

/**
 * Cc: C0 and C1 controls, ESC among them; Cf: bidirectional overrides and zero-width characters; Cs: lone
 * surrogates; Zl, Zp: line and paragraph separators; Zs but the space: blanks that pass for one.
 * Source: Unicode Standard Annex #44, General_Category; Unicode Technical Report #36, section 2.6.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/**
 * `text` with every character that could move the cursor, reorder or hide other text as `\u{1b}`.
 *
 * A line feed is escaped too, so one name stays on one line. Escaping twice changes nothing.
 */
export const escapeName = (text: string): string =>
  text.replace(UNSAFE, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
