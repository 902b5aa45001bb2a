/** doctor on this machine, and its checks as text. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DoctorOptions, type DoctorReport, doctor } from '../../executor/doctor.js';
import type { Style } from '../../plan/views/style.js';
import { type Cell, table } from '../../plan/views/table.js';
import { type ExitCode, exitCodes } from '../ending/exit-codes.js';
import type { Refusal } from '../ending/refusal.js';
import type { LiveSource, Sink } from '../flags/source.js';
import { onThisMachine } from '../input/live.js';
import { locate, locateBoth } from '../input/location.js';

const lookAt = (netns: string, options: DoctorOptions): TE.TaskEither<Refusal, DoctorReport> =>
  onThisMachine(doctor(netns, options));

/** `sink` null: no sandbox is looked at. */
export const doctorNow = (
  source: LiveSource,
  sink: Sink | null,
  options: Omit<DoctorOptions, 'sandbox'>,
): TE.TaskEither<Refusal, DoctorReport> =>
  sink === null
    ? pipe(
        locate(source),
        TE.flatMap(({ netns }) => lookAt(netns, { ...options, sandbox: null })),
      )
    : pipe(
        locateBoth(source, sink),
        TE.flatMap(({ place, sink: { sandbox } }) => lookAt(place.netns, { ...options, sandbox })),
      );

/** Missing rights come first: who has them sees the rest. */
export const doctorExitCode = ({ checks }: DoctorReport): ExitCode => {
  const wrong = checks.filter(({ ok }) => !ok);
  if (wrong.length === 0) return exitCodes.done;
  return wrong.some(({ rights }) => rights) ? exitCodes.notPermitted : exitCodes.badInput;
};

/** One line per check, and one more for what to do; every line ends in a line feed. */
export const doctorText = ({ checks }: DoctorReport, style: Style): string =>
  table(
    checks.flatMap(
      ({ ok, code, what, remedy }): ReadonlyArray<ReadonlyArray<Cell>> => [
        [
          { text: ok ? 'ok' : 'missing', paint: ok ? style.good : style.error },
          { text: code, paint: style.dim },
          what,
        ],
        ...(remedy === '' ? [] : [['', '', `remedy: ${remedy}`]]),
      ],
    ),
    0,
  )
    .map((line) => `${line}\n`)
    .join('');
