import { describe, expect, test } from 'vitest';
import { lex, shapes } from './support/tokens.ts';

describe('an unquoted value', () => {
  test.each([
    ['Full Set', 'word:FullSet'],
    ['Monthly', 'word:Monthly'],
    ['My Backup 1', 'string:MyBackup1'],
    ['web-1', 'string:web-1'],
    ['root@localhost', 'string:root@localhost'],
    ['/etc/passwd', 'string:/etc/passwd'],
    ['192.168.1.1', 'string:192.168.1.1'],
    ['10G', 'string:10G'],
    ['12345', 'number:12345'],
    ['*all*', 'string:*all*'],
    ['!skipped', 'string:!skipped'],
  ])('%s is read as %s', (text, token) => {
    expect(shapes(text)).toEqual([token]);
  });

  test('ends at a blank once it holds more than letters', () => {
    expect(shapes('rufus-fd extra')).toEqual(['string:rufus-fd', 'word:extra']);
  });

  test.each(['=', '{', '}', ',', ';', '\n'])('ends at %j', (end) => {
    expect(shapes(`web-1${end}x`)).toEqual([
      'string:web-1',
      end === ';' || end === '\n' ? 'end' : end,
      'word:x',
    ]);
    expect(shapes(`web${end}x`)).toEqual(['word:web', end === ';' || end === '\n' ? 'end' : end, 'word:x']);
    expect(shapes(`12${end}x`)).toEqual(['number:12', end === ';' || end === '\n' ? 'end' : end, 'word:x']);
  });

  test('tells whether blanks were left out of it', () => {
    const dropped = (text: string) => lex(text).tokens[0]?.blanksDropped;
    expect(dropped('Full Set')).toBe(true);
    expect(dropped('My Backup 1')).toBe(true);
    expect(dropped('Full   ')).toBe(false);
    expect(dropped('web-1 old')).toBe(false);
  });

  test('spans its first to its last character, not the blanks behind it', () => {
    const [token] = lex('  Full Set   # comment').tokens;
    expect([token?.start, token?.end]).toEqual([2, 10]);
  });
});

describe('a quoted value', () => {
  test.each([
    ['"Full Set"', 'Full Set'],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    [String.raw`"\(x\) \<y\>"`, '(x) <y>'],
    [String.raw`"no \n or \t"`, 'no n or t'],
    ['"# ; { } @ ,"', '# ; { } @ ,'],
    ['"two\nlines"', 'two\nlines'],
    ['"two\r\nlines"', 'two\nlines'],
    ['""', ''],
  ])('%j is %j', (text, value) => {
    expect(shapes(text)).toEqual([`quoted:${value}`]);
  });

  test('is not joined with one that follows', () => {
    expect(shapes('"abc" "def"')).toEqual(['quoted:abc', 'quoted:def']);
  });

  test('that is never closed ends with its line, and the error points at its quote', () => {
    const { tokens, problems } = lex('Name = "abc\nType = Backup');
    expect(tokens.map((token) => token.text)).toEqual(['Name', '=', 'abc', '', 'Type', '=', 'Backup']);
    expect(problems).toMatchObject([{ line: 1, column: 8, message: 'this quote is not closed' }]);
  });

  test('whose quote is missing does not swallow the next line', () => {
    const { tokens, problems } = lex('Name = "abc\nPassword = "secret"\n');
    expect(tokens.map((token) => token.text)).toEqual([
      'Name',
      '=',
      'abc',
      '',
      'Password',
      '=',
      'secret',
      '',
    ]);
    expect(problems).toMatchObject([{ line: 1, column: 8 }]);
  });
});

describe('comments, lines and blanks', () => {
  test('a comment may follow an unquoted word directly', () => {
    expect(shapes('Address = host#1')).toEqual(['word:Address', '=', 'word:host']);
    expect(shapes('Address = host-1#1')).toEqual(['word:Address', '=', 'string:host-1']);
  });

  test('a quote behind a word begins a value of its own', () => {
    expect(shapes('Full "5 23 * * 6#1"')).toEqual(['word:Full', 'quoted:5 23 * * 6#1']);
    expect(shapes('Full Set "x"')).toEqual(['word:FullSet', 'quoted:x']);
  });

  test('";" is a line end', () => {
    expect(shapes('Name = Catalog; Level = Full')).toEqual([
      'word:Name',
      '=',
      'word:Catalog',
      'end',
      'word:Level',
      '=',
      'word:Full',
    ]);
  });

  test.each(['\n', '\r\n', '\r'])('lines may end with %j', (end) => {
    const { tokens } = lex(`a${end}b${end}`);
    expect(tokens.map((token) => token.kind)).toEqual(['word', 'end', 'word', 'end']);
    expect(tokens[2]?.source.positionOf(tokens[2].start)).toEqual({ line: 2, column: 1 });
  });

  test('tabs are blanks', () => {
    expect(shapes('Full\tBackup\tPool\t=\tMonthly')).toEqual(['word:FullBackupPool', '=', 'word:Monthly']);
  });

  test('a UTF-8 byte order mark is skipped', () => {
    expect(shapes('\uFEFFName')).toEqual(['word:Name']);
  });
});

describe('a backslash outside quotes', () => {
  test('joins the next line when it ends its line', () => {
    expect(shapes('web\\\n-1')).toEqual(['string:web-1']);
    expect(shapes('Name = \\\n  web')).toEqual(['word:Name', '=', 'word:web']);
  });

  test('before a blank makes the rest of its line vanish too', () => {
    expect(shapes('Name = \\ gone\n  web')).toEqual(['word:Name', '=', 'word:web']);
  });

  test('vanishes together with any other character, and a warning says so', () => {
    expect(shapes('web\\x-1')).toEqual(['string:web-1']);
    expect(lex('web\\x-1').problems).toMatchObject([{ severity: 'warning', column: 4 }]);
  });
});
