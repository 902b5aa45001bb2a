/** How a namespace stands with the sandbox, and where each outcome of a step takes it: anything else is a fault. */

/**
 * own: the host has all of it. taken: the sandbox has it. unknown: it may. half: something was cut off on the way
 * there. half back: something was on the way back.
 */
export type Standing = 'own' | 'taken' | 'unknown' | 'half' | 'half back';

/** What came of a step. It is cut off by a fault alone; one of them must never be. */
export type Outcome =
  | 'handed over'
  | 'called, nothing taken'
  | 'given back'
  | 'nothing to do'
  | 'unknown'
  | 'refused'
  | 'undone although the sandbox may have it'
  | 'cut off'
  | 'cut off after the call'
  | 'cut off, no journal left';

type Moves = Partial<Readonly<Record<Outcome, Partial<Readonly<Record<Standing, Standing>>>>>>;

const NOWHERE = {
  own: 'own',
  taken: 'taken',
  unknown: 'unknown',
  half: 'half',
  'half back': 'half back',
} as const;

const HOME = {
  own: 'own',
  taken: 'own',
  unknown: 'own',
  half: 'own',
  'half back': 'own',
} as const;

const MOVES = {
  apply: {
    'handed over': { own: 'taken' },
    'called, nothing taken': { own: 'own' },
    unknown: { own: 'unknown' },
    refused: NOWHERE,
    'cut off': { ...NOWHERE, own: 'half' },
    'cut off after the call': { own: 'unknown' },
    'cut off, no journal left': { own: 'own' },
  },
  recover: {
    'nothing to do': { own: 'own' },
    'given back': { unknown: 'own', half: 'own' },
    'handed over': {
      taken: 'taken',
      unknown: 'taken',
      half: 'half back',
      'half back': 'half back',
    },
    refused: NOWHERE,
    'cut off': { ...NOWHERE, unknown: 'half' },
    'cut off, no journal left': HOME,
  },
  release: {
    'given back': { taken: 'own', unknown: 'own', half: 'own', 'half back': 'own' },
    refused: NOWHERE,
    'cut off': { ...NOWHERE, taken: 'half back', unknown: 'half' },
    'cut off, no journal left': HOME,
  },
} as const satisfies Readonly<Record<string, Moves>>;

/** Undefined where the outcome must not be. */
export const moved = (
  does: keyof typeof MOVES,
  outcome: Outcome,
  from: Standing,
): Standing | undefined => {
  const moves: Moves = MOVES[does];
  return moves[outcome]?.[from];
};
