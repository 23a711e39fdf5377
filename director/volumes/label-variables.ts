/** Makes the error for a format that cannot be expanded. */
type Fail = (problem: string) => Error;

/**
 * The value of a variable; undefined when there is none of this name. `count up`: it stands with a `+`, and a Counter moves on
 * after it gave its value.
 * @throws an OperatorError for a `+` at what is no Counter
 */
export type LabelVariable = (name: string, use: 'value' | 'count up') => Promise<string | undefined>;

/**
 * Expands `$Name`, `${Name}`, `${Name+}` and `${Name:op:op}` in a Label Format.
 *
 *     p/width/char/r|l|c  pad (r = to the right end: 12 -> 0012)    l u   lower, upper case     #   length
 *     o offset,length     o from-to    part of the text             s/regex/text/gi   replace   y/from/to/  translate
 *     -word   when empty  +word        when not empty, else nothing   *word     when empty, else nothing
 */
export async function expandVariables(format: string, variable: LabelVariable, fail: Fail): Promise<string> {
  const reader = new Reader(format, fail);
  let result = '';
  while (!reader.atEnd) {
    const char = reader.next();
    result += char === '$' ? await expandOne(reader, variable, fail) : char;
  }
  return result;
}

class Reader {
  #at = 0;
  readonly #text: string;
  readonly #fail: Fail;

  constructor(text: string, fail: Fail) {
    this.#text = text;
    this.#fail = fail;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  peek(): string {
    return this.#text.charAt(this.#at);
  }

  next(): string {
    if (this.atEnd) throw this.#fail('it ends inside ${...}');
    return this.#text.charAt(this.#at++);
  }

  /** The longest text from here that `pattern` (sticky) matches; may be empty. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** Text up to `delimiter`, which is consumed as well. */
  upTo(delimiter: string): string {
    let found = '';
    for (let char = this.next(); char !== delimiter; char = this.next()) found += char;
    return found;
  }
}

async function expandOne(reader: Reader, variable: LabelVariable, fail: Fail): Promise<string> {
  const braced = reader.peek() === '{';
  if (braced) reader.next();
  const name = reader.take(/[A-Za-z_][A-Za-z0-9_]*/y);
  if (!name) throw fail('"$" without a variable name');
  if (!braced) return known(await variable(name, 'value'), name, fail);
  const counts = reader.peek() === '+';
  if (counts) reader.next();
  let result = await variable(name, counts ? 'count up' : 'value');
  while (reader.peek() === ':') {
    reader.next();
    result = applyOperation(reader, result, fail);
  }
  if (reader.next() !== '}') throw fail(`unexpected text after "\${${name}"`);
  return known(result, name, fail);
}

function known(value: string | undefined, name: string, fail: Fail): string {
  if (value === undefined) throw fail(`unknown variable "${name}"`);
  return value;
}

/** An unset variable stays unset through every operation but `-word`, `+word` and `*word`. */
function applyOperation(reader: Reader, value: string | undefined, fail: Fail): string | undefined {
  const operation = reader.next();
  switch (operation) {
    case 'l':
      return value?.toLowerCase();
    case 'u':
      return value?.toUpperCase();
    case '#':
      return value === undefined ? undefined : String(value.length);
    case 'p':
      return pad(reader, value, fail);
    case 'o':
      return part(reader, value, fail);
    case 's':
      return substitute(reader, value, fail);
    case 'y':
      return translate(reader, value, fail);
    case '-': {
      const word = reader.take(/[^:}]*/y);
      return value ? value : word;
    }
    case '+': {
      const word = reader.take(/[^:}]*/y);
      return value ? word : '';
    }
    case '*': {
      const word = reader.take(/[^:}]*/y);
      return value ? '' : word;
    }
    default:
      throw fail(`unknown operation ":${operation}"`);
  }
}

function pad(reader: Reader, value: string | undefined, fail: Fail): string | undefined {
  const delimiter = reader.next();
  const width = Number(reader.upTo(delimiter));
  const filler = reader.upTo(delimiter);
  const side = reader.next();
  if (!Number.isInteger(width) || width < 0 || width > 127 || filler.length !== 1) {
    throw fail('the pad operation is p/width/character/side');
  }
  if (value === undefined) return undefined;
  if (side === 'r') return value.padStart(width, filler);
  if (side === 'l') return value.padEnd(width, filler);
  if (side === 'c')
    return value
      .padStart(value.length + Math.floor((width - value.length) / 2), filler)
      .padEnd(width, filler);
  throw fail('the side of a pad operation is r, l or c');
}

function part(reader: Reader, value: string | undefined, fail: Fail): string | undefined {
  const range = reader.take(/[0-9]+[,-][0-9]*/y);
  const [, from, separator, second] = /^([0-9]+)([,-])([0-9]*)$/.exec(range) ?? [];
  if (from === undefined) throw fail('the part operation is o offset,length or o from-to');
  const start = Number(from);
  if (!second) return value?.slice(start);
  return value?.slice(start, separator === ',' ? start + Number(second) : Number(second) + 1);
}

function substitute(reader: Reader, value: string | undefined, fail: Fail): string | undefined {
  const delimiter = reader.next();
  const source = reader.upTo(delimiter);
  const text = reader.upTo(delimiter);
  const flags = reader.take(/[a-z]*/y);
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, [...flags].filter((flag) => flag === 'g' || flag === 'i').join(''));
  } catch {
    throw fail(`"${source}" is not a regular expression`);
  }
  return value?.replace(pattern, () => text);
}

function translate(reader: Reader, value: string | undefined, fail: Fail): string | undefined {
  const delimiter = reader.next();
  const from = [...reader.upTo(delimiter)];
  const to = [...reader.upTo(delimiter)];
  if (from.length !== to.length) throw fail('the two sides of a y operation differ in length');
  return value && [...value].map((char) => to[from.indexOf(char)] ?? char).join('');
}
