import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConsoleConf } from '../../../configuration/console-conf.ts';
import { splitWords } from '../../../configuration/include.ts';
import { FRAME, loadText } from './support/director-text.ts';
import { lex, shapes } from './support/tokens.ts';

describe('@file', () => {
  test('is read in place, and its tokens know where they come from', () => {
    const { tokens } = lex('a = 1\n@/c/more\nb = 2', { '/c/more': 'x\n  y\n' });
    const places = tokens
      .filter((token) => token.kind === 'word')
      .map((token) => [token.text, token.source.name, token.source.positionOf(token.start).line]);
    expect(places).toEqual([
      ['a', '/c/top', 1],
      ['x', '/c/more', 1],
      ['y', '/c/more', 2],
      ['b', '/c/top', 3],
    ]);
  });

  test.each(['@/c/x{', '@/c/x}', '@/c/x;', '@/c/x,', '@/c/x#', '@/c/x '])('ends its name in %j', (text) => {
    expect(shapes(text, { '/c/x': 'inner' })[0]).toBe('word:inner');
  });

  test('may have a quoted name', () => {
    expect(shapes('@"/c/with blank"', { '/c/with blank': 'inner' })).toEqual(['word:inner', 'end']);
  });

  test('ends the line even when the file does not', () => {
    expect(shapes('Password = @/c/pw', { '/c/pw': '"secret"' })).toEqual([
      'word:Password',
      '=',
      'quoted:secret',
      'end',
    ]);
  });

  test('may hold part of a resource', () => {
    const { conf } = loadText(FRAME.replace('File = /home', '@/c/files'), {
      '/c/files': 'File = /a\nFile = /b\n',
    });
    expect(conf?.fileSets[0]?.includes[0]?.files).toEqual(['/a', '/b']);
  });

  test('is no include inside a word', () => {
    expect(shapes('root@localhost')).toEqual(['string:root@localhost']);
  });

  test('is looked for in the working directory first, then beside the including file', () => {
    expect(shapes('@more', { '/w/more': 'working', '/c/more': 'beside' })).toEqual(['word:working', 'end']);
    expect(shapes('@more', { '/c/more': 'beside' })).toEqual(['word:beside', 'end']);
    expect(shapes('@sub/one', { '/c/sub/one': '@two', '/c/sub/two': 'inner' })).toEqual([
      'word:inner',
      'end',
      'end',
    ]);
  });

  test('that does not exist is an error at its place, and the rest is still read', () => {
    const { tokens, problems } = lex('a\n  @/c/nothing\nb');
    expect(tokens.filter((token) => token.kind === 'word')).toHaveLength(2);
    expect(problems).toMatchObject([
      { line: 2, column: 3, message: 'cannot read the included file /c/nothing: there is no such file' },
    ]);
  });

  test('that includes itself, directly or by others, is an error and no endless loop', () => {
    expect(lex('@/c/top').problems).toMatchObject([{ message: '/c/top includes itself' }]);
    const circle = lex('@/c/a', { '/c/a': '@/c/b', '/c/b': '\n@/c/a' });
    expect(circle.problems).toMatchObject([{ file: '/c/b', line: 2, message: '/c/a includes itself' }]);
  });

  test('may read one file twice, one after the other', () => {
    expect(lex('@/c/a\n@/c/a', { '/c/a': 'x' }).problems).toEqual([]);
  });

  test('with a pattern says that patterns are not expanded', () => {
    expect(lex('@/c/*.conf').problems[0]?.hint).toMatch(/patterns are not expanded/);
  });
});

describe('bytes that are not UTF-8', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'noctule-conf-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const write = (name: string, bytes: Buffer | string): string => {
    const file = join(directory, name);
    writeFileSync(file, bytes, { mode: 0o600 });
    return file;
  };
  const DIRECTOR = 'Director { Name = d; Address = localhost; Password = "p" }\n';

  test('UTF-16 is refused', () => {
    const file = write('utf16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(DIRECTOR, 'utf16le')]));
    expect(loadConsoleConf(file).problems).toMatchObject([{ severity: 'error', message: /UTF-16/ }]);
  });

  test('do no harm in a comment, and are an error in a value', () => {
    const comment = write('comment', Buffer.from(`# f\xfcr\n${DIRECTOR}`, 'latin1'));
    expect(loadConsoleConf(comment).conf?.directors).toHaveLength(1);
    const value = write('value', Buffer.from(DIRECTOR.replace('"p"', '"f\xfcr"'), 'latin1'));
    expect(loadConsoleConf(value).problems).toMatchObject([{ severity: 'error', line: 1, column: 54 }]);
  });

  test('a missing conf file is one error that names it', () => {
    expect(loadConsoleConf(join(directory, 'none')).problems).toMatchObject([
      { severity: 'error', file: join(directory, 'none'), message: /there is no such file/ },
    ]);
  });

  test('@|"command" reads what a command prints, without a shell', () => {
    mkdirSync(join(directory, 'clients.d'));
    writeFileSync(join(directory, 'clients.d', 'one.conf'), DIRECTOR, { mode: 0o600 });
    const file = write(
      'command',
      `@|"sh -c 'for f in ${directory}/clients.d/*.conf; do echo @\${f}; done'"\n@|"echo $HOME ; ls"\n`,
    );
    const { problems } = loadConsoleConf(file);
    // The second command has no shell: its words are arguments of echo, and end up in the conf as they are.
    expect(problems).toMatchObject([
      { file: '|echo $HOME ; ls', line: 1, message: '"$HOME" is not followed by "{"' },
    ]);
    expect(problems[0]?.excerpt?.text).toBe('$HOME ; ls');
  });

  test('a command that fails is an error with what it said', () => {
    const file = write('failing', `${DIRECTOR}@|"sh -c 'echo sorry >&2; exit 3'"\n`);
    expect(loadConsoleConf(file).problems).toMatchObject([
      { severity: 'error', line: 2, message: 'the include command failed: it ended with status 3: sorry' },
    ]);
  });
});

describe('the words of a command', () => {
  test.each([
    ['a b  c', ['a', 'b', 'c']],
    [`sh -c 'echo "x y"; ls'`, ['sh', '-c', 'echo "x y"; ls']],
    ['a "b c" d', ['a', 'b c', 'd']],
    [String.raw`a b\ c "d\"e"`, ['a', 'b c', 'd"e']],
    ['a "" b', ['a', '', 'b']],
    ['  ', []],
  ])('%s', (command, words) => {
    expect(splitWords(command)).toEqual(words);
  });
});
