/** A walk over namespaces of the fake kernel: after each step the namespace reads as it must. */
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { Capabilities } from '../../../src/executor/effects/capabilities.js';
import { recover } from '../../../src/executor/giveback/recover.js';
import { release } from '../../../src/executor/giveback/release.js';
import { apply } from '../../../src/executor/handover/apply.js';
import { FakeKernel } from '../fake-kernel/kernel.js';
import { type FakeWorld, fakeWorld } from '../fake-machine.js';
import { Crash, withFaults } from '../faults.js';
import { applyOutcome, undoOutcome } from './outcome.js';
import { type Place, placeOf, restingText } from './places.js';
import { moved, type Outcome, type Standing } from './standing.js';
import { type Fault, type Step, stepText, type Visit } from './step.js';

const NETNS = '/run/netns/blue';
const EIO = 5;

const ANSWERS: Readonly<
  Record<Extract<Step, { does: 'apply' }>['sandbox'], FakeWorld['sandbox']['answers']>
> = {
  'takes it': E.right(null),
  'is not there': E.right(null),
  refuses: E.left({ _tag: 'RemoteError', method: 'm', message: 'no' }),
  'is lost': E.left({
    ...{ _tag: 'ExchangeBroken', method: 'm', sent: true, why: 'closed', detail: '' },
  }),
};

export class Walker {
  readonly #world = fakeWorld(new FakeKernel([]));
  readonly #lines: string[] = [];
  #standing: Standing = 'own';
  #place: Place;
  /** whose plan the sandbox has, or may have */
  #applied: Place;
  #older: Place;

  constructor(first: string) {
    this.#place = placeOf(first);
    this.#applied = this.#place;
    this.#older = this.#place;
  }

  /** The way so far, a line per step and what came of it. */
  text(): string {
    return this.#lines.join('\n');
  }

  /** What must be put right is, by a person's decision, before the walk goes on to another namespace. */
  async visit({ fixture, steps }: Visit): Promise<void> {
    this.#older = this.#place;
    this.#place = placeOf(fixture);
    this.#lines.push(fixture);
    this.#world.kernel.load(this.#place.state);
    for (const step of steps) await this.#take(step);
    for (const does of ['release', 'recover', 'release'] as const)
      if (this.#standing !== 'own')
        await this.#take({ does, decided: true, sandbox: 'is gone', fault: null });
    expect(this.#standing).toBe('own');
  }

  async #take(step: Step): Promise<void> {
    this.#lines.push(`  ${stepText(step)}`);
    const outcome = await this.#run(step);
    const standing = moved(step.does, outcome, this.#standing);
    this.#lines.push(`    ${outcome}: ${standing ?? `must not be for what is ${this.#standing}`}`);
    expect(standing).toBeDefined();
    this.#standing = standing ?? this.#standing;
    this.#check();
  }

  #check(): void {
    const { kernel, files, sandbox } = this.#world;
    const reads = {
      own: this.#place.before,
      taken: this.#applied.handedOver,
      unknown: this.#applied.handedOver,
      half: null,
      'half back': null,
    }[this.#standing];
    const text = restingText(kernel);
    if (reads !== null) expect(text).toBe(reads);
    expect(files.journals()).toHaveLength(this.#standing === 'own' ? 0 : 1);
    expect([...files.files.values()].filter(({ locked }) => locked)).toStrictEqual([]);
    expect([kernel.openFds.size, sandbox.openConnections]).toStrictEqual([0, 0]);
  }

  async #run(step: Step): Promise<Outcome> {
    const { sandbox } = this.#world;
    const { calls } = sandbox;
    const taken = sandbox.taken.length;
    try {
      const outcome = await (step.does === 'apply' ? this.#apply(step) : this.#undo(step));
      if (outcome === 'cut off') return this.#cutOff(false);
      const lost = step.sandbox === 'is lost' && sandbox.calls > calls;
      return outcome === 'refused' && lost ? 'undone although the sandbox may have it' : outcome;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#dieAsAProcess();
      return this.#cutOff(sandbox.taken.length > taken);
    }
  }

  async #apply(step: Extract<Step, { does: 'apply' }>): Promise<Outcome> {
    const of = step.plan === 'its own' ? this.#place : this.#older;
    if (of.plan === null) return 'refused';
    const { sandbox } = this.#world;
    sandbox.alive = step.sandbox !== 'is not there';
    sandbox.answers = ANSWERS[step.sandbox];
    const controller = new AbortController();
    const where = { netns: NETNS, sandbox: { address: '/run/sock' }, signal: controller.signal };
    const c = this.#capabilities(step.fault, () => controller.abort('SIGTERM'));
    const was = this.#applied;
    if (this.#standing === 'own') this.#applied = of;
    const outcome = applyOutcome(await apply(of.plan, where)(c)(), of.takesNothing);
    if (outcome === 'refused') this.#applied = was;
    return outcome;
  }

  /** Two owners on the wire: nothing is given back while the sandbox lives, unless it was decided. */
  async #undo({
    does,
    decided,
    sandbox,
    fault,
  }: Extract<Step, { does: 'recover' | 'release' }>): Promise<Outcome> {
    this.#world.sandbox.alive = sandbox === 'lives';
    const c = this.#capabilities(fault, () => {});
    const work =
      does === 'recover'
        ? recover(NETNS, { giveBack: decided })
        : release(NETNS, { force: decided });
    const outcome = undoOutcome(await work(c)());
    if (outcome === 'given back' && !decided && sandbox === 'lives')
      expect(this.#standing, 'given back by itself').toBe('half');
    return outcome;
  }

  #cutOff(calledMeanwhile: boolean): Outcome {
    if (this.#world.files.journals().length === 0) return 'cut off, no journal left';
    return calledMeanwhile ? 'cut off after the call' : 'cut off';
  }

  #capabilities(fault: Fault | null, interrupt: () => void): Capabilities {
    let effects = 0;
    return withFaults(
      this.#world.capabilities,
      ({ name, when }) => {
        if (when === 'after' || fault === null || effects++ !== fault.at) return 'go';
        if (fault.how === 'kills') throw new Crash(name);
        if (fault.how === 'interrupts') interrupt();
        return fault.how === 'fails' ? 'fail' : 'go';
      },
      EIO,
    );
  }

  /** What the kernel does with what a process had. */
  #dieAsAProcess(): void {
    const { files, kernel, sandbox } = this.#world;
    files.freeLocks();
    kernel.openFds.clear();
    sandbox.openConnections = 0;
  }
}
