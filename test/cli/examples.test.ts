/** The examples of every command's help are uses that it takes. */
import { parse } from '@oclif/core/parser';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands/index.js';

test.each(Object.entries(commands))('those of %s parse', async (id, command) => {
  const examples = command.examples?.map(String) ?? [];
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) {
    const [bin, name, ...argv] = example.split(/ (?![^<]*%>)/);
    expect([bin, name]).toStrictEqual(['<%= config.bin %>', id]);
    const flags = { ...command.flags, ...command.baseFlags };
    const words = argv.filter((word) => word !== '--json');
    await expect(
      parse(words, { flags, args: command.args ?? {}, strict: true }),
    ).resolves.toBeDefined();
  }
});
