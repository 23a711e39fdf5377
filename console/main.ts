import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { loadConsoleConf, type ConsoleConf } from '../configuration/console-conf.ts';
import { formatProblem } from '../configuration/problem.ts';
import { messageOf, OperatorError } from '../errors/operator-error.ts';
import { DirectorServiceClient } from '../proto/noctule/director/v1/director.ts';
import { connect } from '../transport/channel.ts';
import { receiveAll, StreamWriter } from '../transport/streams.ts';
import { chooseLogin, type Login } from './choose-director.ts';
import { showTree } from './browse/full-screen.ts';
import { ConsoleSession, type ShowTree } from './console-session.ts';
import { EditedLines } from './edited-lines.ts';
import { HistoryFile } from './history-file.ts';
import { GivenLines, StreamLines } from './line-source.ts';
import { Pager } from './pager.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { Output } from './output.ts';
import { splitCommands } from './separator.ts';

/** How a console without a Console resource calls itself. */
const DEFAULT_CONSOLE = '*UserAgent*';
const CONNECT_TIMEOUT_MS = 15_000;
const LISTS_AS_JSON = '.api 2 api_opts=j';

process.stdout.on('error', () => process.exit(0)); // the reader of a pipe has gone: `nconsole | head`
process.exitCode = await main(process.argv.slice(2));

/** Resolves with the exit status: 0, or 1 when there was no session or the last command of `-e` failed. */
async function main(args: readonly string[]): Promise<number> {
  let options: Options | 'help';
  try {
    options = parseOptions(args);
  } catch (error) {
    // Node explains at length how a name could begin with a dash.
    process.stderr.write(`nconsole: ${messageOf(error).split('. To specify')[0]}\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    const { conf, problems } = loadConsoleConf(options.confFile);
    const shown = options.testOnly || !conf ? problems : [];
    process.stderr.write(shown.map((problem) => `${formatProblem(problem)}\n`).join(''));
    if (!conf && !existsSync(options.confFile)) {
      process.stderr.write('Name another conf file with -c, or let "noctule init" make one.\n');
    }
    if (!conf) return 1;
    if (options.testOnly) return 0;
    if (options.listDirectors || options.listConsoles) return listNames(conf, options);
    return await converse(conf, options);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    process.stderr.write(
      `nconsole: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`,
    );
    return 1;
  }
}

function listNames({ directors, consoles }: ConsoleConf, { listDirectors, listConsoles }: Options): number {
  const resources = [...(listDirectors ? directors : []), ...(listConsoles ? consoles : [])];
  process.stdout.write(resources.map(({ name }) => `${name}\n`).join(''));
  return 0;
}

async function converse(conf: ConsoleConf, options: Options): Promise<number> {
  const isTerminal = process.stdin.isTTY && options.commands === undefined;
  const login = await chooseLogin(conf, options, isTerminal ? askForDirector : undefined);
  const { address: host, dirPort: port } = login.director;
  const output = new Output(process.stdout);
  const quiet = options.commands !== undefined || (options.json && !isTerminal);
  if (!quiet) await output.print(`Connecting to Director ${host}:${port}\n`);

  using connection = connect(DirectorServiceClient, {
    host,
    port,
    self: { role: 'console', name: login.console?.name ?? DEFAULT_CONSOLE },
    peerKind: 'Director',
    peerName: login.director.name,
    secret: { password: (login.console ?? login.director).password },
  });
  await connection.ready(CONNECT_TIMEOUT_MS);
  const over = new AbortController();
  const call = connection.client.console();
  const session = new ConsoleSession({
    writer: new StreamWriter(call),
    responses: receiveAll(call, over.signal),
    output,
    interactive: isTerminal && options.lineEditing, // without it, a script drives the terminal
    columns: process.stdout.columns ?? 80,
    rows: isTerminal && process.stdout.isTTY ? process.stdout.rows : 0,
    quiet,
    timeoutSeconds: options.timeoutSeconds,
  });
  try {
    const succeeded = await runSession(session, login, options, isTerminal);
    return quiet && !succeeded ? 1 : 0;
  } finally {
    over.abort();
    output.close();
  }
}

/** Reads commands from where the options say until there are no more. Resolves with whether the last succeeded. */
async function runSession(
  session: ConsoleSession,
  { director }: Login,
  options: Options,
  isTerminal: boolean,
): Promise<boolean> {
  const first = options.json ? [new GivenLines([LISTS_AS_JSON])] : [];
  if (options.commands !== undefined) {
    return session.run(new GivenLines(splitCommands(options.commands, ';')), first);
  }
  if (!isTerminal) return session.run(new StreamLines(process.stdin), first);
  if (!options.lineEditing) {
    return session.run(new StreamLines(process.stdin, (prompt) => process.stdout.write(prompt)), first);
  }
  const history = new HistoryFile(director.historyFile, director.historyFileSize);
  const interrupt = () => options.signals && session.interrupt();
  const lines = new EditedLines({
    input: process.stdin,
    output: process.stdout,
    history: await history.load(),
    historyLinesMax: history.linesMax,
    complete: (line) => session.complete(line),
    onInterrupt: interrupt,
  });
  const { stdin: input, stdout } = process;
  const isScreen = stdout.isTTY && process.env.TERM !== 'dumb';
  const show: ShowTree = (start, ends) => showTree({ input, output: stdout, lines }, start, ends);
  if (isScreen) session.output.pageWith(new Pager({ input, output: stdout, lines, onInterrupt: interrupt }));
  try {
    return await session.run(lines, first, isScreen ? show : undefined);
  } finally {
    await history.save(lines.history);
  }
}

/** A menu like those of the Director. Undefined when the answer is no number of it. */
async function askForDirector(names: readonly string[]): Promise<number | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const items = names.map((name, index) => `${String(index + 1).padStart(2)}:  ${name}\n`);
    process.stdout.write(`Available Directors:\n${items.join('')}`);
    const answer = await lines.question('Select Director by entering a number: ');
    return /^\d+$/.test(answer.trim()) ? Number(answer) - 1 : undefined;
  } finally {
    lines.close();
  }
}
