/** Whether a part of the kernel is a module that nobody has loaded, so that there can be nothing in it. */
import { readdirSync, statSync } from 'node:fs';
import { release } from 'node:os';

/** Where the kernel shows its modules, and where the machine keeps those of the kernel that runs. */
interface ModuleFolders {
  readonly loaded: string;
  readonly stored: string;
}
const FOLDERS: ModuleFolders = {
  loaded: '/sys/module',
  stored: `/lib/modules/${release()}/kernel`,
};

/** The module's file, compressed in any way. */
const isStored = (folder: string, file: string): boolean =>
  readdirSync(folder).some((name) => name === file || name.startsWith(`${file}.`));

/**
 * True where `name` is stored as a module and not loaded. Asking such a part a question makes the kernel load
 * it, for the whole machine, to hear that it is empty. What is built into the kernel is in neither place; a
 * machine without a folder of modules, or one that cannot be read, has none asleep.
 */
export const isAsleep = (name: string, folder: string, { loaded, stored } = FOLDERS): boolean => {
  try {
    if (statSync(`${loaded}/${name}`, { throwIfNoEntry: false }) !== undefined) return false;
    return isStored(`${stored}/${folder}`, `${name}.ko`);
  } catch {
    return false;
  }
};
