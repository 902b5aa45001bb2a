/** StoredHeader: the header of a journal in any format that was ever written, as one of the present format. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { oneOf } from '../../plan/model/one-of.js';
import { JournalHeader } from './header.js';
import { JournalHeader1, upgraded } from './header-1.js';

const AnyHeader = oneOf(
  'JournalHeader',
  'formatVersion',
  (version) => (version === 1 || version === 2 ? version : null),
  'formatVersion 1 or 2',
  { 1: JournalHeader1, 2: JournalHeader },
);

/** Journals outlive an update of netplan: what an older one has written down is given back all the same. */
export const StoredHeader = new t.Type<JournalHeader, unknown, unknown>(
  'JournalHeader',
  JournalHeader.is,
  (u, context) => {
    const found = AnyHeader.validate(u, context);
    if (E.isLeft(found)) return found;
    const header = found.right.formatVersion === 2 ? found.right : upgraded(found.right);
    if (header !== null) return t.success(header);
    const taken = t.appendContext(context, 'taken', JournalHeader1.required.taken);
    return t.failure(u, taken, 'addresses of the state before');
  },
  JournalHeader.encode,
);
