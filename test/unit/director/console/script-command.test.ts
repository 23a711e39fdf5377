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

  test.each([
    ...['delete', 'disable', 'enable', 'estimate', 'memory', 'prune', 'purge', 'reload', 'setbandwidth'],
    ...['setdebug', 'show', 'status', 'time', 'trace', 'truncate', 'update', 'version', '.clients'],
  ])('that may stand in a script: %s', async (text) => {
    const problem = await printed(text).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(problem).not.toContain('may not give');
  });

  test.each([
    ['cloud', 'Volumes lie in directories'],
    ['snapshot', 'snapshots are made and removed by scripts'],
    ['statistics', 'no counters are kept'],
  ])('that has nothing to do here says why: %s', async (text, reason) => {
    await expect(printed(text)).rejects.toThrow(reason);
  });

  test('that asks something fails, with the question', async () => {
    await expect(printed('purge')).rejects.toThrow('and a script cannot answer');
  });

  test('that is none fails', async () => {
    await expect(printed('frobnicate')).rejects.toThrow('frobnicate: is an invalid command');
    await expect(printed('prune frobnicate')).rejects.toThrow('"frobnicate" is no argument of prune');
  });
});
