import { spawn } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperatorError } from '../errors/operator-error.ts';
import { withCommas } from '../text/numbers.ts';
import { compareTrees } from './compare-trees.ts';
import { createSite, runConsole, startSite, stopSite, type Site } from './site.ts';

const USAGE = `usage: noctule demo [DIR] [--keep]

Makes a temporary site, starts the three daemons, backs up DIR (by default this installation), changes files, runs an
Incremental, restores everything into a new directory and compares. DIR is only read.

  --keep   leave the site running and say how to connect
`;

/** `noctule demo`: a real backup and restore from end to end. Resolves with the exit status. */
export async function demo(args: readonly string[]): Promise<number> {
  const options = args.filter((arg) => arg.startsWith('-'));
  if (options.some((option) => option !== '--keep') || args.length - options.length > 1) {
    process.stderr.write(USAGE);
    return 2;
  }
  const keep = options.includes('--keep');
  const named = args.find((arg) => !arg.startsWith('-'));
  const source = await realpath(resolve(named ?? installationDirectory())).catch(() => {
    throw new DemoCannotRun(`cannot read the directory ${named}`, 'Name a directory that exists.');
  });
  if (!(await stat(source)).isDirectory()) {
    throw new DemoCannotRun(`${source} is no directory`, 'Name a directory.');
  }
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'noctule-demo-')));
  if (!relative(source, directory).startsWith('..')) {
    await rm(directory, { recursive: true });
    throw new DemoCannotRun(
      `${source} holds the demo's own directory ${directory}`,
      'Name another directory, or set TMPDIR to a place outside it.',
    );
  }

  // The demo changes only files it made itself.
  const changing = join(directory, 'changing');
  await writeFirstFiles(changing);
  // Node writes its compiled code there while the daemons run: it would differ from what was saved.
  const excludes = [join(installationDirectory(), 'node_modules', '.cache')];
  const site = await createSite({ directory, paths: [source, changing], excludes });
  step(`A new site in ${directory}`);
  say('conf with fresh passwords in conf/, volumes will lie in volumes/');
  try {
    step('Starting the storage daemon, the file daemon and the Director');
    await startSite(site);
    say(
      `listening on 127.0.0.1, ports ${Object.values(site.ports).join(', ')}; TLS 1.3 with the passwords as keys`,
    );

    step(`Full backup of ${source}`);
    await backUp(site, 'Full');
    step('Changing files: one longer, one rewritten, one with another mode, two new');
    await changeFiles(changing);
    step('Incremental backup');
    await backUp(site, 'Incremental');

    step('Restoring everything into restored/');
    const restored = join(directory, 'restored');
    await command(
      site,
      `restore client=site-fd where=${restored} select all done yes\nwait\nmessages\n`,
      'Restore OK',
    );

    step('Comparing every byte and attribute');
    const equal = [source, changing].map((path) => verify(path, join(restored, path), excludes));
    step('Reading a volume without Noctule: zcat VOLUME | tar -t');
    await listWithTar(site);

    step(equal.every(Boolean) ? 'Everything came back as it was.' : 'THE RESTORED FILES DIFFER.');
    if (keep) sayHowToConnect(site);
    return equal.every(Boolean) ? 0 : 1;
  } finally {
    if (!keep) {
      await stopSite(site);
      await rm(directory, { recursive: true, force: true });
      say('daemons stopped, the temporary site removed (--keep leaves it running)');
    }
  }
}

export class DemoCannotRun extends OperatorError {
  readonly code = 'TOOL_DEMO_CANNOT_RUN';
  override readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

function installationDirectory(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '..' : '../..', import.meta.url));
}

async function writeFirstFiles(directory: string): Promise<void> {
  await mkdir(join(directory, 'letters'), { recursive: true });
  await writeFile(join(directory, 'letters', 'first.txt'), 'Dear reader,\n'.repeat(1000));
  await writeFile(join(directory, 'letters', 'second.txt'), 'untouched\n');
  await writeFile(join(directory, 'log'), 'start\n');
  await writeFile(join(directory, 'script'), '#!/bin/sh\n');
}

