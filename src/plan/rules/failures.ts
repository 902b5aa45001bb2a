/** PlanError: why a namespace cannot be planned, as facts; `describe` is the only place that turns them into prose. */
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { Diagnostic, NetworkPlan } from '../model/network-plan.js';
import type { Family, IfName } from '../model/scalars.js';
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
      readonly link: IfName;
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

/** The stable code of each error and what it means, for docs/codes.md. LossRefused keeps the code of its loss. */
export const PLAN_ERRORS = {
  UnknownTarget: {
    code: 'plan/unknown-target',
    means: 'the target is no gVisor release, dialect, head or latest',
  },
  UnknownLinkOption: {
    code: 'plan/unknown-link',
    means: 'an option names a link that the namespace does not have',
  },
  OptionUnsupported: {
    code: 'plan/option-unsupported',
    means: 'the target or a link cannot do what an option asks',
  },
  InconsistentState: {
    code: 'plan/inconsistent-state',
    means: 'the state contradicts itself, as no kernel would',
  },
  DuplicateLink: {
    code: 'plan/duplicate-link',
    means: 'two links of the state have one name or ifindex',
  },
  DuplicateAddress: { code: 'plan/duplicate-address', means: 'two links have the same address' },
  DuplicateDefaultGateway: {
    code: 'plan/duplicate-default-gateway',
    means: 'more than one default route, and no policy that chooses',
  },
  NoChosenDefault: {
    code: 'plan/no-chosen-default',
    means: '--default-route names a link that has none of the default routes',
  },
  MultipathDefault: {
    code: 'plan/multipath-default',
    means: 'a default route with several nexthops',
  },
  DefaultWithoutGateway: {
    code: 'plan/default-without-gateway',
    means: 'a default route without a gateway under --strict-gateway',
  },
  DefaultViaOtherFamily: {
    code: 'plan/default-via-other-family',
    means: 'an IPv4 default route with an IPv6 nexthop',
  },
  DefaultOnExcludedLink: {
    code: 'plan/default-on-excluded-link',
    means: 'a default route through a link that is not handed over',
  },
  NoUsableLink: {
    code: 'plan/no-usable-link',
    means: 'a default route and no link that could be handed over',
  },
  KindRefused: {
    code: 'plan/kind-refused',
    means: 'a link kind that dies when its addresses are taken',
  },
  LinkLayerRefused: {
    code: 'plan/link-layer-refused',
    means: 'a link without a link-layer header, for a target that always writes one',
  },
  LinkAddressMissing: {
    code: 'plan/link-address-missing',
    means: 'an Ethernet link without a MAC, for a target that then leaves the header out',
  },
  TooManyLinks: {
    code: 'plan/too-many-links',
    means: 'several links, for a target that can open one',
  },
  TooManyFiles: {
    code: 'plan/too-many-files',
    means: 'more sockets than one call to the target can carry',
  },
} as const satisfies Record<
  Exclude<PlanError['_tag'], 'LossRefused'>,
  { readonly code: string; readonly means: string }
>;
