import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

const run = promisify(execFile);
const NCONSOLE = fileURLToPath(new URL('../../bin/nconsole', import.meta.url));

/** One site for all commands, with a Full (JobId 1) and an Incremental (JobId 2). */
let held: SiteUnderTest;

beforeAll(async () => {
  held = await siteUnderTest({
    makeSource(directory) {
      mkdirSync(join(directory, 'letters'), { recursive: true });
      writeFileSync(join(directory, 'letters', 'to-anna.odt'), 'Dear Anna');
      writeFileSync(join(directory, 'letters', 'to-bert.odt'), 'Dear Bert');
      writeFileSync(join(directory, 'notes.txt'), 'notes');
    },
  });
  await backUp(held, 'Full');
  writeFileSync(join(held.source, 'letters', 'to-anna.odt'), 'Dear Anna, again');
  await backUp(held, 'Incremental');
});

afterAll(() => held[Symbol.asyncDispose]());

/** `nconsole --json -e`: what it prints, taken apart, and its exit status. */
async function json(line: string): Promise<{ value: unknown; exitCode: number }> {
  const args = ['-c', held.site.confFiles.nconsole, '--json', '-e', line];
  const { stdout, code } = await run(NCONSOLE, args).then(
    ({ stdout: text }) => ({ stdout: text, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  );
  return { value: JSON.parse(stdout) as unknown, exitCode: code };
}

/** The values of one column of the tables in a console's output. */
function column(output: string, title: string): string[] {
  const rows = output.split('\n').filter((line) => line.startsWith('| '));
  const cells = rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  const index = cells[0]?.indexOf(title) ?? -1;
  return cells.slice(1).map((row) => row[index] ?? '');
}

describe('find', () => {
  it('shows all versions of what a pattern fits, the newest first', async () => {
    const output = await held.console('find file=*.odt client=site-fd\n');
    expect(column(output, 'JobId')).toEqual(['2', '1', '1']);
    expect(column(output, 'Size')).toEqual(['16', '9', '9']);
    expect(column(output, 'Filename').map((path) => path.replace(/.*\//, ''))).toEqual([
      'to-anna.odt',
      'to-anna.odt',
      'to-bert.odt',
    ]);
  });

  it('takes a whole path, JobIds, a time and a limit', async () => {
    const path = join(held.source, 'letters', 'to-anna.odt');
    expect(column(await held.console(`find client=site-fd file="${path}"\n`), 'JobId')).toEqual(['2', '1']);
    expect(column(await held.console('find file=*.odt jobid=1\n'), 'JobId')).toEqual(['1', '1']);
    expect(column(await held.console('find file=* limit=1\n'), 'JobId')).toEqual(['2']);
    expect(await held.console('find file=* before=2001-01-01\n')).toContain('No results to list.');
  });

  it('gives JSON, also of nothing', async () => {
    expect(await json('find file=notes.txt')).toMatchObject({
      value: [{ JobId: 1, Level: 'F', Size: 5, Filename: join(held.source, 'notes.txt') }],
      exitCode: 0,
    });
    expect(await json('find file=nothing')).toEqual({ value: [], exitCode: 0 });
  });

  it('says what is wrong with a line', async () => {
    const output = await held.console(
      'find\nfind file=x jobid=99\nfind file=x jobid=one\nfind file=x client=nobody\n',
    );
    expect(output).toContain('find: what to find is missing. Write file=NAME');
    expect(output).toContain('find: there is no JobId 99.');
    expect(output).toContain('find: "jobid=one" is no list of numbers.');
    expect(output).toContain('find: Client "nobody" is not defined.');
  });
});
