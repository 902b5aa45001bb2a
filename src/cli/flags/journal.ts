/** --journal: where applies are recorded, for the commands that write and read the records. */
import { resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';

export const journalFlag = {
  journal: Flags.string({
    helpValue: 'DIR',
    summary:
      'the folder of journals and locks instead of /run/netplan; made if missing, for its owner only',
    parse: async (folder) => resolve(folder),
  }),
};

/** What the executor's options call it; empty where it has its own default. */
export const journalOption = ({
  journal,
}: {
  readonly journal?: string | undefined;
}): { readonly journalFolder?: string } =>
  journal === undefined ? {} : { journalFolder: journal };
