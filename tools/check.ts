import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isErrno, messageOf } from '../errors/operator-error.ts';
import { formatProblem, type Problem } from '../configuration/problem.ts';
import { checkSite } from '../configuration/site/check-site.ts';
import { readSite } from './read-site.ts';
import { thisMachine } from './this-machine.ts';

const USAGE = `usage: noctule check [DIR]

Tests the conf files in DIR (default /etc/noctule) one by one and together: names and passwords that must agree, devices
and media types, ports that collide, directories and files that this machine does not have. Whose conf a file is shows
in what stands in it. Exit status 0 if the daemons can work with them, else 1.
`;

/** `noctule check`: everything that is wrong with a directory of conf files. Resolves with the exit status. */
export async function check(args: readonly string[]): Promise<number> {
  if (args.length > 1 || args[0]?.startsWith('-')) {
    process.stderr.write(USAGE);
    return 2;
  }
  const directory = resolve(args[0] ?? '/etc/noctule');
  const files = confFilesIn(directory);
  if (typeof files === 'string') {
    process.stderr.write(`noctule check: ${files}\n`);
    return 1;
  }
  const { problems, lines } = checkDirectory(directory, files);
  process.stdout.write(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** What is wrong with these files, and what was looked at. */
function checkDirectory(
  directory: string,
  files: readonly string[],
): { problems: readonly Problem[]; lines: readonly string[] } {
  const { site, problems, files: kinds, unread } = readSite(directory, files);
  const rank = { error: 0, warning: 1, notice: 2 };
  const all = [...problems, ...checkSite(site, thisMachine)].sort(
    (a, b) => rank[a.severity] - rank[b.severity],
  );
  const read = kinds.map(({ file, kind }) => `${file}: conf of ${PROGRAMS[kind]}`);
  return {
    problems: all,
    lines: [
      ...(all.length > 0 ? [''] : []),
      ...read,
      ...unread.map((file) => `${file}: not looked at; it is no conf of a daemon, and none includes it`),
      summary(all),
    ],
  };
}

const PROGRAMS = {
  director: 'the Director',
  storage: 'a storage daemon',
  client: 'a file daemon',
  console: 'a console',
} as const;

function summary(problems: readonly Problem[]): string {
  const counts = (['error', 'warning', 'notice'] as const).map((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    return `${count === 0 ? 'no' : count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return counts.join(', ');
}

/** The files *.conf of a directory, or why there are none. */
function confFilesIn(directory: string): string[] | string {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.conf'));
    if (names.length === 0) return `${directory} holds no files *.conf`;
    return names.sort().map((name) => join(directory, name));
  } catch (error) {
    return `${directory} ${isErrno(error, 'ENOENT') ? 'does not exist' : `cannot be read: ${messageOf(error)}`}`;
  }
}
