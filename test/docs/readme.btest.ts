import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const README = join(ROOT, 'README.md');

/** Every `$ netplan ...` line of a console block with what this netplan answers, as a person would see it. */
const replay = (block: string): string => {
  const commands = block.split('\n').filter((line) => line.startsWith('$ netplan '));
  const answers = commands.map((line) => {
    const [command, ...args] = line.slice(2).split(' ');
    if (command !== 'netplan') throw new Error(line);
    const { stdout, stderr } = spawnSync(process.execPath, ['bin/run.js', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    return `${line}\n${`${stdout}${stderr}`.trimEnd()}\n`;
  });
  return answers.join('');
};

test('the transcripts of the README are what netplan prints', async () => {
  const text = readFileSync(README, 'utf8');
  const blocks = [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)];
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  const replayed = blocks.reduce(
    (readme, [whole, body = '']) =>
      readme.replace(whole, () => `\`\`\`console\n${replay(body)}\`\`\``),
    text,
  );
  await expect(replayed).toMatchFileSnapshot(README);
});
