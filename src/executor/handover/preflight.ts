/** Preflight: everything that can be known to fail, found before the first effect and told together. */
import type { FdLink, NetworkPlan } from '../../plan/model/network-plan.js';
import type { Op } from '../../plan/model/ops.js';
import type { Link, NamespaceState } from '../../plan/model/state.js';
import { targetOf } from '../../plan/model/target.js';
import { REFUSED_KINDS } from '../../plan/rules/links.js';
import type { Process } from '../effects/capabilities.js';
import type { PreflightCode } from '../failures/check-codes.js';
import type { PreflightFailure } from '../failures/failure.js';
import { rightsFailures } from '../namespace/rights.js';

const failure = (code: PreflightCode, summary: string, remedy: string): PreflightFailure => ({
  code,
  summary,
  remedy,
  rights: false,
});

/** What netplan itself opens besides the packet sockets: netlink, control socket, journal, lock, folder, reserve. */
const OWN_FILES = 16;

const fileFailures = (
  plan: NetworkPlan,
  files: number,
  self: Process,
): ReadonlyArray<PreflightFailure> => {
  const { maxFiles, name } = targetOf(plan.target);
  const needed = self.openFiles + files + OWN_FILES;
  const failures: PreflightFailure[] = [];
  if (files > maxFiles)
    failures.push(
      failure(
        'preflight/too-many-files',
        `the plan hands over ${files} packet sockets; target ${name} takes ${maxFiles} in its one call`,
        'plan with fewer --channels or fewer links',
      ),
    );
  if (needed > self.maxOpenFiles)
    failures.push(
      failure(
        'preflight/descriptor-limit',
        `${needed} descriptors are needed at once; this process may open ${self.maxOpenFiles}`,
        `ulimit -n ${needed}`,
      ),
    );
  return failures;
};

/** What speaks against the link as it is now: a plan file may be older than it, or edited. */
const linkProblems = ({ name, gso }: FdLink, found: Link): ReadonlyArray<PreflightFailure> => {
  const problems: PreflightFailure[] = [];
  if (!found.flags.includes('UP'))
    problems.push(failure('preflight/link', `${name} is down`, `ip link set ${name} up`));
  if (REFUSED_KINDS.has(found.kind ?? ''))
    problems.push(
      failure(
        'preflight/link-kind',
        `${name} is ${found.kind}, which delivers by the very addresses that would be taken from it`,
        'use macvlan or veth',
      ),
    );
  if (gso.mode === 'host' && found.gso === false)
    problems.push(
      failure(
        'preflight/gso',
        `the plan has the host segment for ${name}, where generic segmentation offload is off`,
        `ethtool -K ${name} gso on, or plan with --gso=gvisor`,
      ),
    );
  return problems;
};

const linkFailures = (plan: NetworkPlan, state: NamespaceState): ReadonlyArray<PreflightFailure> =>
  plan.fdLinks.flatMap((link) => {
    const { name, ifindex } = link;
    const found = state.links.find((one) => one.ifindex === ifindex);
    if (found === undefined)
      return [
        failure(
          'preflight/link',
          `there is no link with ifindex ${ifindex} (${name})`,
          'plan again',
        ),
      ];
    if (found.name !== name)
      return [
        failure(
          'preflight/link',
          `the link with ifindex ${ifindex} is ${found.name}, not ${name}`,
          'plan again',
        ),
      ];
    return linkProblems(link, found);
  });

const SANDBOX_STARTED = failure(
  'preflight/sandbox-started',
  'the container was started: the call would kill its sandbox',
  'apply between create and start of the container',
);

/** What is known of the place of an apply before its first effect. */
export interface Premises {
  readonly state: NamespaceState;
  readonly self: Process;
  /**
   * The container was started. After its start a sentry's seccomp filter kills it for the system calls that a
   * packet socket needs. Source: runsc/boot/filter; seen on the real runsc.
   */
  readonly started: boolean;
}

/** What of a plan, whose ops are `ops`, cannot work there. Without ops everything does. */
export const planFailures = (
  plan: NetworkPlan,
  ops: ReadonlyArray<Op>,
  { state, self, started }: Premises,
): ReadonlyArray<PreflightFailure> => {
  if (ops.length === 0) return [];
  const files = ops.filter(({ _tag }) => _tag === 'BindPacketSocket').length;
  return [
    ...rightsFailures(self),
    ...fileFailures(plan, files, self),
    ...linkFailures(plan, state),
    ...(started ? [SANDBOX_STARTED] : []),
  ];
};
