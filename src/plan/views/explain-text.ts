/** explainText: an explanation as aligned text: what is planned, what lost and why, and where packets go. */
import { diagnosticText } from './diagnostic-text.js';
import { escapeName } from './escape-name.js';
import type { ExplainedDecision, ExplainedObject, Explanation } from './explanation.js';
import type { Paint, Style } from './style.js';
import { table } from './table.js';

const isPlanned = (object: ExplainedObject): boolean =>
  object.class === 'kept' || object.class === 'approximated';

const PAINTS: Readonly<Record<string, keyof Style>> = {
  kept: 'good',
  approximated: 'warning',
  refused: 'error',
};

const paintOf = ({ class: name }: ExplainedObject, style: Style): Paint =>
  style[PAINTS[name] ?? 'dim'];

/** The object, and under it its code with what that means. */
const objectLines = (
  objects: ReadonlyArray<ExplainedObject>,
  style: Style,
): ReadonlyArray<string> =>
  table(
    objects.flatMap((one) => [
      [{ text: one.object, paint: style.name }, one.what],
      ['', { text: `${one.code}: ${one.why}`, paint: paintOf(one, style) }],
    ]),
    2,
  );

/** The two sides under each other, so that a difference meets the eye. */
const decisionLines = (
  one: ExplainedDecision,
  refused: boolean,
  style: Style,
): ReadonlyArray<string> => [
  `  ${style.name(escapeName(one.destination))}`,
  ...table(
    [
      [
        { text: 'kernel', paint: style.dim },
        one.kernel,
        { text: [one.kernelRoute, one.kernelRule].filter(Boolean).join(', '), paint: style.dim },
      ],
      refused
        ? [{ text: 'sandbox', paint: style.dim }, 'nothing: the plan is refused']
        : [
            { text: 'sandbox', paint: style.dim },
            { text: one.sandbox, paint: one.agree ? style.good : style.warning },
            one.agree ? '' : 'differs',
          ],
    ],
    4,
  ),
];

/** A heading with its lines; nothing at all for no lines. */
const section = (heading: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ['', heading, ...lines];

/** The explanation for a person; every line ends in a line feed. */
export const explainText = (explanation: Explanation, style: Style): string => {
  const { subject, is, objects, decisions, errors } = explanation;
  const counted = `${objects.length} ${objects.length === 1 ? 'object' : 'objects'}`;
  return [
    `${style.name(escapeName(subject))}: ${is === 'default' ? 'default routes' : is}, ${counted}`,
    ...section(style.heading('planned'), objectLines(objects.filter(isPlanned), style)),
    ...section(
      style.heading('not planned'),
      objectLines(
        objects.filter((one) => !isPlanned(one)),
        style,
      ),
    ),
    ...section(
      style.heading('packets'),
      decisions.flatMap((one) => decisionLines(one, errors.length > 0, style)),
    ),
    ...section(
      style.heading('the plan is refused'),
      errors.flatMap((e) => diagnosticText(e, style.error, style).map((line) => `  ${line}`)),
    ),
  ]
    .map((line) => `${line}\n`)
    .join('');
};
