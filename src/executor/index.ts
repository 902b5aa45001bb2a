/** The executor's public face: what a program needs to observe, apply, undo and explain. */

export { Check, type DoctorOptions, DoctorReport, doctor } from './doctor.js';
export type { Capabilities, Kernel, Machine, Netns, Sandbox } from './effects/capabilities.js';
export type { Exec } from './effects/exec.js';
export type { ExecError } from './failures/failure.js';
export { OpOutcome, OpReport } from './failures/op-report.js';
export { describeExec } from './failures/table.js';
export { type RecoverOptions, recover } from './giveback/recover.js';
export { type Recovered, recoverAll } from './giveback/recover-all.js';
export { type ReleaseOptions, release } from './giveback/release.js';
export { RestoreReport } from './giveback/report.js';
export { type ApplyTarget, apply } from './handover/apply.js';
export { ApplyReport, reportText } from './handover/report.js';
export { DEFAULT_JOURNAL_FOLDER } from './journal/folder.js';
export { type Journal, parseJournal, readJournal } from './journal/journal.js';
export { nothingInTheWayOf } from './journal/standing.js';
export type { FramePort } from './linux/frame-port.js';
export { liveCapabilities } from './live/live.js';
export { type Settled, settle, type Watched } from './namespace/settle.js';
export { type Container, defaultRoot, findContainer } from './urpc/container.js';
export { encodeCall } from './urpc/message.js';
export { probeTarget } from './urpc/probe.js';
