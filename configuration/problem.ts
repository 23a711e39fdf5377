import type { Span } from './source.ts';

export type Severity = 'error' | 'warning' | 'notice';

/** Something to say about a place in the conf. Only an `error` keeps a conf from being used. */
export interface Problem {
  readonly severity: Severity;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  readonly message: string;
  /** The likely cure. */
  readonly hint?: string;
  /** The line it is about, and how many characters of it, from `column`; absent when no line could be read. */
  readonly excerpt?: { readonly text: string; readonly length: number };
}

/** What loading a conf gives. `conf` is undefined if and only if a problem is an error. */
export interface ConfResult<T> {
  readonly conf: T | undefined;
  readonly problems: readonly Problem[];
}

/**
 * The problem as the admin sees it:
 *
 *     noctule-dir.conf:42:10: Job "home" names Pool "Dialy", which is not defined
 *         42 |   Pool = Dialy
 *            |          ^^^^^  did you mean "Daily" (pools.conf:7)?
 */
export function formatProblem(problem: Problem): string {
  const severity = problem.severity === 'error' ? '' : `${problem.severity}: `;
  const heading = `${problem.file}:${problem.line}:${problem.column}: ${severity}${problem.message}`;
  if (!problem.excerpt) return problem.hint === undefined ? heading : `${heading}\n       ${problem.hint}`;
  const number = String(problem.line).padStart(6);
  // Tabs before the caret stay tabs, so that it stands below its character at any tab width.
  const indent = problem.excerpt.text.slice(0, problem.column - 1).replace(/[^\t]/g, ' ');
  const caret = '^'.repeat(Math.max(1, problem.excerpt.length));
  const hint = problem.hint === undefined ? '' : `  ${problem.hint}`;
  return `${heading}\n${number} | ${problem.excerpt.text}\n${' '.repeat(6)} | ${indent}${caret}${hint}`;
}

/**
 * The line with stars for the passwords in it: what a test prints is shown to others. A value that the problem itself
 * is about, from `start` to `end`, stays as it is.
 */
function withoutSecrets(line: string, start: number, end: number): string {
  return line.replace(PASSWORD, (whole, before: string, value: string, offset: number) => {
    const from = offset + before.length;
    const isTheProblem = from < end && start < from + value.length;
    if (isTheProblem || PLACEHOLDER.test(value)) return whole;
    return before + value.replace(/(?<=.).(?=.)|[^"]/gs, '*');
  });
}

/** Of the samples: no secret yet. */
const PLACEHOLDER = /^"?@@\w+@@"?$/;
const PASSWORD = /(password\s*=\s*)("(?:[^"\\]|\\.)*"?|[^\s;}#"]+)/gi;

/** Collects problems in the order of their discovery; the same one at the same place once. */
export class Problems {
  readonly #list: Problem[] = [];
  readonly #seen = new Set<string>();
  #errors = 0;

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  add(severity: Severity, span: Span, message: string, hint?: string): void {
    const { source } = span;
    const { line, column } = source.positionOf(span.start);
    const key = `${source.name}\n${line}\n${column}\n${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (severity === 'error') this.#errors += 1;
    const written = source.lineText(line);
    const length = Math.max(1, Math.min(span.end - span.start, written.length - column + 1));
    const text = withoutSecrets(written, column - 1, column - 1 + length);
    this.#list.push({
      severity,
      file: source.name,
      line,
      column,
      message,
      ...(hint === undefined ? {} : { hint }),
      excerpt: { text, length },
    });
  }

  /** A problem with a file as a whole, such as one that cannot be opened. */
  addForFile(severity: Severity, file: string, message: string, hint?: string): void {
    if (severity === 'error') this.#errors += 1;
    this.#list.push({ severity, file, line: 1, column: 1, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** What loading gives: `make` is called only when there is no error. */
  result<T>(make: () => T | undefined): ConfResult<T> {
    return { conf: this.hasErrors ? undefined : make(), problems: this.#sorted() };
  }

  /** Errors first, then warnings, then notices; each kind file by file, and there from top to bottom. */
  #sorted(): Problem[] {
    const files = new Map<string, number>();
    for (const { file } of this.#list) if (!files.has(file)) files.set(file, files.size);
    const rank = { error: 0, warning: 1, notice: 2 } as const;
    return this.#list.toSorted(
      (a, b) =>
        rank[a.severity] - rank[b.severity] ||
        (files.get(a.file) ?? 0) - (files.get(b.file) ?? 0) ||
        a.line - b.line ||
        a.column - b.column,
    );
  }
}
