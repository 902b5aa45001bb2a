/** The rows of what fails in apply, recover and release themselves. */
import type { NetnsIdentity } from '../../plan/model/state.js';
import { differenceLines } from '../../plan/views/difference-text.js';
import { answerText, hostLines } from './amiss.js';
import type {
  Preflight,
  RestoreIncomplete,
  RollbackFailed,
  RolledBack,
  StalePlan,
  VerificationFailed,
} from './failure.js';
import { type FailureRows, inBrackets, inOneSentence } from './row.js';

const identityText = ({ inode, cookie }: NetnsIdentity): string =>
  `inode ${inode} cookie ${cookie}`;

const STALE = { gone: 'gone: ', come: 'new: ', changed: 'changed: ', moved: '' };

const staleText = (stale: StalePlan): string => {
  if (stale.identity === null)
    return `the namespace changed since the plan was made: ${inOneSentence(differenceLines(stale, STALE))}`;
  const [planned, found] = stale.identity.map(identityText);
  return `this is another namespace (${found}) than the planned one (${planned})`;
};

export const APPLY_ROWS: FailureRows<
  StalePlan | Preflight | RolledBack | RollbackFailed | RestoreIncomplete | VerificationFailed
> = {
  StalePlan: {
    code: 'exec/stale-plan',
    means: 'the namespace is not the one that was planned, or not as it was',
    ending: 'badInput',
    summary: staleText,
    remedy: 'plan again, and compare with netplan diff',
  },
  Preflight: {
    code: 'exec/preflight',
    means: 'something needed is missing, all of it listed; nothing was done',
    ending: ({ failures }) => (failures.some(({ rights }) => rights) ? 'notPermitted' : 'badInput'),
    summary: ({ failures }) =>
      `nothing was done: ${inOneSentence(failures.map(({ summary }) => summary))}`,
    remedy: ({ failures }) => inOneSentence(failures.map(({ remedy }) => remedy)),
  },
  RolledBack: {
    causeOf: ({ cause }) => cause,
    ending: 'refused',
    adds: '; the namespace is as it was before',
  },
  RollbackFailed: {
    code: 'exec/rollback-failed',
    means: 'an apply failed and could not be undone completely',
    ending: 'personNeeded',
    path: ({ journal }) => journal ?? '',
    summary: ({ cause, undo, missing }, of) => {
      const why = inBrackets(undo === null ? null : of(undo));
      const lines = missing === null ? [] : differenceLines(missing);
      const what = lines.length === 0 ? '' : `: ${inOneSentence(lines)}`;
      return `${of(cause)}; and it could not be undone completely${why}${what}`;
    },
    remedy: 'put right what stands in the way, then run netplan recover',
  },
  RestoreIncomplete: {
    code: 'exec/restore-incomplete',
    means: 'not everything could be given back',
    ending: 'personNeeded',
    path: ({ journal }) => journal,
    summary: ({ undo, missing }, of) =>
      `not everything could be given back${inBrackets(undo === null ? null : of(undo))}: ${inOneSentence(differenceLines(missing))}`,
    remedy: 'put right what stands in the way and run it again',
  },
  VerificationFailed: {
    code: 'exec/verification',
    means: 'the sandbox has the network and the namespace is not as planned',
    ending: 'personNeeded',
    summary: ({ host, answers }) => {
      const lines = [...(host === null ? [] : hostLines(host)), ...answers.map(answerText)];
      return `the sandbox has the network, but the namespace is not as planned: ${inOneSentence(lines)}`;
    },
    remedy: 'remove what came back or who else answers, or release and apply again',
  },
};
