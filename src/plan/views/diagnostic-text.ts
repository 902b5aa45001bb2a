/** diagnosticText: a message for a person as lines, the code and place first, the remedy last. */

import type { Diagnostic } from '../model/network-plan.js';
import { escapeName } from './escape-name.js';
import type { Paint, Style } from './style.js';

/** Two or three lines; `paint` colours the code and says how bad it is. */
export const diagnosticText = (
  { code, path, summary, remedy }: Diagnostic,
  paint: Paint,
  style: Style,
): ReadonlyArray<string> => [
  `${paint(escapeName(code))}${path === '' ? '' : style.dim(` at ${escapeName(path)}`)}`,
  `  ${escapeName(summary)}`,
  ...(remedy === '' ? [] : [`  ${style.dim('remedy:')} ${escapeName(remedy)}`]),
];
