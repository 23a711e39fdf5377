import type { Lexer } from './lexer.ts';
import type { Problems } from './problem.ts';
import { placeOf, type Span } from './source.ts';
import { canonicalName, type Assignment, type Block, type Entry, type Token } from './syntax.ts';

/** What the parser must know of the language's words. */
export interface Grammar {
  /** Canonical names of the resource types: one of them with `{` shows that a closing brace was forgotten. */
  readonly resourceTypes: ReadonlySet<string>;
  /** Canonical names of directives whose value may begin on the next line. */
  readonly valueOnNextLine: ReadonlySet<string>;
}

/** FileSet, Include, Options are three; deeper nesting is nothing but a mistake. */
const DEPTH_MAX = 8;

/** Parses a whole conf into its resources. Goes on after each error, so that one pass finds them all. */
export function parseConf(lexer: Lexer, grammar: Grammar, problems: Problems): Block[] {
  return new Parser(lexer, grammar, problems).resources();
}

class Parser {
  readonly #lexer: Lexer;
  readonly #grammar: Grammar;
  readonly #problems: Problems;
  /** The name of a resource that was found inside another one, which is thereby closed. */
  #escaped: Token | undefined;

  constructor(lexer: Lexer, grammar: Grammar, problems: Problems) {
    this.#lexer = lexer;
    this.#grammar = grammar;
    this.#problems = problems;
  }

  resources(): Block[] {
    const resources: Block[] = [];
    for (;;) {
      const name = this.#escaped ?? this.#lexer.next();
      if (name.kind === 'eof') return resources;
      if (name.kind === 'end') continue;
      if (name === this.#escaped) {
        this.#escaped = undefined;
        resources.push(this.#block(name, 1, false));
      } else if (name.kind === '}') {
        this.#error(
          name,
          'no block is open here that this brace could close',
          'take it out, or look for one too many above',
        );
      } else if (!isName(name)) {
        this.#error(
          name,
          `"${name.text}" stands where a resource should begin`,
          'write "Job {", "Client {" ...',
        );
        if (name.kind === '{') this.#block(name, 1, false);
        else this.#skipLine();
      } else {
        const resource = this.#resource(name);
        if (resource) resources.push(resource);
      }
    }
  }

  #resource(name: Token): Block | undefined {
    const next = this.#peekOverLineEnds();
    if (next.kind === '{') {
      this.#lexer.next();
      return this.#block(name, 1, false);
    }
    if (next.kind === '=') {
      this.#lexer.next();
      if (this.#lexer.peek().kind === '{') {
        this.#error(next, `a resource has no "=" before its brace`, `write "${written(name)} {"`);
        this.#lexer.next();
        return this.#block(name, 1, true);
      }
      this.#error(
        name,
        `"${written(name)}" stands outside of any resource`,
        'a directive belongs between { and }',
      );
    } else {
      this.#error(name, `"${written(name)}" is not followed by "{"`, 'a resource is written "Type { ... }"');
    }
    if (onOneLine(name, next)) this.#skipValue();
    return undefined;
  }

  /** The entries of a block whose `{` has been read. */
  #block(name: Token, depth: number, hasEquals: boolean): Block {
    const entries: Entry[] = [];
    const block: Block = { kind: 'block', name, key: canonicalName(name.text), hasEquals, entries };
    if (depth === DEPTH_MAX + 1) this.#error(name, `blocks are nested more than ${DEPTH_MAX} deep`);
    for (;;) {
      const token = this.#lexer.next();
      if (token.kind === '}') return block;
      if (token.kind === 'eof') {
        this.#error(name, `the block ${written(name)} is not closed`, 'add the missing "}"');
        return block;
      }
      if (token.kind === 'end') continue;
      if (!isName(token)) {
        this.#error(token, `"${token.text}" stands where a directive should begin`, 'write "Name = value"');
        if (token.kind !== '{') this.#skipValue();
        else this.#nested(token, depth, false);
      } else {
        const entry = this.#entry(token, block, depth);
        if (entry) entries.push(entry);
      }
      if (this.#escaped) return block;
    }
  }

  #entry(name: Token, parent: Block, depth: number): Entry | undefined {
    const next = this.#peekOverLineEnds();
    if (next.kind === '{') {
      this.#lexer.next();
      const key = canonicalName(name.text);
      if (!this.#grammar.resourceTypes.has(key)) return this.#nested(name, depth, false);
      this.#error(
        name,
        `${written(name)} begins inside ${written(parent.name)} (${placeOf(parent.name)}), which is not closed`,
        `add the missing "}" above`,
      );
      this.#escaped = name;
      return undefined;
    }
    if (next.kind === '=') {
      this.#lexer.next();
      return this.#assignment(name, depth);
    }
    this.#error(name, `"${written(name)}" is not followed by "="`, 'write "Name = value"');
    if (onOneLine(name, next) && isName(next)) this.#skipValue();
    return undefined;
  }

  #assignment(name: Token, depth: number): Entry | undefined {
    const key = canonicalName(name.text);
    const first = this.#grammar.valueOnNextLine.has(key) ? this.#peekOverLineEnds() : this.#lexer.peek();
    if (first.kind === '{') {
      this.#lexer.next();
      return this.#nested(name, depth, true);
    }
    const value: Token[] = [];
    for (;;) {
      const token = this.#lexer.peek();
      if (token.kind === 'end' || token.kind === '}' || token.kind === 'eof') break;
      this.#lexer.next();
      if (token.kind === '{') {
        this.#error(token, `a block cannot begin in the value of ${written(name)}`, 'end the line before it');
        this.#nested(token, depth, false);
        if (this.#escaped) break;
      } else {
        value.push(token);
      }
    }
    const assignment: Assignment = { kind: 'assignment', name, key, value };
    return assignment;
  }

  /** A block in a block. Beyond the deepest level it is read over without recursion. */
  #nested(name: Token, depth: number, hasEquals: boolean): Block | undefined {
    if (depth <= DEPTH_MAX) return this.#block(name, depth + 1, hasEquals);
    for (let open = 1; open > 0;) {
      const token = this.#lexer.next();
      if (token.kind === 'eof') break;
      if (token.kind === '{') open += 1;
      else if (token.kind === '}') open -= 1;
    }
    return undefined;
  }

  /** Line ends may stand between a name and what follows it. */
  #peekOverLineEnds(): Token {
    while (this.#lexer.peek().kind === 'end') this.#lexer.next();
    return this.#lexer.peek();
  }

  #skipLine(): void {
    for (;;) {
      const { kind } = this.#lexer.peek();
      if (kind === 'end' || kind === 'eof') return;
      this.#lexer.next();
    }
  }

  /** Skips to the end of the line or of the block. */
  #skipValue(): void {
    for (;;) {
      const { kind } = this.#lexer.peek();
      if (kind === 'end' || kind === 'eof' || kind === '}' || kind === '{') return;
      this.#lexer.next();
    }
  }

  #error(span: Span, message: string, hint?: string): void {
    this.#problems.add('error', span, message, hint);
  }
}

function isName(token: Token): boolean {
  return (
    token.kind === 'word' || token.kind === 'string' || token.kind === 'quoted' || token.kind === 'number'
  );
}

/** A name as it was written, blanks included. */
function written(name: Token): string {
  return name.source.text.slice(name.start, name.end).replace(/\s+/g, ' ');
}

function onOneLine(first: Token, second: Token): boolean {
  return first.source === second.source && !first.source.text.slice(first.end, second.start).includes('\n');
}
