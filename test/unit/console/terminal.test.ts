import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasPseudoTerminals, OnTerminal, type TerminalOptions } from '../../support/on-terminal.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fakeDirector, type FakeDirector } from '../director/console/fake-director.ts';
import { PASSWORD, serveDirector } from './console-under-test.ts';

const NCONSOLE = fileURLToPath(new URL('../../../bin/nconsole', import.meta.url));
const UP = '\x1b[A';
const DOWN = '\x1b[B';

describe.skipIf(!hasPseudoTerminals)('nconsole on a terminal', { timeout: 60_000 }, () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let director: FakeDirector;
  let server: Awaited<ReturnType<typeof serveDirector>>;
  let history: string;

  beforeEach(async () => {
    directory = temporaryDirectory();
    history = join(directory.path, 'history');
    director = fakeDirector();
    director.contents.files.set(1, [
      { path: '/srv/home/' },
      { path: '/srv/home/alice/' },
      { path: '/srv/home/alice/documents/' },
      { path: '/srv/home/alice/documents/report-00.txt', size: 1400 },
      { path: '/srv/home/alice/documents/report-01.txt', size: 2520 },
      { path: '/srv/home/alice/odd names/' },
      { path: '/srv/home/alice/odd names/new\nline', size: 4 },
      { path: '/srv/home/bob/' },
      { path: '/srv/home/bob/letter.txt', size: 12 },
    ]);
    const idle = (signal?: AbortSignal) =>
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    server = await serveDirector({ ...director, jobs: { ...director.jobs, idle } });
    const conf = `Director { Name = d; Address = 127.0.0.1; DirPort = ${server.port}; Password = "${PASSWORD}"
      HistoryFile = "${history}" }\n`;
    writeFileSync(join(directory.path, 'nconsole.conf'), conf, { mode: 0o600 });
  });
  afterEach(async () => {
    await server.close();
    directory[Symbol.dispose]();
  });

  /** A console at its main prompt. */
  async function nconsole({
    flags = '',
    ...options
  }: Omit<TerminalOptions, 'directory'> & { flags?: string } = {}): Promise<OnTerminal> {
    const console = new OnTerminal(`${NCONSOLE} ${flags} -c ${directory.path}/nconsole.conf`, {
      directory: directory.path,
      ...options,
    });
    await console.type('', '*');
    return console;
  }

  async function leave(console: OnTerminal): Promise<void> {
    await console.type('quit\r', 'quit');
    expect(await console.ended()).toBe(0);
  }

  it('asks a person before a closed volume with jobs is opened again, and with -n nobody', async () => {
    director.contents.volumes[0] = { ...director.contents.volumes[0]!, volStatus: 'Used' };
    const line = 'update volume=A-Full-0001 volstatus=Append\r';
    const console = await nconsole();
    await console.type(line, 'Append to it again? (yes/no): ');
    await console.type('no\r', 'Selection aborted, nothing done.');
    expect(director.contents.volumes[0].volStatus).toBe('Used');
    await leave(console);
    const scripted = await nconsole({ flags: '-n' });
    expect(await scripted.type(line, 'New Volume status is: Append')).not.toContain('Append to it again');
    await leave(scripted);
  });

  it('completes commands, keywords and the names of resources', async () => {
    const console = await nconsole();
    await console.type('stat\t', 'status');
    await console.type(' cli\t', 'client=');
    await console.type('\t', 'peer-fd');
    expect(await console.type('\r', '*')).toContain('Connecting to Client peer-fd');
    await console.type('run fileset=', 'run fileset=');
    await console.type('T\t', 'fileset="Two Options"');
    await console.type(' le\t', 'level=');
    await console.type('Incr\t', 'Incremental');
    await console.type(' job=Gzip\r', 'OK to run? (yes/mod/no): ');
    expect(await console.type('no\r', '*')).toContain('Job not run.');
    // Several words: Tab twice shows them.
    await console.type('re\t', 're');
    await console.type('\t', 'reload');
    await console.type('\x15', '*');
    await leave(console);
  });

  it('breaks off at Ctrl-C, and keeps commands for the next session', async () => {
    const first = await nconsole();
    await first.type('run job=Gzip\r', 'OK to run? (yes/mod/no): ');
    await first.type('no\r', 'Job not run.');
    await first.type('wait\r', 'wait');
    expect(await first.type('\x03', 'interrupted.')).toContain('wait: interrupted.');
    await leave(first);
    expect(readFileSync(history, 'utf8')).toBe('run job=Gzip\nwait\nquit\n');
    expect(statSync(history).mode & 0o777).toBe(0o600);

    const second = await nconsole();
    await second.type(UP + UP, 'wait');
    await second.type(UP, 'run job=Gzip');
    await second.type('\x03', '*');
    await second.type('\x04', '');
    expect(await second.ended()).toBe(0);
  });

  it('walks the tree of a restore, completing names, and restores what is marked', async () => {
    const console = await nconsole();
    await console.type('restore client=peer-fd select\r', '$ ');
    await console.type('cd /srv/home/al\t', 'alice/');
    await console.type('\r', 'cwd is: /srv/home/alice/');
    await console.type('ls\r', 'odd names/');
    await console.type('mark doc\t', 'documents/');
    await console.type('\r', '3 files marked.');
    await console.type('lsmark\r', '*report-01.txt');
    await console.type('done\r', 'OK to run? (yes/mod/no): ');
    await console.type('yes\r', 'Job queued. JobId=1');
    expect(director.runs[0]?.restore?.selection.rules.map(({ path }) => path.toString())).toEqual([
      '/srv/home/alice/documents/',
    ]);
    await leave(console);
  });

  it('shows the tree on the whole screen, follows its size, and gives the terminal back', async () => {
    const console = await nconsole({ columns: 100, rows: 40 });
    const wide = await console.shows('restore client=peer-fd browse\r', 'Saved');
    expect(wide).toMatch(/^ Restore of peer-fd, JobId\(s\) 1,2\n\/srv\/home\/\n alice\/ .*│ alice\/\n bob\//);
    expect(wide).toMatch(/\n Space mark {2}Enter open .* d done {2}q abort/);
    await console.shows(`${DOWN} `, 'Marked: ');
    await console.shows(`${UP}\r`, '/srv/home/alice/\n documents/');
    await console.shows('/new\r', '/srv/home/alice/odd names/\n new\\nline');
    await console.shows(' ', '*new\\nline');
    console.resize(50, 9);
    expect(await console.shows('', 'Enter open')).not.toContain('│');
    console.resize(100, 40);
    await console.shows('', '│');
    await console.type('d', 'OK to run? (yes/mod/no): ');
    expect(console.screen()).toBe('');
    await console.type('yes\r', 'Job queued. JobId=1');
    expect(director.runs[0]?.restore?.selection.rules.map(({ path }) => path.toString())).toEqual([
      '/srv/home/bob/',
      '/srv/home/alice/odd names/new\nline',
    ]);
    // Line editing goes on as before.
    await console.type(UP + UP, 'browse');
    await console.type('\x15', '*');
    await leave(console);
    expect(readFileSync(history, 'utf8')).toBe('restore client=peer-fd browse\nquit\n');
  });

  it('stops long output at each full screen, until a key says how to go on', async () => {
    const more = '-- more: Space page, Enter line, a all, q no more --';
    const console = await nconsole({ columns: 100, rows: 12 });
    const first = await console.type('help\r', more);
    expect(first.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(11);
    expect(await console.type('\r', more)).toMatch(/^[^\n]*\n[^\n]*$/);
    await console.type(' ', more);
    expect(await console.type('q', '*')).not.toContain('version');
    await console.type('help\r', more);
    expect(await console.type('a', '*')).toContain('  wait ');
    await console.type('help\r', more);
    await console.type('\x03', '*');
    await console.type('@page off\r', '*');
    expect(await console.type('help\r', 'period cancels')).not.toContain(more);
    await leave(console);
  });

  it('has no colours', async () => {
    const console = await nconsole({ environment: { NO_COLOR: '1' } });
    await console.shows('restore client=peer-fd browse\r', 'alice/');
    await console.type('q', 'Restore abandoned, nothing done.');
    await leave(console);
    const rendition = [...console.output.matchAll(/\x1b\[([\d;]*)m/g)].map(([, code]) => code);
    expect(new Set(rendition)).toEqual(new Set(['0', '1', '7']));
  });

  it('gives the terminal back when the Director is gone', async () => {
    const console = await nconsole();
    await console.shows('restore client=peer-fd browse\r', 'alice/');
    await server.close();
    await console.type('', 'See the log of the Director');
    expect(console.screen()).toBe('');
    expect(await console.ended()).toBe(1);
  });
});
