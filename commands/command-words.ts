/**
 * Splits a command line of the conf into its words, as no shell would have to: blanks separate, quotes (' and ")
 * hold together, a backslash takes the next character literally (not within single quotes).
 * @throws Error when a quote is not closed.
 */
export function commandWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote) {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && at + 1 < line.length) word += line.charAt(++at);
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word ??= '';
      word += char === '\\' && at + 1 < line.length ? line.charAt(++at) : char;
    }
  }
  if (quote) throw new Error(`the quote ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}
