/** The planner's public face: documents in and out, plans, differences and texts; no effects anywhere. */
export { BundleConfig, type BundleNetns, bundleNetns, bundleOptions } from './documents/bundle.js';
export { PlanOrState } from './documents/plan-or-state.js';
export {
  type DocumentError,
  type DocumentErrors,
  describeDocumentError,
  readDocument,
  writeDocument,
} from './documents/read.js';
export { compareForwarding, type ForwardingDifference } from './forwarding/compare.js';
export { Accounted, ObjectClass } from './model/account.js';
export {
  DefaultGateway,
  Diagnostic,
  FdLink,
  LoopbackLink,
  NetworkPlan,
  PlannedAddress,
  PlannedNeighbor,
  PlannedRoute,
} from './model/network-plan.js';
export {
  type BindPacketSocket,
  type CallSandbox,
  type DeleteAddress,
  linearise,
  type Op,
} from './model/ops.js';
export { DEFAULT_OPTIONS, PlanOptions } from './model/options.js';
export {
  Family,
  IfIndex,
  IfName,
  IpAddress,
  LinkAddress,
  Prefix,
} from './model/scalars.js';
export {
  Address,
  Link,
  NamespaceState,
  Neighbor,
  NetnsIdentity,
  NexthopObject,
  type ObjectPath,
  Route,
  Rule,
} from './model/state.js';
export { findTarget, LATEST, TARGETS, type Target } from './model/target.js';
export type { KernelDecision, KernelLeg, WhyUnsent } from './routing/kernel/decision.js';
export { kernelDecisionSteps } from './routing/kernel/decision-steps.js';
export { kernelDecision } from './routing/kernel/kernel-decision.js';
export type { Packet } from './routing/kernel/packet.js';
export { compile } from './rules/compile.js';
export type { PlanError, PlanErrors } from './rules/failures.js';
export {
  allHold,
  type Condition,
  conditionText,
  describeUnmet,
  parseConditions,
} from './views/conditions.js';
export { Change, diffPlans } from './views/diff.js';
export { escapeName } from './views/escape-name.js';
export {
  describeUnknownSubject,
  explain,
  type UnknownSubject,
} from './views/explain.js';
export { explainText } from './views/explain-text.js';
export { Explanation } from './views/explanation.js';
export { describe } from './views/failure-text.js';
export { diagnosticText, diffText, opsText, planText } from './views/plan-text.js';
export { ansi, plain, type Style } from './views/style.js';
