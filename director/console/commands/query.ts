import { readFile } from 'node:fs/promises';
import { messageOf } from '../../../errors/operator-error.ts';
import { announceCatalog } from '../catalog-line.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { chooseFromMenu } from '../prompts.ts';
import { fillQuery, parseQueryFile, type QueryEntry } from '../query-file.ts';
import { printQuery } from './sqlquery.ts';

export const query: Command = {
  name: 'query',
  description: 'Ask the catalog one of the questions in the query file',
  keywords: 'rest',
  async run(context) {
    await announceCatalog(context, 'jobs');
    const entries = await readEntries(context);
    const index = await chosenIndex(context, entries);
    const entry = entries[index]!;
    const answers: string[] = [];
    for (const prompt of entry.prompts) answers.push(await context.ask(`${prompt} `));
    await printQuery(context, fillQuery(entry, answers), entry.vertical ? 'vertical' : 'table');
  },
};

async function readEntries({ conf }: CommandContext): Promise<QueryEntry[]> {
  const { queryFile } = conf().director;
  let text: string;
  try {
    text = await readFile(queryFile, 'utf8');
  } catch (error) {
    throw new CommandError(
      `cannot read the query file: ${messageOf(error)}`,
      'Correct QueryFile in the Director resource.',
      {
        cause: error,
      },
    );
  }
  const entries = parseQueryFile(text);
  if (entries.length === 0)
    throw new CommandError(`${queryFile} has no entries`, 'An entry begins with a line ":title".');
  return entries;
}

async function chosenIndex(context: CommandContext, entries: readonly QueryEntry[]): Promise<number> {
  const number = context.line.rest;
  if (number === '') {
    const items = entries.map(({ title }) => title);
    return chooseFromMenu(context, { heading: 'Available queries:', prompt: 'Choose a query', items });
  }
  if (/^\d{1,4}$/.test(number) && entries[Number(number) - 1]) return Number(number) - 1;
  throw new CommandError(
    `there is no query ${number}`,
    `Choose from 1 to ${entries.length}, or type query alone.`,
  );
}
