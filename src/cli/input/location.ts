/** locate: where a live source's namespace is, and what a bundle or container says about its plan and sandbox. */
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  BundleConfig,
  type BundleNetns,
  bundleNetns,
  bundleOptions,
} from '../../plan/documents/bundle.js';
import { netnsPath } from '../../plan/model/netns-path.js';
import type { PlanOptions } from '../../plan/model/options.js';
import { exitCodes } from '../ending/exit-codes.js';
import { type Refusal, refusal } from '../ending/refusal.js';
import type { LiveSource, Sink } from '../flags/source.js';
import type { Location, SandboxPlace } from './place.js';

const placeAt = (netns: string, options: PlanOptions = {}): Location => ({
  netns,
  options,
  sandbox: null,
});

const NO_PATH = {
  inherited: "config.json lists no network namespace: the container would share the runtime's own",
  new: "config.json's network namespace has no path: the runtime makes a new one, empty, at create",
  twice: 'config.json lists the network namespace twice',
} as const;

const bundlePath = (file: string, netns: BundleNetns): TE.TaskEither<Refusal, string> =>
  netns._tag === 'At'
    ? TE.right(netns.path)
    : TE.left(
        refusal(exitCodes.badInput, {
          code: 'bundle/no-network-namespace',
          path: `${file}: linux.namespaces`,
          summary: NO_PATH[netns.why],
          remedy: 'set path of the namespace of type network, or name the namespace with --netns',
        }),
      );

/** Loaded for bundles alone: a namespace needs no reader of documents. */
const documents = TE.fromTask<typeof import('./documents.js'), Refusal>(
  () => import('./documents.js'),
);

const locateBundle = (dir: string): TE.TaskEither<Refusal, Location> => {
  const file = join(dir, 'config.json');
  return pipe(
    documents,
    TE.flatMap(({ readDocumentFile }) => readDocumentFile(BundleConfig, file)),
    TE.flatMap((config) =>
      pipe(
        bundlePath(file, bundleNetns(config)),
        TE.map((path) => placeAt(path, bundleOptions(config))),
      ),
    ),
  );
};

/** Loaded for containers alone: finding one needs the executor. */
const containers = TE.fromTask<typeof import('./containers.js'), Refusal>(
  () => import('./containers.js'),
);

export const locate = (source: LiveSource): TE.TaskEither<Refusal, Location> => {
  switch (source._tag) {
    case 'Netns':
      return TE.right(placeAt(netnsPath(source)));
    case 'Pid':
      return TE.right(placeAt(netnsPath(source)));
    case 'Bundle':
      return locateBundle(source.dir);
    case 'Container':
      return pipe(
        containers,
        TE.flatMap(({ locateContainer }) => locateContainer(source.id, source.root)),
      );
  }
};

const locateSink = (sink: Sink): TE.TaskEither<Refusal, SandboxPlace> =>
  sink._tag === 'Socket'
    ? TE.right({ options: {}, sandbox: { address: sink.address } })
    : pipe(
        locate(sink),
        TE.map(({ options, sandbox }) => {
          if (sandbox === null) throw new TypeError('a container without a sandbox');
          return { options, sandbox };
        }),
      );

/** Both ends of an apply; a container that is both is looked at once. */
export const locateBoth = (
  source: LiveSource,
  sink: Sink,
): TE.TaskEither<Refusal, { readonly place: Location; readonly sink: SandboxPlace }> =>
  pipe(
    locate(source),
    TE.flatMap((place) => {
      const { sandbox, options } = place;
      const found = sandbox === null ? locateSink(sink) : TE.right({ options, sandbox });
      return pipe(
        found,
        TE.map((found) => ({ place, sink: found })),
      );
    }),
  );
