import { fitted } from '../../text/display-width.ts';
import type { Screen } from './command.ts';

/** The sections of `status director`, each as its lines: a title, perhaps a table with its head, and "====". */
export interface StatusParts {
  readonly header: readonly string[];
  readonly scheduled: readonly string[];
  readonly overdue: readonly string[];
  readonly running: readonly string[];
  readonly terminated: readonly string[];
}

/** What is wanted first when not all fits, and the end of the list that is kept. */
const BY_IMPORTANCE = [
  ['running', 'first'],
  ['overdue', 'first'],
  ['terminated', 'last'],
  ['scheduled', 'first'],
] as const;

/** Room for the line that asks for the next command, and the one that was given. */
const PROMPT_ROWS = 2;

/**
 * The status without what is there for scripts, cut so that a person sees all of it at once: running jobs first, and of each
 * list that is cut how many more there are.
 */
export function onOneScreen(parts: StatusParts, { rows, columns }: Screen): string[] {
  const sections = BY_IMPORTANCE.map(([name, kept]) => ({ kept, ...sectionOf(parts[name]) })).filter(
    ({ title }) => title !== '',
  );
  const head = parts.header.slice(0, 2);
  let room = rows - PROMPT_ROWS - head.length - sections.length;
  const shown = sections.map(({ title, top, body, kept }) => {
    const wanted = top.length + body.length;
    if (wanted <= room) {
      room -= wanted;
      return [title, ...top, ...body];
    }
    const count = room - top.length;
    if (count < 1) return [`${title} ${body.length}`];
    room = 0;
    const some = kept === 'first' ? body.slice(0, count) : body.slice(-count);
    return [`${title} ${count} of ${body.length}`, ...top, ...some];
  });
  return [...head, ...shown.flat()].map((line) => fitted(line, columns).trimEnd());
}

/** Title, head of the table, and rows; without rulers, ends and blank lines. */
function sectionOf(lines: readonly string[]): { title: string; top: string[]; body: string[] } {
  const [title = '', ...rest] = lines.filter(
    (line) => line !== '' && !/^=+$/.test(line) && !line.startsWith('Console connected'),
  );
  const hasTable = lines.some((line) => /^={5,}$/.test(line));
  return { title, top: hasTable ? rest.slice(0, 1) : [], body: hasTable ? rest.slice(1) : rest };
}
