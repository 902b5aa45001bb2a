/** Where a live source's namespace and sandbox are, and what its bundle or container says about the plan. */
import type { PlanOptions } from '../../plan/model/options.js';

export interface SandboxLocation {
  readonly address: string;
  readonly container?: string;
  readonly pid?: number;
  readonly started?: boolean;
}

export interface Location {
  /** the namespace's file */
  readonly netns: string;
  /** what the bundle or container decides about the plan */
  readonly options: PlanOptions;
  /** the container's sandbox; null for other sources */
  readonly sandbox: SandboxLocation | null;
}

/** A sandbox and the plan options that its container decides. */
export interface SandboxPlace {
  readonly options: PlanOptions;
  readonly sandbox: SandboxLocation;
}
