/** Values of the codes `%x`, by letter. A list stands for several words where the code is a word of its own. */
export type CodeValues = Readonly<Record<string, string | readonly string[]>>;

/**
 * Puts the values of `%` codes into the words of a command. The words are split before, so a value with blanks or
 * quotes (a job name, a path) never becomes another argument. `%%` is a percent sign; an unknown code stays as it is.
 */
export function substituteWords(words: readonly string[], values: CodeValues): string[] {
  return words.flatMap((word) => {
    const whole = /^%([a-zA-Z])$/.exec(word)?.[1];
    const list = whole === undefined ? undefined : values[whole];
    return Array.isArray(list) ? (list as readonly string[]) : [substituteCodes(word, values)];
  });
}

/** The same within one text; the elements of a list are joined by a comma. */
export function substituteCodes(text: string, values: CodeValues): string {
  return text.replace(/%([%a-zA-Z])/g, (code, letter: string) => {
    if (letter === '%') return '%';
    const value = values[letter];
    if (value === undefined) return code;
    return typeof value === 'string' ? value : value.join(',');
  });
}
