/** Bundle: what an OCI runtime bundle's config.json says about the container's network. */
import * as t from 'io-ts';
import type { PlanOptions } from '../model/options.js';

const text = t.record(t.string, t.string);

/**
 * The keys of config.json that concern the network. Open, unlike netplan's own documents: the rest of
 * the file belongs to the runtime.
 * Source: OCI runtime specification 1.2, config-linux.md (namespaces, sysctl) and config.md (annotations).
 */
export const BundleConfig = t.partial(
  {
    annotations: text,
    linux: t.partial({
      namespaces: t.readonlyArray(
        t.intersection([t.type({ type: t.string }), t.partial({ path: t.string })]),
      ),
      sysctl: text,
    }),
  },
  'BundleConfig',
);
export type BundleConfig = t.TypeOf<typeof BundleConfig>;

/**
 * Where the container's network namespace is. inherited: none is listed, so it is the runtime's own; new:
 * the runtime makes one, which does not exist yet; twice: listed more than once, which the specification
 * forbids.
 */
export type BundleNetns =
  | { readonly _tag: 'At'; readonly path: string }
  | { readonly _tag: 'Nowhere'; readonly why: 'inherited' | 'new' | 'twice' };

export const bundleNetns = ({ linux }: BundleConfig): BundleNetns => {
  const [found, second] = (linux?.namespaces ?? []).filter(({ type }) => type === 'network');
  if (found === undefined) return { _tag: 'Nowhere', why: 'inherited' };
  if (second !== undefined) return { _tag: 'Nowhere', why: 'twice' };
  const { path = '' } = found;
  return path === '' ? { _tag: 'Nowhere', why: 'new' } : { _tag: 'At', path };
};

/** Set by cri-o and by containerd on the container that only holds a pod's namespaces. */
const PAUSE_ANNOTATIONS = ['io.kubernetes.cri-o.ContainerType', 'io.kubernetes.cri.container-type'];

/** runsc plans no IPv6 at all when this is there and not 0. Source: runsc/sandbox/network.go, ipv6Disabled. */
const DISABLE_IPV6 = 'net.ipv6.conf.all.disable_ipv6';

/** The plan options that the bundle decides. */
export const bundleOptions = ({ annotations, linux }: BundleConfig): PlanOptions => ({
  ...(PAUSE_ANNOTATIONS.some((name) => annotations?.[name] === 'sandbox') ? { pause: true } : {}),
  ...((linux?.sysctl?.[DISABLE_IPV6] ?? '0') === '0' ? {} : { families: ['inet'] as const }),
});
