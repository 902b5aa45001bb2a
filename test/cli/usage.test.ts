/** Wrong uses end in exit code 2 before anything is read: commands in this process. */
import { Config } from '@oclif/core/config';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { commands } from '../../src/cli/commands/index.js';
import { ROOT } from '../support/tree.js';

let config: Config;
beforeAll(async () => {
  config = await Config.load(ROOT);
});
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

const said = (): string => vi.mocked(process.stderr.write).mock.calls.map(String).join('');

test.each<readonly [keyof typeof commands, string, RegExp]>([
  ['plan', '', /name the namespace/],
  ['plan', '--netns=b --container=c', /--container/],
  ['plan', '--state=a --bundle=b', /--bundle/],
  ['plan', '--pid=0', /--pid|greater/],
  ['plan', '--state=a --channels=0', /greater than or equal to 1/],
  ['plan', `--state=a --link=${'x'.repeat(128)}`, /no name of a link/],
  ['plan', '--state=a --default-route=caf\\xE9', /no name of a link/],
  ['plan', '--state=a --gso=maybe', /auto, host, gvisor, off/],
  ['plan', '--netns=b --root=/run/runsc', /--container/],
  ['plan', '--netns=b --wait-for=addr5', /"addr5" is none of link=NAME, addr4/],
  ['plan', '--netns=b --wait-for=', /"" is none of/],
  ['plan', '--netns=b --timeout=3', /--wait-for/],
  ['plan', '--netns=b --wait-for=dad --timeout=-1', /greater than or equal to 0/],
  ['plan', '--state=s --wait-for=dad', /does not change/],
  ['apply', '--state=s --wait-for=dad --dry-run', /does not change/],
  ['apply', 'plan.yaml --netns=b --socket=s --wait-for=dad', /a state that was there/],
  ['diff', 'one', /to/],
  ['capture', '', /name the namespace/],
  ['capture', '--state=s --seed=a', /--redact/],
  ['explain', 'eth0', /name the namespace/],
  ['explain', '--state=s', /what/],
  ['apply', '', /or give a plan file/],
  ['apply', 'plan.yaml', /name the namespace/],
  ['apply', 'plan.yaml --netns=b', /name the sandbox/],
  ['apply', 'plan.yaml --netns=b --socket=s --channels=2', /has its options already/],
  ['apply', '--state=s --socket=s', /not applied/],
  ['apply', '--netns=b --socket=s --verify=probe', /needs --probe-from/],
  ['apply', '--netns=b --socket=s --probe-from=p', /for --verify=probe/],
  ['apply', '--netns=b --socket=s --verify=twice', /observe, probe/],
  ['apply', '--netns=b --socket=s --container=c', /--socket/],
  ['release', '', /name the namespace/],
  ['doctor', '--socket=s', /name the namespace/],
  ['doctor', '--state=s', /--state/],
  ['sandbox', '', /listen/],
])('%s %s', async (name, words, why) => {
  const argv = words === '' ? [] : words.split(' ');
  const ending = (commands[name] as typeof commands.plan).run(argv, config);
  await expect(ending).rejects.toMatchObject({
    code: 'cli/usage',
    exitCode: 2,
    oclif: { exit: 2 },
  });
  expect(said()).toMatch(why);
  expect(process.stdout.write).not.toHaveBeenCalled();
});
