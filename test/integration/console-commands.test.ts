import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedCommands } from '../../director/console/command-table.ts';
import { DOT_COMMANDS } from '../../director/console/commands/dot-commands.ts';
import { EVERY_COMMAND } from './command-lines.ts';
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

/** `nconsole --json` with commands from a pipe: each line that it prints, taken apart. */
async function jsonLines(commands: string): Promise<{ values: unknown[]; exitCode: number }> {
  const child = execFile(NCONSOLE, ['-c', held.site.confFiles.nconsole, '--json']);
  let output = '';
  child.stdout!.on('data', (text: string) => (output += text));
  const closed = once(child, 'close');
  child.stdin!.end(commands);
  const [exitCode] = (await closed) as [number];
  const values = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  return { values, exitCode };
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

describe('--json', () => {
  const LISTS = [
    'list jobs',
    'llist jobid=1',
    'list jobtotals',
    'list jobmedia',
    'list jobmedia jobid=1',
    'list joblog jobid=1',
    'list files jobid=1',
    'list files jobid=99',
    'list clients',
    'list pools',
    'list volumes',
    'list nextvol job=Backup',
    'list volumes jobid=1',
    'explain volume=Full-0001',
    'find file=notes.txt',
    'sqlquery SELECT JobId FROM Job',
    '.jobs',
    '.levels',
    '.media',
  ];

  it('gives every list as one line of JSON, and nothing else, by pipe', async () => {
    const { values, exitCode } = await jsonLines(`${LISTS.join('\n')}\n`);
    expect(values).toHaveLength(LISTS.length);
    for (const [i, value] of values.entries()) expect(value, LISTS[i]).toBeInstanceOf(Array);
    expect(values[0]).toMatchObject([{ JobId: 1 }, { JobId: 2 }]);
    expect(values[3]).toMatchObject([{ JobId: 1, VolumeName: 'Full-0001' }, { JobId: 2 }]);
    expect(values.at(-3)).toEqual(['Backup', 'RestoreFiles']);
    expect(exitCode).toBe(0);
  });

  it('gives every error as one line of JSON too, and asks nothing', async () => {
    const { values, exitCode } = await jsonLines(
      'list\nlist jobs client=nobody jobid=x\nlist pools pool=none\nnonsense\nstatus\nexplain\nlist jobs "\n',
    );
    const errors = values.map((value) => (value as { error: { command: string; message: string } }).error);
    expect(errors.map(({ command, message }) => `${command}: ${message}`)).toEqual([
      'list: what to list is missing',
      'list: "jobid=x" is no list of numbers',
      'list: the catalog has no Pool "none"',
      'nonsense: is an invalid command',
      expect.stringMatching(/^status: it would have to ask "Select daemon type for status"/),
      expect.stringMatching(/^explain: it would have to ask/),
      expect.stringMatching(/^list: a quote is not closed/),
    ]);
    expect(errors[0]).toMatchObject({ code: 'DIR_CONSOLE_COMMAND', hint: expect.anything() as unknown });
    expect(exitCode).toBe(1);
    expect(await json('list')).toMatchObject({ value: { error: { command: 'list' } }, exitCode: 1 });
  });
});

describe('run and restore in JSON', () => {
  it('say the JobId and nothing else, and ask nothing', async () => {
    const where = join(held.site.directory, 'in-json');
    const lines = [
      'run job=Backup level=Incremental yes',
      'run job=Backup',
      `restore client=site-fd file="${join(held.source, 'notes.txt')}" where="${where}" yes`,
      'restore client=site-fd file=/nowhere/at-all yes',
      'wait',
    ];
    const { values } = await jsonLines(`${lines.join('\n')}\n`);
    expect(values).toEqual([
      { JobId: expect.any(Number) as unknown },
      { error: expect.objectContaining({ command: 'run' }) as unknown },
      { JobId: expect.any(Number) as unknown },
      expect.anything(),
    ]);
    expect(readFileSync(join(where, held.source, 'notes.txt'), 'utf8')).toBe('notes');
  });
});

describe('restore on one line', () => {
  it('of a named file never asks', async () => {
    const file = join(held.source, 'notes.txt');
    const where = join(held.site.directory, 'one-line');
    const output = await held.console(`restore client=site-fd file="${file}" where="${where}" yes\nwait\n`);
    expect(output).toMatch(/Job queued\. JobId=\d+\n/);
    expect(output).not.toMatch(/\(yes\/mod\/no\)|Select|\$ /);
    expect(readFileSync(join(where, file), 'utf8')).toBe('notes');
  });
});

describe('bvfs', () => {
  /** The lines that commands print, without prompts and greetings, taken apart at their tabs. */
  async function tabbed(...lines: readonly string[]): Promise<string[][]> {
    const { stdout } = await run(NCONSOLE, ['-c', held.site.confFiles.nconsole, '-e', lines.join(';')]);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  }

  it('browses the state of some jobs, and gives the versions of a file', async () => {
    expect(await tabbed('.bvfs_update', '.bvfs_get_jobids jobid=2')).toEqual([['1,2']]);
    expect(await tabbed('.bvfs_get_jobids jobid=1 all')).toEqual([['1']]);
    const directories = await tabbed(`.bvfs_lsdirs jobid=1,2 path="${held.source}"`);
    expect(directories.map((cells) => cells[5])).toEqual(['.', '..', 'letters/']);
    const letters = directories[2]!;
    expect(letters.slice(1, 4)).toEqual([
      '0',
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^[12]$/),
    ]);
    const files = await tabbed(`.bvfs_lsfiles jobid=1,2 pathid=${letters[0]}`);
    expect(files.map((cells) => [cells[0], cells[3], cells[5]])).toEqual([
      [letters[0], '2', 'to-anna.odt'],
      [letters[0], '1', 'to-bert.odt'],
    ]);
    expect(await tabbed(`.bvfs_lsfiles jobid=1,2 pathid=${letters[0]} pattern=*bert* limit=1`)).toEqual([
      files[1],
    ]);
    expect(await tabbed(`.bvfs_lsfiles jobid=1,2 pathid=${letters[0]} offset=2`)).toEqual([]);
    const versions = await tabbed(
      `.bvfs_versions client=site-fd jobid=0 pathid=${letters[0]} filename=to-anna.odt`,
    );
    expect(versions.map((cells) => [cells[3], cells[6]])).toEqual([
      ['2', 'Incr-0002'],
      ['1', 'Full-0001'],
    ]);
    expect(await tabbed(`.bvfs_get_volumes fileid=${files[0]![2]}`)).toEqual([['Incr-0002']]);
    expect(await tabbed(`.bvfs_decode_lstat lstat="${files[0]![4]}"`)).toContainEqual(['st_size=16']);
    expect(await json(`.bvfs_lsfiles jobid=1 pathid=${letters[0]}`)).toMatchObject({
      value: [{ Name: 'to-anna.odt', JobId: 1 }, { Name: 'to-bert.odt' }],
    });
  });

  it('restores a list that was made in another session', async () => {
    const [, , letters] = await tabbed(`.bvfs_lsdirs jobid=1,2 path="${held.source}"`);
    const [anna] = await tabbed(`.bvfs_versions client=site-fd pathid=${letters![0]} filename=to-anna.odt`);
    const notes = (await tabbed(`.bvfs_lsfiles jobid=1 path="${held.source}"`))[0]!;
    expect(await tabbed(`.bvfs_restore path=b21 fileid=${anna![2]},${notes[2]}`)).toEqual([['OK']]);
    const where = join(held.site.directory, 'bvfs');
    await held.console(`restore file=?b21 where="${where}" yes\nwait\n.bvfs_cleanup path=b21\n`);
    expect(readFileSync(join(where, held.source, 'letters', 'to-anna.odt'), 'utf8')).toBe('Dear Anna, again');
    expect(readFileSync(join(where, held.source, 'notes.txt'), 'utf8')).toBe('notes');
    expect(existsSync(join(where, held.source, 'letters', 'to-bert.odt'))).toBe(false);
    expect(await held.console('restore file=?b21 yes\n')).toContain('restore: there is no list "b21".');
  });

  it('refuses what a list could not give back, and what is not there', async () => {
    const [, , letters] = await tabbed(`.bvfs_lsdirs jobid=1,2 path="${held.source}"`);
    const versions = await tabbed(`.bvfs_versions client=site-fd pathid=${letters![0]} filename=to-anna.odt`);
    const old = versions[1]![2];
    const output = await held.console(
      [
        `.bvfs_restore path=b22 fileid=${old} jobid=1,2`,
        `.bvfs_restore path=b22 fileid=999`,
        `.bvfs_restore path=x fileid=${old}`,
        `.bvfs_restore path=b22 dirid=${letters![0]}`,
        '.bvfs_restore path=b22',
        '.bvfs_lsdirs path=/',
        '.bvfs_lsfiles jobid=77 path=/',
        '.bvfs_lsfiles jobid=1 path=/nowhere',
        '.bvfs_lsfiles jobid=1 pathid=9999',
        '.bvfs_decode_lstat lstat=x',
        '',
      ].join('\n'),
    );
    expect(output).toContain('.bvfs_restore: JobId 2 has a newer version of FileId');
    expect(output).toMatch(/\.bvfs_restore: there is no (FileId 999|job)/);
    expect(output).toContain('.bvfs_restore: "path=x" is no name of a list.');
    expect(output).toContain('.bvfs_restore: of which jobs the directories are is not said.');
    expect(output).toContain('.bvfs_restore: what to restore is not said.');
    expect(output).toContain('.bvfs_lsdirs: of which jobs is not said.');
    expect(output).toContain('.bvfs_lsfiles: there is no JobId 77.');
    expect(output).toContain('.bvfs_lsfiles: no backup has /nowhere/.');
    expect(output).toContain('.bvfs_lsfiles: there is no PathId 9999.');
    expect(output).toContain('.bvfs_decode_lstat: that is no LStat.');
    expect(output).not.toContain('internal error');
  });
});

