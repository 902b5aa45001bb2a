/** The executor's public face: what a program needs to observe, apply, undo and explain. */

export { type RunningSandbox, runSandbox } from '../sandbox/server.js';
export { type ApplyTarget, apply } from './apply.js';
export type {
  Capabilities,
  Exec,
  FramePort,
  Kernel,
  Machine,
  Netns,
  Sandbox,
} from './capabilities.js';
export { describeExec } from './describe.js';
export { Check, type DoctorOptions, DoctorReport, doctor } from './doctor.js';
export type { ExecError } from './errors.js';
export { nothingInTheWayOf } from './handover.js';
export { type Journal, parseJournal, readJournal } from './journal.js';
export { DEFAULT_JOURNAL_FOLDER } from './journal-folder.js';
export { liveCapabilities } from './live.js';
export { type RecoverOptions, RestoreReport, recover } from './recover.js';
export { type Recovered, recoverAll } from './recover-all.js';
export { type ReleaseOptions, release } from './release.js';
export { ApplyReport, OpOutcome, OpReport, reportText } from './report.js';
export { type Settled, settle, type Watched } from './settle.js';
export { type Container, defaultRoot, findContainer } from './urpc/container.js';
export { encodeCall } from './urpc/message.js';
export { probeTarget } from './urpc/probe.js';
