import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compileRegexWhere, RegexWhereRefused } from '../../../text/regex-where.ts';

describe('RegexWhere', () => {
  it.each([
    // The example of Bacula's manual, and each of its parts.
    ['!/prod!/rect!,!/test!/rect!', '/prod/a', '/rect/a'],
    ['!/prod!/rect!,!/test!/rect!', '/test/a', '/rect/a'],
    ['/\\/prod/\\/rect/', '/prod/prod', '/rect/prod'],
    ['!a!b!', '/aaa', '/baa'],
    ['!a!b!g', '/aaa', '/bbb'],
    ['!a!b!i', '/Aaa', '/baa'],
    ['!a!b!ig', '/AaA', '/bbb'],
    ['!a!b!gi', '/AaA', '/bbb'],
    ['!([^/])$!$1.old!', '/srv/file', '/srv/file.old'],
    ['!([^/])$!\\1.old!', '/srv/directory/', '/srv/directory/'],
    ['!^!/somewhere!', '/srv/x', '/somewhere/srv/x'],
    ['!$!.end!', '/srv/x', '/srv/x.end'],
    ['!^/srv!!,!^!/new!', '/srv/x', '/new/x'],
    ['!^/(a)/(b|bc)!/$2/$1/<$0>!', '/a/bcd', '/bc/a/</a/bc>d'],
    ['!(x)?(a)!<$1$2>!', '/a', '/<a>'],
    ['!b*!-!g', 'abbc', '-a-c-'],
    ['|a\\|b|[\\|]|', '/a|b/b', '/[|]|b/b'],
    ['!a!\\$1\\\\$!', '/a', '/$1\\$'],
    ['!\\.txt$!\\!!', '/a.txt', '/a!'],
    ['!.!x!', '', ''],
    ['!nothing!!', '/srv/x', '/srv/x'],
  ])('%s makes of %s the path %s', (regexWhere, path, renamed) => {
    expect(compileRegexWhere(regexWhere)(path)).toBe(renamed);
  });

  it('takes names as bytes: a letter that is not ASCII has no case, and is written as UTF-8', () => {
    const bytes = (text: string) => Buffer.from(text).toString('latin1');
    expect(compileRegexWhere('!ä!ö!i')(bytes('/Ä/ä'))).toBe(bytes('/Ä/ö'));
    expect(compileRegexWhere('!\\.$!!')('/\xff.')).toBe('/\xff');
  });

  it('takes the longest of what begins first, as sed -E does', () => {
    for (const [from, path] of [
      ['a|ab|abc', 'xabcd'],
      ['(a|ab)(c|bcd)(d*)', 'abcd'],
      ['x*', 'aaxxb'],
      ['(a*)+', 'baac'],
      ['[[:upper:]]+\\.?', 'abCD.e'],
      ['b$|^a', 'ab'],
      ['(foo|foobar)(bar)?', 'foobarbar'],
    ] as const) {
      for (const flag of ['', 'g']) {
        const sed = execFileSync('sed', ['-E', `s!${from}!<&>!${flag}`], {
          input: path,
          encoding: 'utf8',
          env: { ...process.env, LC_ALL: 'C' },
        });
        expect(compileRegexWhere(`!${from}!<$0>!${flag}`)(path)).toBe(sed);
      }
    }
  });

  it('takes time in proportion to the path, whatever the pattern', () => {
    const rename = compileRegexWhere('!(a*)*(a|a)*b$!x!');
    const path = 'a'.repeat(2_000);
    expect(rename(path)).toBe(path);
  });

  it.each([
    ['', 'a substitution is missing'],
    ['!a!b', 'a substitution wants "!" three times'],
    ['!a!b!,', 'a substitution is missing'],
    ['!a!b!x', '"x" is no flag, and no comma stands before it'],
    ['!a!b!!c!d!', '"!c!d!" is no flag, and no comma stands before it'],
    ['abcbd', '"a" cannot separate the parts of a substitution'],
    ['!(a!b!', 'in "(a", a "(" is never closed'],
    ['!a!b!,!*!!', 'in "*", there is nothing before "*" to repeat'],
    ['!\\d!!', 'in "\\d", "\\d" is not part of POSIX regular expressions'],
  ])('refuses "%s": %s', (regexWhere, problem) => {
    expect(() => compileRegexWhere(regexWhere)).toThrow(RegexWhereRefused);
    expect(() => compileRegexWhere(regexWhere)).toThrow(
      `RegexWhere "${regexWhere}" cannot be used: ${problem}`,
    );
  });
});
