import { printablePath } from '../../text/printable.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import type { ListForm } from './listing.ts';

/** Files fetched and printed together. */
const PAGE_FILES = 2000;

/** The column is at least so wide, since later pages may have longer names than the first. */
const WIDTH_MIN = 80;

/** `list files jobid=`: page by page, since a job may have millions. */
export async function printFiles(context: CommandContext, form: ListForm): Promise<void> {
  const { line, services, print, signal } = context;
  const jobId = line.integer('jobid');
  if (jobId === undefined) throw new CommandError('of which job is not said', 'Add jobid=NUMBER.');
  const kind = line.value('type')?.toLowerCase() ?? 'saved';
  if (kind !== 'saved' && kind !== 'deleted' && kind !== 'all') {
    throw new CommandError(`"type=${kind}" is neither all nor deleted`);
  }
  let after;
  let printer: Printer | undefined;
  do {
    signal.throwIfAborted();
    const page = await services.catalog.filesPage({ jobId, kind, after, limit: PAGE_FILES });
    const names = page.files.map(({ path }) => printablePath(path));
    if (names.length > 0) {
      printer ??= startPrinter(form, Math.max(WIDTH_MIN, ...names.map((name) => name.length)));
      await print(printer.lines(names));
    }
    after = page.next;
  } while (after !== undefined);
  await print(printer ? printer.end : form === 'json' ? '[]\n' : 'No results to list.\n');
}

interface Printer {
  lines(names: readonly string[]): string;
  readonly end: string;
}

function startPrinter(form: ListForm, width: number): Printer {
  let first = true;
  const opening = (text: string) => (first ? ((first = false), text) : '');
  switch (form) {
    case 'vertical':
      return { lines: (names) => names.map((name) => `Filename: ${name}\n`).join(''), end: '' };
    case 'json':
      return {
        lines: (names) =>
          names.map((name) => `${opening('[') || ','}${JSON.stringify({ Filename: name })}`).join(''),
        end: ']\n',
      };
    case 'table': {
      const border = `+${'-'.repeat(width + 2)}+\n`;
      const row = (name: string) => `| ${name.padEnd(width)} |\n`;
      return {
        lines: (names) => opening(border + row('Filename') + border) + names.map(row).join(''),
        end: border,
      };
    }
  }
}
