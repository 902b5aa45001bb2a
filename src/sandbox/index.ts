/** The embedded reference sandbox's public face: to start one in a process of one's own. */

export type { Behavior } from './behavior.js';
export type { AcceptedNetwork } from './contract/accepted.js';
export type { SandboxEvent } from './events.js';
export { type RunningSandbox, runSandbox, type SandboxOptions } from './server.js';
