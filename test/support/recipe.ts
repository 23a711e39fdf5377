import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const RECIPES = join(import.meta.dirname, '../../docs/recipes');

/**
 * A fenced block of a page of docs/recipes, by the name in its first line. `changes` puts the test's own places where
 * the page has those of a usual machine; each must be found.
 */
export function recipeBlock(
  page: string,
  name: string,
  changes: Readonly<Record<string, string>> = {},
): string {
  const text = readFileSync(join(RECIPES, `${page}.md`), 'utf8');
  let block = new RegExp(`^\`\`\`\\w+ name=${name}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/recipes/${page}.md has no block "${name}"`);
  for (const [usual, own] of Object.entries(changes)) {
    if (!block.includes(usual))
      throw new Error(`the block "${name}" of docs/recipes/${page}.md has no "${usual}"`);
    block = block.replaceAll(usual, own);
  }
  return block;
}
