/** The cases of fixtures/: a folder each, with what it proves, its state, and maybe options and a recipe. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { describeDocumentError } from '../../src/plan/documents/errors.js';
import { readDocument } from '../../src/plan/documents/read.js';
import type { NetworkPlan } from '../../src/plan/model/network-plan.js';
import { PlanOptions } from '../../src/plan/model/options.js';
import { NamespaceState } from '../../src/plan/model/state.js';
import { compile } from '../../src/plan/rules/compile.js';
import type { PlanErrors } from '../../src/plan/rules/failures.js';

const ROOT = join(import.meta.dirname, '../../fixtures');

export const fixtureFile = (name: string, base: string): string => join(ROOT, name, base);

const holds = (base: string) => (name: string) => existsSync(fixtureFile(name, base));

/** Cases that are planned from a recorded state. */
export const fixtures: ReadonlyArray<string> = readdirSync(ROOT).filter(holds('about.md')).sort();

/** Those that can be made on a real kernel. */
export const recipes: ReadonlyArray<{ readonly name: string; readonly recipe: string }> = fixtures
  .filter(holds('recipe'))
  .map((name) => ({ name, recipe: readFileSync(fixtureFile(name, 'recipe'), 'utf8').trim() }));

const read = <A>(codec: t.Type<A, unknown>, path: string): A => {
  const document = readDocument(codec, readFileSync(path, 'utf8'));
  if (E.isRight(document)) return document.right;
  throw new Error(
    `${path}: ${document.left.map((e) => describeDocumentError(e).summary).join('; ')}`,
  );
};

export const optionsOf = (name: string): PlanOptions =>
  holds('options.yaml')(name) ? read(PlanOptions, fixtureFile(name, 'options.yaml')) : {};

export const stateOf = (name: string): NamespaceState =>
  read(NamespaceState, fixtureFile(name, 'state.yaml'));

export const outcomeOf = (name: string): E.Either<PlanErrors, NetworkPlan> =>
  compile(optionsOf(name))(stateOf(name));
