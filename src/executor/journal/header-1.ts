/** Journal headers of format 1, as 0.1.0 wrote them: the addresses that were taken are sentences in it. */
import * as t from 'io-ts';
import { closed } from '../../plan/model/closed.js';
import { linkNames } from '../../plan/model/link-names.js';
import { addressKey } from '../../plan/model/object-key.js';
import { trusted } from '../../plan/model/scalars.js';
import type { NamespaceState, ObjectPath } from '../../plan/model/state.js';
import { JournalHeader } from './header.js';

export const JournalHeader1 = closed('JournalHeader', {
  ...JournalHeader.required,
  formatVersion: t.literal(1),
  /** in iproute2's words */
  taken: t.readonlyArray(t.string),
});
export type JournalHeader1 = t.TypeOf<typeof JournalHeader1>;

/** `address inet 192.0.2.2 peer 192.0.2.9 prefixlen 32 dev eth0 scope global permanent` */
const TAKEN = /^address (inet6?) (\S+) (?:peer (\S+) )?prefixlen (\d+) dev (.+?) scope /;

const keyIn = (state: NamespaceState, text: string): string | null => {
  const [, family, local, peer, prefixLen, dev] = TAKEN.exec(text) ?? [];
  const ifindex = [...linkNames(state)].find(([, name]) => name === dev)?.[0];
  return ifindex === undefined || local === undefined
    ? null
    : addressKey({
        ifindex: trusted.ifIndex(ifindex),
        family: family === 'inet6' ? 'inet6' : 'inet',
        local: trusted.ipAddress(local),
        prefixLen: Number(prefixLen),
        ...(peer === undefined ? {} : { peer: trusted.ipAddress(peer) }),
      });
};

/** The same in the present format; null where a sentence is about no address of the state before. */
export const upgraded = ({ taken, ...header }: JournalHeader1): JournalHeader | null => {
  const { addresses } = header.before;
  const paths = new Map(
    addresses.map((one, i): [string, ObjectPath] => [addressKey(one), `addresses[${i}]`]),
  );
  const found = taken.flatMap((text) => paths.get(keyIn(header.before, text) ?? '') ?? []);
  return found.length === taken.length ? { ...header, formatVersion: 2, taken: found } : null;
};
