/**
 * A network namespace in memory that keeps the kernel's promises and its surprises: what comes and goes with an address,
 * in which order, and what is refused. test/support/kernel-facts has what of it is asked of the real kernel, too.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Netns } from '../../../src/executor/effects/capabilities.js';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import type { Fd } from '../../../src/executor/linux/fd.js';
import type { Filters } from '../../../src/plan/model/filters.js';
import type { NetlinkChange } from '../../../src/plan/model/netlink-change.js';
import type {
  Link,
  NamespaceState,
  NetnsIdentity,
  NexthopObject,
  Rule,
} from '../../../src/plan/model/state.js';
import { dumped } from './addresses.js';
import { linesOf } from './lines.js';
import { FakeNamespace } from './namespace.js';

export interface FakeKernelOptions {
  readonly identity?: NetnsIdentity;
  readonly promoteSecondaries?: boolean;
}

const IDENTITY: NetnsIdentity = { inode: '4026532300', cookie: '41', root: false };

export class FakeKernel extends FakeNamespace {
  identity: NetnsIdentity;
  readonly openFds = new Set<Fd>();
  rules: ReadonlyArray<Rule> = [];
  nexthops: ReadonlyArray<NexthopObject> = [];
  filters: Filters = {};
  #nextFd = 100;

  constructor(links: ReadonlyArray<Link>, options: FakeKernelOptions = {}) {
    super(links, options.promoteSecondaries ?? false);
    this.identity = options.identity ?? IDENTITY;
  }

  override load(given: NamespaceState): void {
    const state = structuredClone(given);
    const { netfilter = [], ipsec = [], linkFilters = [], sysctls = [] } = state;
    super.load(state);
    this.filters = { netfilter, ipsec, linkFilters, sysctls };
    this.rules = state.rules;
    this.nexthops = state.nexthops;
    this.identity = { ...this.identity, root: state.netns?.root ?? false };
  }

  /** What dumps say: all but filters. */
  state(): NamespaceState {
    return structuredClone({
      kind: 'NamespaceState',
      formatVersion: 1,
      links: this.links,
      addresses: dumped(this.addresses),
      routes: this.routes,
      rules: this.rules,
      neighbors: this.neighbors,
      nexthops: this.nexthops,
      netns: this.identity,
    });
  }

  wholeState(): NamespaceState {
    return { ...this.state(), ...structuredClone(this.filters) };
  }

  text(): string {
    return linesOf(this.wholeState()).join('\n');
  }

  /** For tests that build a namespace: a change that must succeed. */
  must(change: NetlinkChange): this {
    const result = this.change(change);
    if (E.isLeft(result)) throw new Error(JSON.stringify([change, result.left]));
    return this;
  }

  addLink(link: Link): void {
    this.links = [...this.links, link];
  }

  bind(): Fd {
    const fd = this.#nextFd++ as Fd;
    this.openFds.add(fd);
    return fd;
  }

  /** The namespace as the executor sees it. */
  netns(path: string): Netns {
    const lift =
      <A>(run: () => E.Either<ExecError, A>): TE.TaskEither<ExecError, A> =>
      async () =>
        run();
    return {
      path,
      identity: this.identity,
      observe: lift(() => E.right(this.state())),
      filters: lift(() => E.right(this.filters)),
      notified: () => lift(() => E.right(this.settle() ? 'ready' : 'timeout')),
      change: (change) => lift(() => this.change(structuredClone(change))),
      bindPacketSocket: () => lift(() => E.right({ fd: this.bind(), warnings: [] })),
      close: () => {},
    };
  }
}
