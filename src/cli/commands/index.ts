/** The commands by name. Loading one loads no planner and no executor: those come with run(). */
import { Apply } from './apply.js';
import { Capture } from './capture.js';
import { Diff } from './diff.js';
import { Doctor } from './doctor.js';
import { Explain } from './explain.js';
import { Plan } from './plan.js';
import { Recover } from './recover.js';
import { Release } from './release.js';
import { Sandbox } from './sandbox.js';
import { Targets } from './targets.js';

export const commands = {
  apply: Apply,
  capture: Capture,
  diff: Diff,
  doctor: Doctor,
  explain: Explain,
  plan: Plan,
  recover: Recover,
  release: Release,
  sandbox: Sandbox,
  targets: Targets,
};
