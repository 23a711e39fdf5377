import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { platform, versionBanner } from '../daemon/version.ts';
import { messageOf } from '../errors/operator-error.ts';
import { formatReportTime } from '../text/civil-time.ts';
import type { FileMode, Output } from './output.ts';

/** What the commands of the console itself, which begin with @, can do to it. */
export interface LocalConsole {
  readonly output: Output;
  /** Reads commands from a file until its end. @throws Error of the system */
  readFrom(file: string): Promise<void>;
  /** A line is taken apart at this character; undefined = no more. */
  setSeparator(character: string | undefined): void;
  /** No more lines are sent. */
  leave(): void;
}

interface LocalCommand {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  run(local: LocalConsole, argument: string): Promise<void> | void;
}

/** Of Bacula's console, and nothing here: why. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ['encode', 'no command here takes encoded text: write names in quotes, as they are'],
  [
    'putfile',
    'the Director keeps no files for later commands: restore file=<LIST reads a list that lies there',
  ],
  ['zed_keys', 'there is one set of keys: those of the shell'],
]);

/** In the order of help; as with the Director's commands a beginning of a name is enough. */
const COMMANDS: readonly LocalCommand[] = [
  { name: 'input', usage: '@input FILE', help: 'read commands from a file', run: input },
  {
    name: 'output',
    usage: '@output [FILE]',
    help: 'write to a file instead of the terminal',
    run: toFile('instead'),
  },
  { name: 'tee', usage: '@tee [FILE]', help: 'write to a file as well', run: toFile('as well') },
  { name: 'tall', usage: '@tall [FILE]', help: 'the same, with the lines typed', run: toFile('with input') },
  { name: 'time', usage: '@time', help: 'print the time', run: time },
  { name: 'sleep', usage: '@sleep SECONDS', help: 'wait', run: sleep },
  { name: 'version', usage: '@version', help: 'print the version of the console', run: version },
  { name: 'echo', usage: '@echo TEXT', help: 'print a text', run: echo },
  { name: 'exec', usage: '@exec "COMMAND"', help: 'run a command of the shell', run: exec },
  {
    name: 'separator',
    usage: '@separator CHAR',
    help: 'several commands on a line, CHAR between them',
    run: separator,
  },
  { name: 'page', usage: '@page off', help: 'print on without stopping at each full screen', run: page },
  { name: 'quit', usage: '@quit', help: 'leave', run: (local) => local.leave() },
  { name: 'exit', usage: '@exit', help: 'leave', run: (local) => local.leave() },
  { name: 'help', usage: '@help', help: 'print this', run: help },
];

/** Whether a line is for the console itself. */
export function isLocal(line: string): boolean {
  return line.startsWith('@');
}

/** Carries out an @-line. What goes wrong is printed: the session goes on. */
export async function runLocal(local: LocalConsole, line: string): Promise<void> {
  if (line.startsWith('@#')) return;
  const [, verb = '', argument = ''] = /^@\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
  const command = COMMANDS.find(({ name }) => verb !== '' && name.startsWith(verb.toLowerCase()));
  if (!command) {
    const reason = ABSENT.get(verb.toLowerCase()) ?? 'there is no such command; @help lists them';
    return local.output.print(`@${verb}: ${reason}.\n`);
  }
  try {
    await command.run(local, unquoted(argument));
  } catch (error) {
    await local.output.print(`@${command.name}: ${messageOf(error)}\n`);
  }
}

async function input(local: LocalConsole, file: string): Promise<void> {
  if (file === '') throw new Error('which file is not said');
  await local.readFrom(file);
}

function toFile(mode: FileMode): LocalCommand['run'] {
  return ({ output }, file) => output.redirect(file === '' ? undefined : file, mode);
}

/** Once off, it stays off: a session is short. */
function page({ output }: LocalConsole, argument: string): void {
  if (argument !== 'off') throw new Error('write @page off');
  output.pageWith(undefined);
}

async function time({ output }: LocalConsole): Promise<void> {
  await output.print(`${formatReportTime(new Date())}\n`);
}

async function sleep(_: LocalConsole, text: string): Promise<void> {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) throw new Error(`"${text}" is no number of seconds`);
  await delay(Number(text) * 1000);
}

async function version({ output }: LocalConsole): Promise<void> {
  await output.print(`nconsole Version: ${versionBanner()} ${platform()}\n`);
}

async function echo({ output }: LocalConsole, text: string): Promise<void> {
  await output.print(`${text}\n`);
}

/** What the command prints goes where the console's output goes. */
async function exec({ output }: LocalConsole, command: string): Promise<void> {
  if (command === '') throw new Error('which command is not said');
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve(code));
  });
  await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      for await (const text of stream.setEncoding('utf8')) await output.print(text as string);
    }),
  );
  const status = await ended;
  if (status !== 0) throw new Error(`"${command}" ended with status ${status ?? 'unknown'}`);
}

function separator(local: LocalConsole, character: string): void {
  if (/[\p{L}\p{N}"=@.\-/]/u.test(character) || character.length > 1) {
    throw new Error(`"${character}" cannot be a separator: take one of ; | , & ! :`);
  }
  local.setSeparator(character === '' ? undefined : character);
}

async function help({ output }: LocalConsole): Promise<void> {
  await output.print(COMMANDS.map(({ usage, help: text }) => `  ${usage.padEnd(18)} ${text}\n`).join(''));
}

function unquoted(text: string): string {
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text;
}
