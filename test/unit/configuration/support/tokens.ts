import { SourceOpener } from '../../../../configuration/include.ts';
import { Lexer } from '../../../../configuration/lexer.ts';
import { Problems, type Problem } from '../../../../configuration/problem.ts';
import { textReader } from '../../../../configuration/source-reader.ts';
import type { Token } from '../../../../configuration/syntax.ts';

/** The tokens of a text, up to its end. */
export function lex(
  text: string,
  others: Record<string, string> = {},
): { tokens: Token[]; problems: readonly Problem[] } {
  const problems = new Problems();
  const opener = new SourceOpener(textReader({ '/c/top': text, ...others }), '/w', problems);
  const source = opener.openFile('/c/top');
  const tokens: Token[] = [];
  if (source) {
    const lexer = new Lexer(source, opener, problems);
    for (let token = lexer.next(); token.kind !== 'eof'; token = lexer.next()) tokens.push(token);
  }
  return { tokens, problems: problems.result(() => undefined).problems };
}

/** Kind and text of each token that carries one; the text of the others is their kind. */
export function shapes(text: string, others: Record<string, string> = {}): string[] {
  return lex(text, others).tokens.map((token) =>
    ['word', 'string', 'number', 'quoted'].includes(token.kind) ? `${token.kind}:${token.text}` : token.kind,
  );
}
