/** The planner's public face: documents in and out, plans, differences and texts; no effects anywhere. */
export { BundleConfig, type BundleNetns, bundleNetns, bundleOptions } from './bundle.js';
export { compile } from './compile.js';
export {
  allHold,
  type Condition,
  conditionText,
  describeUnmet,
  parseConditions,
} from './conditions.js';
export { Change, diffPlans } from './diff.js';
export {
  type DocumentError,
  type DocumentErrors,
  describeDocumentError,
  readDocument,
  writeDocument,
} from './document.js';
export { describe } from './error-text.js';
export type { PlanError, PlanErrors } from './errors.js';
export { escapeName } from './escape-name.js';
export {
  describeUnknownSubject,
  type Explanation,
  explain,
  type UnknownSubject,
} from './explain.js';
export { explainText } from './explain-text.js';
export { compareForwarding, type ForwardingDifference } from './forwarding.js';
export {
  Accounted,
  DefaultGateway,
  Diagnostic,
  FdLink,
  LoopbackLink,
  NetworkPlan,
  ObjectClass,
  PlannedAddress,
  PlannedNeighbor,
  PlannedRoute,
} from './network-plan.js';
export {
  type BindPacketSocket,
  type CallSandbox,
  type DeleteAddress,
  linearise,
  type Op,
} from './ops.js';
export { DEFAULT_OPTIONS, PlanOptions } from './options.js';
export { PlanOrState } from './plan-or-state.js';
export {
  Family,
  IfIndex,
  IfName,
  IpAddress,
  LinkAddress,
  Prefix,
} from './scalars.js';
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
} from './state.js';
export { ansi, plain, type Style } from './style.js';
export { findTarget, LATEST, TARGETS, type Target } from './target.js';
export { diagnosticText, diffText, opsText, planText } from './text.js';
