import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SiteUnderTest } from './site-under-test.ts';

/**
 * What a session of Bacula's console showed, reduced to what an admin's habits and scripts hang on. One line each:
 *
 *     PROMPT⏎INPUT    the question (`*` for a command) and what was typed at it
 *     @until COMMAND: TEXT    asked again and again, aside, until the answer has this text
 *     anything else   a line of the answer, with … for any text; lines between that are not listed may come too
 *
 * `#` begins a comment, `==` the name of a session. In tables the width of columns does not count.
 */
export interface RecordedSession {
  readonly name: string;
  readonly lines: readonly string[];
}

const LAUNCHER = fileURLToPath(new URL('../../bin/nconsole', import.meta.url));
/** Of what came instead. */
const SHOWN_LINES = 20;
const UNTIL = /^@until ([^:]+): (.*)$/;

/** The sessions of a file of `test/integration/recorded/`. */
export function recordedSessions(name: string): RecordedSession[] {
  const text = readFileSync(new URL(`../integration/recorded/${name}.txt`, import.meta.url), 'utf8');
  return text
    .split(/^== /m)
    .slice(1)
    .map((part) => {
      const [first, ...lines] = part.split('\n');
      return { name: first!, lines: lines.filter((line) => line.trim() !== '' && !line.startsWith('#')) };
    });
}

/** Types the session's lines into a console of its own, and resolves with what differed: nothing, if all is well. */
export async function replay(held: SiteUnderTest, { lines }: RecordedSession): Promise<string[]> {
  const expected = lines.map((line) => line.replaceAll('$HOME', held.source));
  const child = spawn(LAUNCHER, ['-c', held.site.confFiles.nconsole], {
    cwd: held.site.directory,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let onText = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    onText.resolve();
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const until = async (matches: () => boolean) => {
    while (!matches()) {
      onText = Promise.withResolvers();
      await Promise.race([onText.promise, ended]);
      if (child.exitCode !== null) return;
    }
  };
  let comments = 0;
  /** Resolves with the length of the output when all that was typed before has been answered. */
  const comment = async (): Promise<number> => {
    const text = `@#${++comments}\n`;
    child.stdin.write(text);
    await until(() => output.endsWith(`*${text}`));
    return output.length;
  };
  /** What comes for a command; it is taken out of the output. */
  const aside = async (command: string): Promise<string> => {
    const start = await comment();
    child.stdin.write(`${command}\n`);
    await comment();
    const answer = output.slice(start);
    output = output.slice(0, start);
    return answer;
  };
  for (const line of expected) {
    const [, command, text] = UNTIL.exec(line) ?? [];
    if (command !== undefined) while (!(await aside(command)).includes(text!) && child.exitCode === null);
    else if (line.includes('⏎')) child.stdin.write(`${inputOf(line)}\n`);
  }
  child.stdin.end();
  await ended;
  return differences(
    expected.filter((line) => !UNTIL.test(line)),
    output.split('\n'),
  );
}

function inputOf(line: string): string {
  return line.slice(line.indexOf('⏎') + 1);
}

function differences(expected: readonly string[], actual: readonly string[]): string[] {
  const found: string[] = [];
  let answer: readonly string[] = [];
  let rest = actual;
  for (const [number, line] of expected.entries()) {
    if (!line.includes('⏎')) {
      const index = answer.findIndex(matcherOf(line));
      if (index >= 0) answer = answer.slice(index + 1);
      else found.push(`no line "${line}", but:`, ...answer.slice(0, SHOWN_LINES));
      continue;
    }
    const index = rest.findIndex(matcherOf(line.replace('⏎', '')));
    // All that follows was typed at another question: it would only repeat this.
    if (index < 0) return [...found, `not asked "${line}", but:`, ...rest.slice(0, SHOWN_LINES)];
    rest = rest.slice(index + 1);
    const next = expected.slice(number + 1).find((later) => later.includes('⏎'));
    const end = next === undefined ? -1 : rest.findIndex(matcherOf(next.replace('⏎', '')));
    answer = end < 0 ? rest : rest.slice(0, end);
  }
  return found;
}

function matcherOf(line: string): (text: string) => boolean {
  const parts = plain(line)
    .split('…')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`);
  return (text) => pattern.test(plain(text));
}

function plain(line: string): string {
  return line.startsWith('|') ? line.replace(/ +/g, ' ') : line.trimEnd();
}
