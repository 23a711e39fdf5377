import { describe, expect, it } from 'vitest';
import { chooseLogin } from '../../../console/choose-director.ts';
import { lastWord } from '../../../console/edited-lines.ts';
import { HistoryFile } from '../../../console/history-file.ts';
import { parseOptions } from '../../../console/options.ts';
import { splitCommands } from '../../../console/separator.ts';
import { loadConsoleConf, type ConsoleConf } from '../../../configuration/console-conf.ts';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('the command line of nconsole', () => {
  it('takes the letters of bconsole', () => {
    expect(
      parseOptions(['-c', 'x.conf', '-D', 'dir', '-C', 'con', '-n', '-s', '-u', '30', '-d50']),
    ).toMatchObject({
      confFile: 'x.conf',
      director: 'dir',
      console: 'con',
      lineEditing: false,
      signals: false,
      timeoutSeconds: 30,
    });
    expect(parseOptions(['-?'])).toBe('help');
    expect(parseOptions(['x.conf'])).toMatchObject({
      confFile: 'x.conf',
      lineEditing: true,
      commands: undefined,
    });
  });

  it('refuses what makes no sense', () => {
    expect(() => parseOptions(['-u', 'soon'])).toThrow('-u wants a number of seconds, not "soon"');
    expect(() => parseOptions(['a', 'b'])).toThrow('One conf file at most');
    expect(() => parseOptions(['-x'])).toThrow("Unknown option '-x'");
  });
});

describe('the choice of a Director', () => {
  const one = 'Director { Name = one; Address = a; Password = "p" }\n';
  const two = 'Director { Name = two; Address = b; Password = "p" }\n';
  const guest = 'Console { Name = guest; Password = "p"; Director = two }\n';
  const nobody = { director: undefined, console: undefined };

  it('is none when there is one', async () => {
    expect(await chooseLogin(confOf(one), nobody, undefined)).toMatchObject({
      director: { name: 'one' },
      console: undefined,
    });
  });

  it('is by name, by question, or refused', async () => {
    const conf = confOf(one + two + guest);
    expect(await chooseLogin(conf, { ...nobody, director: 'two' }, undefined)).toMatchObject({
      director: { name: 'two' },
      console: { name: 'guest' },
    });
    expect(await chooseLogin(conf, nobody, async () => 0)).toMatchObject({
      director: { name: 'one' },
      console: undefined,
    });
    await expect(chooseLogin(conf, nobody, undefined)).rejects.toThrow(
      'The conf has several Directors: one, two',
    );
    await expect(chooseLogin(conf, { ...nobody, director: 'tow' }, undefined)).rejects.toMatchObject({
      message: 'The conf has no Director "tow"',
      hint: 'Did you mean "two"?',
    });
  });
});

describe('the word that completion replaces', () => {
  it.each([
    ['', ''],
    ['sta', 'sta'],
    ['run ', ''],
    ['run job=Gz', 'job=Gz'],
    ['run fileset="Two O', 'fileset="Two O'],
    ['run fileset="Two Options" lev', 'lev'],
    ['cd "odd na', '"odd na'],
  ])('of %j is %j', (line, word) => {
    expect(lastWord(line)).toBe(word);
  });
});

describe('commands on one line', () => {
  it('are taken apart outside quotes', () => {
    expect(splitCommands('run job="a;b" yes; wait ;;messages', ';')).toEqual([
      'run job="a;b" yes',
      'wait',
      'messages',
    ]);
  });
});

describe('the history file', () => {
  it('keeps the newest lines, readable by the owner only', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'history');
    writeFileSync(file, 'first\nsecond\nthird\n', { mode: 0o644 });
    const history = new HistoryFile(file, 2);
    expect(await history.load()).toEqual(['third', 'second']);
    await history.save(['fourth', 'third', 'second']);
    expect(await new HistoryFile(file, 100).load()).toEqual(['fourth', 'third']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is empty where there is none, and no trouble where there can be none', async () => {
    const history = new HistoryFile('/no/such/directory/history', 5);
    expect(await history.load()).toEqual([]);
    await history.save(['line']);
  });
});

function confOf(text: string): ConsoleConf {
  const { conf, problems } = loadConsoleConf('/nconsole.conf', {
    reader: {
      read: () => Buffer.from(text),
      identityOf: (path) => path,
      exists: () => true,
      isWorldReadable: () => false,
      run: () => Buffer.alloc(0),
    },
  });
  if (!conf) throw new Error(JSON.stringify(problems));
  return conf;
}
