/** Runs of the executor again and again, each with another fault in one of its system calls. */
import * as E from 'fp-ts/lib/Either.js';
import type { ExecError } from '../../src/executor/failures/failure.js';
import { describeExec } from '../../src/executor/failures/table.js';
import { type Fault, onSystemCalls, type SystemCall } from './system-calls.js';

export type Run<A = unknown> = () => Promise<E.Either<ExecError, A>>;

/**
 * A call of a run, by its name and how many of that name came before. How often the kernel is asked until it
 * has done its own part differs from run to run, so an index of all would mean another call each time.
 */
export interface Call {
  readonly name: string;
  readonly nth: number;
}

/** Tells calls of one name apart. */
const numbering = (): ((call: SystemCall) => Call) => {
  const seen = new Map<string, number>();
  return ({ name }) => {
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    return { name, nth };
  };
};

/** The calls of one run, all let through, and how it ended. */
export const callsOf = async <A>(run: Run<A>) => {
  const calls: Call[] = [];
  const numbered = numbering();
  onSystemCalls((call) => {
    calls.push(numbered(call));
    return null;
  });
  const result = await run();
  onSystemCalls(() => null);
  return { calls, result };
};

/** Whether the run came to the call. */
const runWithFault = async (run: Run, at: Call, fault: Fault) => {
  const numbered = numbering();
  let met = false;
  onSystemCalls((call) => {
    const { name, nth } = numbered(call);
    if (name !== at.name || nth !== at.nth) return null;
    met = true;
    return fault;
  });
  const result = await run();
  onSystemCalls(() => null);
  return { met, result };
};

/** The second setns(2) of every two leads back, and a process that it fails in must not go on. */
export const leadsHome = ({ name, nth }: Call): boolean => name === 'setns' && nth % 2 === 1;

interface FaultyRun {
  /** the call, the fault and how the run ended */
  readonly about: string;
  /** false: this time the run did not come to the call */
  readonly met: boolean;
  readonly result: E.Either<ExecError, unknown>;
}

/** Runs with each fault of each call, `prepare` before each run. */
export async function* failing(
  calls: ReadonlyArray<Call>,
  faults: (call: Call) => ReadonlyArray<Fault>,
  run: Run,
  prepare: () => void = () => {},
): AsyncGenerator<FaultyRun> {
  for (const call of calls)
    for (const fault of faults(call)) {
      prepare();
      const { met, result } = await runWithFault(run, call, fault);
      const ended = E.isRight(result) ? 'it succeeded' : describeExec(result.left).summary;
      const about = `${call.name} ${call.nth}, errno ${fault.errno} ${fault.when}: ${ended}`;
      yield { about, met, result };
    }
}
