/** The namespaces that a walk comes to: each fixture's, its plan, and how it reads before and when it is handed over. */
import { existsSync, readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import type { Address, NamespaceState } from '../../../src/plan/model/state.js';
import { compile } from '../../../src/plan/rules/compile.js';
import { FakeKernel } from '../fake-kernel/kernel.js';
import { fixtureFile, optionsOf, stateOf } from '../fixtures.js';

export interface Place {
  readonly fixture: string;
  readonly state: NamespaceState;
  /** null where it is refused */
  readonly plan: NetworkPlan | null;
  readonly before: string;
  /** with the recorded ops, and nothing of src but them */
  readonly handedOver: string;
  readonly takesNothing: boolean;
}

/** Of ops.txt: `delete address 192.0.2.1 peer 192.0.2.2/32 of eth0 (ifindex 2)`. */
const DELETION =
  /^delete address (?<local>\S+?)(?: peer (?<peer>\S+?))?\/(?<length>\d+) of .* \(ifindex (?<ifindex>\d+)\)$/;

type Deletion = Pick<Address, 'family' | 'ifindex' | 'local' | 'peer' | 'prefixLen'>;

const deletions = (fixture: string): ReadonlyArray<Deletion> => {
  const file = fixtureFile(fixture, 'ops.txt');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines
    .filter((line) => line.startsWith('delete '))
    .map((line) => {
      const { local = '', peer, length, ifindex } = DELETION.exec(line)?.groups ?? {};
      return {
        family: local.includes(':') ? 'inet6' : 'inet',
        ifindex: Number(ifindex),
        local,
        ...(peer === undefined ? {} : { peer }),
        prefixLen: Number(length),
      } as Deletion;
    });
};

/** As it reads when the kernel has come to rest. */
export const restingText = (kernel: FakeKernel): string => {
  kernel.settle();
  return kernel.text();
};

const loaded = (state: NamespaceState): FakeKernel => {
  const kernel = new FakeKernel([]);
  kernel.load(state);
  return kernel;
};

const made = (fixture: string): Place => {
  const state = stateOf(fixture);
  const plan = compile(optionsOf(fixture))(loaded(state).wholeState());
  const taken = deletions(fixture);
  const kernel = loaded(state);
  for (const { ifindex, ...address } of taken)
    kernel.must({ _tag: 'RemoveAddress', ifindex, address });
  return {
    fixture,
    state,
    plan: E.isRight(plan) ? plan.right : null,
    before: restingText(loaded(state)),
    handedOver: restingText(kernel),
    takesNothing: taken.length === 0,
  };
};

const places = new Map<string, Place>();

export const placeOf = (fixture: string): Place => {
  const place = places.get(fixture) ?? made(fixture);
  places.set(fixture, place);
  return place;
};
