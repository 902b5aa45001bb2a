/** Style: the colours of text output as functions, so that the texts themselves stay pure. */

/** Puts one emphasis on a text; `plain` gives it back as it is. */
export type Paint = (text: string) => string;

export interface Style {
  readonly heading: Paint;
  /** names of links */
  readonly name: Paint;
  /** what is always there and rarely read: indices, codes, units */
  readonly dim: Paint;
  readonly added: Paint;
  readonly removed: Paint;
  readonly changed: Paint;
  /** a loss, or anything that wants attention */
  readonly warning: Paint;
  readonly error: Paint;
  readonly good: Paint;
}

const same: Paint = (text) => text;

/** No colours: pipes, files, NO_COLOR. */
export const plain: Style = {
  heading: same,
  name: same,
  dim: same,
  added: same,
  removed: same,
  changed: same,
  warning: same,
  error: same,
  good: same,
};

/** Select Graphic Rendition with `on` before and `off` after. Source: ECMA-48, section 8.3.117. */
const sgr =
  (on: number, off: number): Paint =>
  (text) =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;

/** The eight colours that every terminal has. */
export const ansi: Style = {
  heading: sgr(1, 22),
  name: sgr(36, 39),
  dim: sgr(2, 22),
  added: sgr(32, 39),
  removed: sgr(31, 39),
  changed: sgr(33, 39),
  warning: sgr(33, 39),
  error: sgr(31, 39),
  good: sgr(32, 39),
};
