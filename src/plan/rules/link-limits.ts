/** How many links, and sockets for them, the target takes. */

import type { FdLink } from '../model/network-plan.js';
import type { Context } from './context.js';
import type { PlanError } from './failures.js';

const tooManyLinks = ({ target }: Context, links: ReadonlyArray<FdLink>): PlanError[] =>
  target.severalLinks || links.length < 2
    ? []
    : [{ _tag: 'TooManyLinks', links: links.map(({ name }) => name), target: target.name }];

const tooManyFiles = ({ options, target }: Context, { length: links }: ReadonlyArray<FdLink>) => {
  const { channels } = options;
  const { maxFiles: limit, name } = target;
  const files = links * channels;
  const error = { _tag: 'TooManyFiles', files, limit, links, channels, target: name } as const;
  return files <= limit ? [] : [error];
};

/** What speaks against handing over all of `links`. */
export const linkLimits = (
  context: Context,
  links: ReadonlyArray<FdLink>,
): ReadonlyArray<PlanError> => [...tooManyLinks(context, links), ...tooManyFiles(context, links)];
