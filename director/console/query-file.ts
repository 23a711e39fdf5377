/** An entry of a query file. */
export interface QueryEntry {
  readonly title: string;
  /** Questions whose answers take the place of %1, %2 ... */
  readonly prompts: readonly string[];
  readonly sql: string;
  /** One value a line. */
  readonly vertical: boolean;
}

/**
 * Reads the text of a query file:
 *
 *     :Title of the entry
 *     *Question for %1:
 *     SELECT ... WHERE Name = '%1';
 *
 * A line that begins with # is a comment; ! before the statement asks for one value a line. An entry without a
 * statement is left out.
 */
export function parseQueryFile(text: string): QueryEntry[] {
  const entries: { title: string; prompts: string[]; sql: string[] }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const entry = entries.at(-1);
    if (line.startsWith('#')) continue;
    if (line.startsWith(':')) entries.push({ title: line.slice(1).trim(), prompts: [], sql: [] });
    else if (line.startsWith('*')) entry?.prompts.push(line.slice(1).trim());
    else if (line.trim() !== '') entry?.sql.push(line);
  }
  return entries
    .map(({ title, prompts, sql }) => {
      const statement = sql.join('\n').trim();
      const vertical = statement.startsWith('!');
      return { title, prompts, sql: vertical ? statement.slice(1) : statement, vertical };
    })
    .filter(({ sql }) => sql !== '');
}

/** The statement with the answers in place; each fits between the quotes that the file has around it. */
export function fillQuery({ sql }: QueryEntry, answers: readonly string[]): string {
  return sql.replace(
    /%([1-9])/g,
    (place, number: string) => answers[Number(number) - 1]?.replaceAll("'", "''") ?? place,
  );
}
