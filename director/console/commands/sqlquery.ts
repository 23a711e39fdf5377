import type { Cell } from '../../../text/text-table.ts';
import { announceCatalog } from '../catalog-line.ts';
import { CommandCancelled, CommandError, sentencesOf } from '../command-error.ts';
import { OperatorError } from '../../../errors/operator-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { formOf, renderListing } from '../listing.ts';

/** `sqlquery SELECT ...` asks the catalog once; `sqlquery` alone reads queries until a blank line. It only reads. */
export const sqlquery: Command = {
  name: 'sqlquery',
  description: 'Ask the catalog in SQL',
  keywords: 'rest',
  async run(context) {
    await announceCatalog(context, 'queries', 'by resource');
    const query = context.line.rest;
    if (query !== '') return printQuery(context, query);
    await context.print(
      'Entering SQL query mode.\nTerminate each query with a semicolon.\nTerminate query mode with a blank line.\n',
    );
    try {
      while (await readAndPrint(context));
    } catch (error) {
      if (!(error instanceof CommandCancelled) || context.signal.aborted) throw error;
    }
    await context.say('End query mode.');
  },
};

/** Reads one query, which may take several lines, and answers it. False at a blank line. */
async function readAndPrint(context: CommandContext): Promise<boolean> {
  const lines: string[] = [];
  do {
    const line = await context.ask(lines.length === 0 ? 'Enter SQL query: ' : 'Add to SQL query: ');
    if (line === '') return false;
    lines.push(line);
  } while (!lines.at(-1)!.endsWith(';'));
  try {
    await printQuery(context, lines.join('\n'));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    await context.say(sentencesOf(error));
  }
  return true;
}

/** @throws OperatorError when the catalog does not take the query. */
export async function printQuery(
  context: CommandContext,
  query: string,
  form: 'table' | 'vertical' | 'tabs' = 'table',
): Promise<void> {
  const text = query.replace(/;\s*$/, '').trim();
  if (text === '') throw new CommandError('the query is empty', 'Write a SELECT.');
  const { columns, rows } = await context.services.catalog.sql({ query: text });
  await context.print(renderListing({ columns, rows: rows satisfies Cell[][] }, formOf(context, form)));
}
