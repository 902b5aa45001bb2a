/** PlanError: why a namespace cannot be planned, as facts; `describe` is the only place that turns them into prose. */
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { Diagnostic, NetworkPlan } from '../model/network-plan.js';
import type { Family } from '../model/scalars.js';
import type { ObjectPath } from '../model/state.js';

/** A default route as both sides of a conflict need it. */
export interface DefaultRouteAt {
  readonly path: ObjectPath;
  readonly family: Family;
  readonly link: string;
  /** null: on-link */
  readonly gateway: string | null;
  readonly metric: number;
  readonly protocol: string;
  readonly pref: string | null;
}

export interface LinkVerdict {
  readonly link: string;
  readonly reason: string;
}

/** An error with the objects of the state that it is about; none where it is of the options alone, or of the whole. */
export type PlanError = { readonly objects: ReadonlyArray<ObjectPath> } & (
  | { readonly _tag: 'UnknownTarget'; readonly name: string }
  | {
      readonly _tag: 'UnknownLinkOption';
      readonly link: string;
      readonly links: ReadonlyArray<string>;
    }
  | {
      readonly _tag: 'OptionUnsupported';
      readonly option: string;
      readonly value: string;
      readonly target: string;
      readonly why: string;
    }
  | { readonly _tag: 'InconsistentState'; readonly path: string; readonly problem: string }
  | {
      readonly _tag: 'DuplicateLink';
      readonly what: 'name' | 'ifindex';
      readonly value: string;
      readonly objects: readonly [ObjectPath, ObjectPath];
    }
  | {
      readonly _tag: 'DuplicateAddress';
      readonly address: string;
      readonly links: readonly [string, string];
      readonly prefixLen: number;
      readonly objects: readonly [ObjectPath, ObjectPath];
    }
  | {
      readonly _tag: 'DuplicateDefaultGateway';
      /** null: the target has one for both families */
      readonly family: Family | null;
      readonly routes: readonly [DefaultRouteAt, DefaultRouteAt, ...DefaultRouteAt[]];
    }
  | {
      readonly _tag: 'NoChosenDefault';
      readonly link: string;
      readonly routes: ReadonlyArray<DefaultRouteAt>;
    }
  | {
      readonly _tag: 'MultipathDefault';
      readonly family: Family;
      readonly objects: readonly [ObjectPath];
      readonly nexthops: ReadonlyArray<{
        readonly link: string;
        readonly gateway: string | null;
        readonly weight: number;
      }>;
    }
  | { readonly _tag: 'DefaultWithoutGateway'; readonly route: DefaultRouteAt }
  | { readonly _tag: 'DefaultViaOtherFamily'; readonly route: DefaultRouteAt }
  | {
      readonly _tag: 'DefaultOnExcludedLink';
      readonly route: DefaultRouteAt;
      readonly reason: string;
    }
  | {
      readonly _tag: 'NoUsableLink';
      /** the default route, then the links */
      readonly objects: readonly [ObjectPath, ...ObjectPath[]];
      readonly links: ReadonlyArray<LinkVerdict>;
    }
  | {
      readonly _tag: 'KindRefused';
      readonly objects: readonly [ObjectPath];
      readonly link: string;
      readonly kind: string;
    }
  | {
      readonly _tag: 'LinkLayerRefused';
      readonly objects: readonly [ObjectPath];
      readonly link: string;
      readonly type: string;
      readonly target: string;
    }
  | {
      readonly _tag: 'LinkAddressMissing';
      readonly objects: readonly [ObjectPath];
      readonly link: string;
      readonly kind: string;
      readonly target: string;
    }
  | {
      readonly _tag: 'TooManyLinks';
      readonly links: ReadonlyArray<string>;
      readonly target: string;
    }
  | {
      readonly _tag: 'TooManyFiles';
      readonly files: number;
      readonly limit: number;
      readonly links: number;
      readonly channels: number;
      readonly target: string;
    }
  | {
      readonly _tag: 'LossRefused';
      readonly loss: Diagnostic;
      /** the plan that has the loss: its account has the loss's objects */
      readonly plan: Pick<NetworkPlan, 'objects'>;
    }
);

export type PlanErrors = ReadonlyNonEmptyArray<PlanError>;
