import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { backupCatalog, checkCatalog, repairCatalog, vacuumCatalog } from '../../catalog/care.ts';
import { loadDirectorConf } from '../../configuration/director-conf.ts';
import { formatProblem } from '../../configuration/problem.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import { withCommas } from '../../text/numbers.ts';
import { UsageError } from '../usage-error.ts';

const USAGE = `usage: noctule catalog check [--fix] (-c DIR-CONF | DATABASE)
       noctule catalog backup (-c DIR-CONF | DATABASE) TARGET
       noctule catalog vacuum (-c DIR-CONF | DATABASE)

check   looks for damage, for records that belong to nothing, and for counts that are wrong; --fix removes what belongs to nothing.
        Exit status 0 when all is right, or was put right.
backup  writes the catalog as it is at this moment to the file TARGET, also while the Director runs. It can be used in its place.
vacuum  gives free space within the database back to the disk.

The Director must not run for check --fix and vacuum.
`;

interface Arguments {
  readonly file: string;
  readonly rest: readonly string[];
  readonly isFix: boolean;
}

const TOOLS: Readonly<Record<string, (args: Arguments) => number>> = { check, backup, vacuum };

/** `noctule catalog TOOL ...`: cares for the Director's database. Resolves with the exit status. */
export function catalog([name = '', ...args]: readonly string[]): Promise<number> {
  const tool = TOOLS[name];
  const isHelp = args.includes('--help') || args.includes('-?');
  if (tool === undefined || isHelp) {
    (isHelp ? process.stdout : process.stderr).write(USAGE);
    return Promise.resolve(isHelp ? 0 : 2);
  }
  try {
    return Promise.resolve(tool(read(args)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`noctule catalog ${name}: ${error.message}\n${USAGE}`);
    return Promise.resolve(2);
  }
}

function check({ file, rest, isFix }: Arguments): number {
  expectNothing(rest);
  const faults = isFix ? repairCatalog(file) : checkCatalog(file);
  for (const { text, isRepairable } of faults) {
    const done = !isRepairable ? '' : isFix ? ': removed' : ' (check --fix removes them)';
    print(`${text}${done}`);
  }
  const isRight = faults.every(({ isRepairable }) => isFix && isRepairable);
  print(`${file}: ${isRight ? 'all is right' : 'something is wrong'}`);
  return isRight ? 0 : 1;
}

function backup({ file, rest: [target, ...more] }: Arguments): number {
  if (target === undefined) throw new UsageError('TARGET is missing');
  expectNothing(more);
  print(`${target}: ${withCommas(backupCatalog(file, resolve(target)))} bytes`);
  return 0;
}

function vacuum({ file, rest }: Arguments): number {
  expectNothing(rest);
  const { before, after } = vacuumCatalog(file);
  print(`${file}: ${withCommas(before)} bytes before, ${withCommas(after)} now`);
  return 0;
}

function read(args: readonly string[]): Arguments {
  const { conf, fix, positionals } = parsed(args);
  const [file, rest] =
    conf === undefined ? [positionals[0], positionals.slice(1)] : [databaseOf(conf), positionals];
  if (file === undefined) throw new UsageError('neither -c DIR-CONF nor a DATABASE is named');
  return { file, rest, isFix: fix };
}

function parsed(args: readonly string[]): { conf: string | undefined; fix: boolean; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { conf: { type: 'string', short: 'c' }, fix: { type: 'boolean', short: 'f', default: false } },
      allowPositionals: true,
    });
    return { conf: values.conf, fix: values.fix, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Where the Director of this conf has its database. */
function databaseOf(confFile: string): string {
  const { conf, problems } = loadDirectorConf(confFile);
  const name = conf?.catalogs[0]?.name;
  if (!conf || name === undefined) throw new NoCatalogInConf(confFile, problems.map(formatProblem));
  return join(conf.director.workingDirectory, `${name}.db`);
}

/** The conf does not say where the catalog is. */
class NoCatalogInConf extends OperatorError {
  readonly code = 'TOOL_NO_CATALOG_IN_CONF';
  override readonly hint = 'Correct the conf, or name the database file itself.';
  constructor(confFile: string, problems: readonly string[]) {
    super([`${confFile} does not say where the catalog is`, ...problems].join('\n'));
  }
}

function expectNothing([more]: readonly string[]): void {
  if (more !== undefined) throw new UsageError(`"${more}" is too much`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
