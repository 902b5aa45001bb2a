/** Suites that need more than Node: they run, or say in one line why not; under NETPLAN_NO_SKIP they must run. */
import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

const root = process.getuid?.() === 0;
const canMakeNamespaces =
  root && has('ip') && spawnSync('unshare', ['--net', 'true'], { stdio: 'ignore' }).status === 0;

const missing = (needs: ReadonlyArray<string>): ReadonlyArray<string> =>
  needs
    .filter((need) => (need === 'netns' ? !canMakeNamespaces : !has(need)))
    .map((need) => (need === 'netns' ? 'network namespaces (root and iproute2)' : need));

/** `describe` for a suite that needs `netns` (root and iproute2) or programs on the PATH. */
export const describeWith = (
  needs: ReadonlyArray<string>,
  name: string,
  body: () => void,
): void => {
  const absent = missing(needs);
  if (absent.length === 0) {
    describe(name, body);
    return;
  }
  const message = `skipped: "${name}" needs ${absent.join(', ')}`;
  if (process.env['NETPLAN_NO_SKIP'] !== undefined)
    throw new Error(`${message}; no suite may skip here`);
  console.warn(message);
  describe.skip(`${name} (${message})`, body);
};
