import { compileRegexWhere, type PathSubstitution } from '../../text/regex-where.ts';
import { CommandCancelled, CommandError, sentencesOf } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { chooseFromMenu } from './prompts.ts';
import { relocationRegexWhere, type Relocation } from '../jobs/path-relocation.ts';
import { checkedRegexWhere } from './relocation.ts';

/** What has been answered so far; an expression that was entered outweighs the rest. */
type Draft = { -readonly [K in keyof Relocation]: string } & { regexp: string };

/** In the order that scripts know by number. */
const ITEMS = [
  'Strip prefix',
  'Add prefix',
  'Add file suffix',
  'Enter a regexp',
  'Test filename manipulation',
  'Use this ?',
];

/**
 * The sub-menu "File Relocation" of a restore.
 * @returns RegexWhere; empty when nothing was asked for.
 * @throws CommandCancelled
 */
export async function askRelocation(context: CommandContext): Promise<string> {
  const draft: Draft = { stripPrefix: '', addPrefix: '', addSuffix: '', regexp: '' };
  for (;;) {
    const index = await chooseFromMenu(context, {
      heading: `${summary(draft)}\nThis will replace your current Where value`,
      prompt: 'Select parameter to modify',
      items: ITEMS,
    });
    if (index === 5) return regexWhereOf(draft);
    try {
      await change(context, draft, index);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      await context.say(sentencesOf(error));
    }
  }
}

async function change(context: CommandContext, draft: Draft, index: number): Promise<void> {
  switch (index) {
    case 0:
      draft.stripPrefix = await context.ask('Please enter the path prefix to strip: ');
      break;
    case 1: {
      const prefix = await context.ask('Please enter the path prefix to add (/ for none): ');
      draft.addPrefix = prefix === '/' ? '' : prefix;
      break;
    }
    case 2:
      draft.addSuffix = await context.ask('Please enter the file suffix to add: ');
      break;
    case 3:
      draft.regexp = checkedRegexWhere(await context.ask('Please enter a valid regexp (!from!to!): '));
      break;
    case 4:
      await test(context, draft);
  }
}

async function test(context: CommandContext, draft: Draft): Promise<void> {
  const regexWhere = regexWhereOf(draft);
  const substitute = regexWhere === '' ? (path: string) => path : compileRegexWhere(regexWhere);
  await context.say(`${summary(draft)}${draft.regexp === '' ? ` result=${regexWhere}` : ''}`);
  await context.say('Enter a period (.) to stop this test');
  try {
    for (;;) {
      const path = await context.ask('Please enter filename to test: ');
      await context.say(`${path} -> ${onText(substitute, path)}`);
    }
  } catch (error) {
    if (!(error instanceof CommandCancelled) || context.signal.aborted) throw error;
  }
}

/** Paths are bytes. */
function onText(substitute: PathSubstitution, path: string): string {
  return Buffer.from(substitute(Buffer.from(path).toString('latin1')), 'latin1').toString();
}

function regexWhereOf(draft: Draft): string {
  return draft.regexp === '' ? relocationRegexWhere(draft) : draft.regexp;
}

function summary({ stripPrefix, addPrefix, addSuffix, regexp }: Draft): string {
  if (regexp !== '') return `regexp=${regexp}`;
  const shown = (text: string) => text || '*None*';
  return `strip_prefix=${shown(stripPrefix)} add_prefix=${shown(addPrefix)} add_suffix=${shown(addSuffix)}`;
}
