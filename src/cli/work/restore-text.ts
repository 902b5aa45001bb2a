/** restoreText: what recover and release did, as lines. */
import type { RestoreReport } from '../../executor/giveback/report.js';
import { escapeName } from '../../plan/views/escape-name.js';

const OUTCOMES = {
  'nothing-to-do': 'nothing to do',
  'given-back': 'given back: the namespace is as it was before the apply',
  'handed-over': 'left alone: the apply had finished (netplan release gives it back)',
  forgotten: 'forgotten: the apply had finished, and its sandbox and namespace are gone',
} as const satisfies Record<RestoreReport['outcome'], string>;

const reportLines = ({ netns, outcome, warnings }: RestoreReport): ReadonlyArray<string> => [
  `${netns}: ${OUTCOMES[outcome]}`,
  ...warnings.map((warning) => `warning: ${warning}`),
];

/** One line per namespace; every line ends in a line feed. */
export const restoreText = (reports: ReadonlyArray<RestoreReport>): string =>
  reports.length === 0
    ? 'nothing to do: no journal\n'
    : reports
        .flatMap(reportLines)
        .map((line) => `${escapeName(line)}\n`)
        .join('');