async function changeFiles(directory: string): Promise<void> {
  await appendFile(join(directory, 'log'), 'one more line\n');
  await writeFile(join(directory, 'letters', 'first.txt'), 'Dear reader, all is new.\n');
  await chmod(join(directory, 'script'), 0o755);
  await writeFile(join(directory, 'letters', 'third with blanks \u00e9.txt'), 'new\n');
  await symlink('letters/first.txt', join(directory, 'latest'));
}

async function backUp(site: Site, level: string): Promise<void> {
  const started = Date.now();
  const ended = new AbortController();
  const progress = showProgress(site, ended.signal);
  try {
    await command(site, `run job=Backup level=${level} yes\nwait\nmessages\n`, 'Backup OK');
  } finally {
    ended.abort();
    await progress;
  }
  say(`${((Date.now() - started) / 1000).toFixed(1)} s from the command to the report`);
}

/** Prints the running job's line of `status dir` about once a second until the job has ended. */
async function showProgress(site: Site, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await new Promise<void>((next) => {
      const timer = setTimeout(next, 1000);
      ended.addEventListener('abort', () => (clearTimeout(timer), next()), { once: true });
    });
    if (ended.aborted) return;
    const { output } = await runConsole(site, 'status dir\n');
    const running = output.slice(output.indexOf('Running Jobs:'), output.indexOf('Terminated Jobs'));
    const line = /^ +\d+ +(?:Back|Rest) .*$/m.exec(running)?.[0];
    if (line !== undefined && !ended.aborted) say(line.trim());
  }
}

/** Runs console commands, prints the messages part of what they say, and insists on the closing line. */
async function command(site: Site, commands: string, termination: string): Promise<void> {
  const { output, exitCode } = await runConsole(site, commands);
  const messages = output.slice(output.indexOf('\n', output.lastIndexOf('*messages')) + 1);
  process.stdout.write(messages.replace(/^/gm, '    ').trimEnd() + '\n');
  if (exitCode !== 0 || !new RegExp(`^  Termination: +${termination}`, 'm').test(output)) {
    throw new DemoCannotRun(
      `the job did not end with "${termination}"`,
      `Read the messages above, and the logs below ${site.directory} (run with --keep to have them).`,
    );
  }
}

function verify(source: string, restored: string, leftOut: readonly string[]): boolean {
  const { entries, bytes, differences, differenceCount } = compareTrees(source, restored, { leftOut });
  say(
    `${source}: ${withCommas(entries)} entries, ${withCommas(bytes)} bytes: ` +
      (differenceCount === 0 ? 'no difference' : `${withCommas(differenceCount)} DIFFERENCES`),
  );
  for (const { path, what, detail } of differences) say(`  ${what}: ${path} (${detail})`);
  return differenceCount === 0;
}

async function listWithTar(site: Site): Promise<void> {
  for (const volume of (await readdir(site.volumesDirectory)).sort()) {
    const file = join(site.volumesDirectory, volume);
    if (!/^[A-Za-z]+-\d+$/.test(volume)) continue;
    const tar = spawn('sh', ['-c', 'zcat < "$1" | tar -tf - | wc -l', 'sh', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let count = '';
    tar.stdout.setEncoding('utf8').on('data', (text: string) => (count += text));
    const status = await new Promise((ended) => tar.once('close', ended));
    if (status !== 0) throw new DemoCannotRun(`tar cannot read ${file}`, 'Is GNU tar installed?');
    say(
      `${volume}: ${withCommas((await stat(file)).size)} bytes, tar lists ${withCommas(Number(count))} entries`,
    );
  }
}

function sayHowToConnect(site: Site): void {
  const bin = join(dirname(installationDirectory() + '/.'), 'bin');
  say(`The daemons keep running. Console:  ${join(bin, 'nconsole')} -c ${site.confFiles.nconsole}`);
  say(`Stop them:  kill $(cat ${site.directory}/run/*.pid); then remove ${site.directory}`);
}

function step(text: string): void {
  process.stdout.write(`\n==> ${text}\n`);
}

function say(text: string): void {
  process.stdout.write(`    ${text}\n`);
}
