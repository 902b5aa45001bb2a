/** The whole state: rtnetlink's objects and the filters beside them. */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect, test } from 'vitest';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import { observeWhole } from '../../../src/executor/namespace/whole-state.js';
import type { Filters } from '../../../src/plan/model/filters.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { oneLink } from '../../support/states.js';

const sysctl = (ifindex?: number) => ({
  key: 'net.ipv4.conf.*.rp_filter',
  value: '1',
  ...(ifindex === undefined ? {} : { ifindex: trusted.ifIndex(ifindex) }),
});
const xdp = (ifindex: number) => ({
  ifindex: trusted.ifIndex(ifindex),
  hook: 'xdp' as const,
  kinds: ['native'],
  filters: 1,
  digest: '00',
});

const whole = (filters: TE.TaskEither<ExecError, Filters>) =>
  observeWhole({ observe: TE.right(oneLink), filters })();

test('a namespace without filters has no lists of them', async () => {
  expect(await whole(TE.right({}))).toStrictEqual(E.right(oneLink));
});

test('what is of a link that went away meanwhile went with it', async () => {
  const found = await whole(
    TE.right({ linkFilters: [xdp(2), xdp(99)], sysctls: [sysctl(), sysctl(2), sysctl(99)] }),
  );
  expect(found).toStrictEqual(
    E.right({ ...oneLink, linkFilters: [xdp(2)], sysctls: [sysctl(), sysctl(2)] }),
  );
});

test('filters that cannot be read are no filters that are not there', async () => {
  const error: ExecError = { _tag: 'DumpInterrupted', request: 'NFT_MSG_GETRULE', attempts: 10 };
  expect(await whole(TE.left(error))).toStrictEqual(E.left(error));
});