/** Last: it changes what the others look at. */
describe('every command of the reference', () => {
  const ENDING = ['quit', 'exit', '.quit', '.exit'];

  it('has its lines here', () => {
    const names = [...allowedCommands(undefined), ...DOT_COMMANDS].map(({ name }) => name);
    expect(Object.keys(EVERY_COMMAND).toSorted()).toEqual(
      names.filter((name) => !ENDING.includes(name)).toSorted(),
    );
  });

  it('answers by pipe', async () => {
    const all = Object.values(EVERY_COMMAND).flat();
    const output = await held.console(
      all.map(([lines], i) => `@echo == ${i} ==\n${lines}\n`).join('') + '@echo end\n',
    );
    const answers = output.split(/^== \d+ ==\n/m).slice(1);
    const wrong = all.flatMap(([lines, wanted], i) => {
      const answer = answers[i] ?? '';
      return wanted.test(answer) && !answer.includes('internal error') ? [] : [`${lines}\n${answer}`];
    });
    expect(wrong).toEqual([]);
    expect(answers).toHaveLength(all.length);
    const traced = readFileSync(join(held.site.directory, 'client', 'site-fd.trace'), 'utf8');
    expect(traced).toMatch(
      / site-fd: debug 10: Director "site-dir" calls \/noctule\.filedaemon\.v1\..*\/Status\n/,
    );
  });

  it.each(ENDING)('%s ends the session', async (line) => {
    expect(await held.console(`${line}\nversion\n`)).not.toContain('\nsite-dir Version: ');
  });
});
