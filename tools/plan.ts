import { parseArgs } from 'node:util';
import { loadDirectorConf } from '../configuration/director-conf.ts';
import { formatProblem } from '../configuration/problem.ts';
import { messageOf } from '../errors/operator-error.ts';
import { planReport } from './plan-report.ts';

const DEFAULT_CONF_FILE = '/etc/noctule/noctule-dir.conf';
const DEFAULT_DAYS = 14;
const DAYS_MAX = 366;
const DAY_MS = 86_400_000;

const USAGE = `usage: noctule plan [-c FILE] [--days N]

Says what the schedules of a Director's conf will start, when, at which level, into which pool and storage; and what of
them will never start, or start twice. Only reads the conf: the Director need not run.

  -c FILE   the Director's conf (default ${DEFAULT_CONF_FILE})
  --days N  how far to look, 1 to ${DAYS_MAX} days (default ${DEFAULT_DAYS})
`;

/** `noctule plan`. Resolves with the exit status: 0, 1 when the conf cannot be used, 2 for wrong arguments. */
export async function plan(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`noctule plan: ${options}\n${USAGE}`);
    return 2;
  }
  const { conf, problems } = loadDirectorConf(options.confFile);
  if (!conf) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    process.stderr.write(errors.map((problem) => `${formatProblem(problem)}\n`).join(''));
    return 1;
  }
  const from = new Date();
  const until = new Date(from.getTime() + options.days * DAY_MS);
  process.stdout.write(planReport(conf, { from, until }));
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  if (warnings > 0) {
    process.stdout.write(
      `\nThe conf has ${warnings} warning${warnings === 1 ? '' : 's'}: noctule-dir -t -c ${options.confFile}\n`,
    );
  }
  return 0;
}

/** What is asked for, or what is wrong with it. */
function readOptions(args: readonly string[]): { confFile: string; days: number } | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { conf: { type: 'string', short: 'c' }, days: { type: 'string' } },
    });
    const days = values.days === undefined ? DEFAULT_DAYS : Number(values.days);
    if (!Number.isInteger(days) || days < 1 || days > DAYS_MAX) {
      return `--days takes a number from 1 to ${DAYS_MAX}, not "${values.days}"`;
    }
    return { confFile: values.conf ?? DEFAULT_CONF_FILE, days };
  } catch (error) {
    return messageOf(error);
  }
}
