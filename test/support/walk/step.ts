/** The steps of a walk: what a runtime or a person may do to a namespace, and what may go wrong meanwhile. */
import fc from 'fast-check';

/** At the nth effect: it fails, the process is killed just before it, or a signal comes. */
export interface Fault {
  readonly at: number;
  readonly how: 'fails' | 'kills' | 'interrupts';
}

export type Step =
  | {
      readonly does: 'apply';
      /** the plan of the namespace as it is, or the one that was made of the namespace before */
      readonly plan: 'its own' | 'an older';
      readonly sandbox: 'takes it' | 'refuses' | 'is lost' | 'is not there';
      readonly fault: Fault | null;
    }
  | {
      readonly does: 'recover' | 'release';
      /** --give-back, --force */
      readonly decided: boolean;
      readonly sandbox: 'lives' | 'is gone';
      readonly fault: Fault | null;
    };

/** A namespace's state, and what is done to it. */
export interface Visit {
  readonly fixture: string;
  readonly steps: ReadonlyArray<Step>;
}

/** An apply has some thirty effects: two of three faults are met. */
const fault = fc.option(
  fc.record<Fault>({ at: fc.nat(45), how: fc.constantFrom('fails', 'kills', 'interrupts') }),
);

const apply = fc.record<Extract<Step, { does: 'apply' }>>({
  does: fc.constant('apply'),
  plan: fc.oneof(
    { weight: 5, arbitrary: fc.constant('its own' as const) },
    fc.constant('an older' as const),
  ),
  sandbox: fc.oneof(
    { weight: 3, arbitrary: fc.constant('takes it' as const) },
    fc.constantFrom('refuses' as const, 'is lost' as const, 'is not there' as const),
  ),
  fault,
});

const undo = fc.record<Extract<Step, { does: 'recover' | 'release' }>>({
  does: fc.constantFrom('recover', 'release'),
  decided: fc.boolean(),
  sandbox: fc.constantFrom('lives', 'is gone'),
  fault,
});

export const walks = (
  fixtures: ReadonlyArray<string>,
): fc.Arbitrary<{ readonly visits: ReadonlyArray<Visit> }> => {
  const steps = fc.array<Step>(fc.oneof(apply, undo), { minLength: 1, maxLength: 5 });
  const visit = fc.record<Visit>({ fixture: fc.constantFrom(...fixtures), steps });
  return fc.record({ visits: fc.array(visit, { minLength: 5, maxLength: 30 }) });
};

export const stepText = (step: Step): string => {
  const fault = step.fault === null ? '' : `, effect ${step.fault.at} ${step.fault.how}`;
  return step.does === 'apply'
    ? `apply ${step.plan} plan; the sandbox ${step.sandbox}${fault}`
    : `${step.does}${step.decided ? ', decided' : ''}; the sandbox ${step.sandbox}${fault}`;
};
