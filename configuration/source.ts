/** A text that is read as conf: a file, or the output of an `@|"command"` include. */
export class Source {
  /** As problems name it: the path as it was opened, or `|command`. */
  readonly name: string;
  /** Line ends are LF only: CRLF and CR of the file are read as LF. */
  readonly text: string;
  /** Where relative includes of this text are also looked for. */
  readonly directory: string;
  /** Whether it is the output of a command: then `name` is no path. */
  readonly kind: 'file' | 'command';
  /** Some bytes were not UTF-8; they stand in `text` as U+FFFD. */
  readonly hasInvalidBytes: boolean;
  #lineStarts: number[] | undefined;

  constructor(parts: Pick<Source, 'name' | 'text' | 'directory' | 'kind' | 'hasInvalidBytes'>) {
    this.name = parts.name;
    this.text = parts.text;
    this.directory = parts.directory;
    this.kind = parts.kind;
    this.hasInvalidBytes = parts.hasInvalidBytes;
  }

  /** Line and column of an offset, both 1-based; columns count UTF-16 units. */
  positionOf(offset: number): { line: number; column: number } {
    const starts = (this.#lineStarts ??= lineStartsOf(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** The text of a 1-based line, without its line end. */
  lineText(line: number): string {
    const starts = (this.#lineStarts ??= lineStartsOf(this.text));
    const start = starts[line - 1] ?? this.text.length;
    const end = this.text.indexOf('\n', start);
    return this.text.slice(start, end < 0 ? undefined : end);
  }
}

/** A stretch of a source: what a problem points at. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** "pools.conf:7", for "first defined at". */
export function placeOf(span: Span): string {
  return `${span.source.name}:${span.source.positionOf(span.start).line}`;
}

/**
 * The text of a conf file: UTF-8, with or without a byte order mark, any kind of line end.
 * `undefined` for UTF-16, which is not read.
 */
export function decodeConf(bytes: Uint8Array): { text: string; hasInvalidBytes: boolean } | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return undefined;
  const decoded = new TextDecoder('utf-8').decode(bytes);
  return {
    text: decoded.includes('\r') ? decoded.replace(/\r\n?/g, '\n') : decoded,
    hasInvalidBytes: decoded.includes('\uFFFD'),
  };
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
