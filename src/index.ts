/** The library: the planner and the executor; `netplan/plan` is the planner alone. */
export * from './executor/index.js';
export * from './plan/index.js';
