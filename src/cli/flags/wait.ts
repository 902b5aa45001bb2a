/** --wait-for and --timeout: what a live namespace has to have before it is planned. */
import { CLIError } from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';
import type { Condition } from '../../plan/views/conditions.js';
import { exitCodes } from '../ending/exit-codes.js';
import type { Source } from './source.js';

const helpGroup = 'SETTLING';

/** Seconds: container engines set a network up in a few; duplicate address detection takes one or two. */
const DEFAULT_TIMEOUT = 10;
const ONE_DAY = 86_400;

/** Throws what oclif prints as a wrong use: exit code 2. */
const conditions = async (text: string): Promise<ReadonlyArray<Condition>> => {
  const { parseConditions } = await import('../../plan/views/conditions.js');
  const parsed = parseConditions(text);
  if (parsed._tag === 'Right') return parsed.right;
  throw new CLIError(parsed.left, { exit: exitCodes.usage });
};

export const waitFlags = {
  'wait-for': Flags.custom<ReadonlyArray<Condition>>({
    helpGroup,
    helpValue: 'CONDITION,...',
    parse: conditions,
    summary:
      'wait until all of these hold: link=NAME (UP), addr4, addr6, default4, default6, dad (no address is tentative)',
  })(),
  timeout: Flags.integer({
    helpGroup,
    helpValue: 'SECONDS',
    min: 0,
    max: ONE_DAY,
    dependsOn: ['wait-for'],
    summary: `refuse when they do not hold after this time; ${DEFAULT_TIMEOUT} unless given`,
  }),
};

/** What oclif parses `waitFlags` to. */
export interface WaitFlags {
  readonly 'wait-for'?: ReadonlyArray<Condition> | undefined;
  readonly timeout?: number | undefined;
}

export interface Waiting {
  readonly conditions: ReadonlyArray<Condition>;
  readonly timeoutMs: number;
}

/** Null: what is there now is taken. */
export const waitingOf = (flags: WaitFlags): Waiting | null => {
  const conditions = flags['wait-for'];
  return conditions === undefined
    ? null
    : { conditions, timeoutMs: (flags.timeout ?? DEFAULT_TIMEOUT) * 1000 };
};

/** What is wrong with waiting for `source`, or null. */
export const cannotWait = (source: Source, waiting: Waiting | null): string | null =>
  waiting !== null && source._tag === 'StateFile'
    ? 'a captured state does not change: --wait-for is for a live namespace'
    : null;
