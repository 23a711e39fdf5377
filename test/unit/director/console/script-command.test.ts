import { describe, expect, test } from 'vitest';
import { runScriptCommand } from '../../../../director/console/script-command.ts';
import { fakeDirector } from './fake-director.ts';

/** What a command of a script prints. */
async function printed(text: string, codes = {}): Promise<string[]> {
  const lines: string[] = [];
  await runScriptCommand(fakeDirector(), {
    text,
    codes,
    who: 'Job "Nightly"',
    signal: new AbortController().signal,
    onLine: async (line) => void lines.push(line),
  });
  return lines;
}

describe('a console command of a script', () => {
  test('prints its lines, one by one', async () => {
    const lines = await printed('status dir');
    expect(lines[0]).toMatch(/^peer-dir Version:/);
    expect(lines.some((line) => line.includes('\n') || line === '')).toBe(false);
  });

  test('has its codes filled in after its words are told apart: a name never becomes an argument', async () => {
    await expect(printed('status client=%c', { c: 'x all yes' })).rejects.toThrow('"x all yes"');
  });

  test.each(['run job=Backup yes', 'restore all', 'quit', 'sqlquery', 'cancel all', 'label volume=x'])(
    'that may not stand in a script is refused: %s',
    async (text) => {
      await expect(printed(text)).rejects.toThrow(/^a script may not give the command/);
    },
  );

  test('that asks something fails, with the question', async () => {
    await expect(printed('purge')).rejects.toThrow('and a script cannot answer');
  });

  test('that is none fails', async () => {
    await expect(printed('frobnicate')).rejects.toThrow('frobnicate: is an invalid command');
    await expect(printed('prune frobnicate')).rejects.toThrow('"frobnicate" is no argument of prune');
  });
});
