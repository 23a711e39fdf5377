import { beforeAll, describe, expect, test } from 'vitest';
import { TestDirector } from './test-director.ts';

const LETTERS = [...'bcCdDeEfFhiIjlmnopPqRstvwx%'];

describe('in a script behind a backup, the code', () => {
  const values = new Map<string, string>();
  beforeAll(async () => {
    const words = LETTERS.map((letter) => `${letter}=%${letter}`).join('#');
    const extra = `Job { Name = "My.Job"; JobDefs = Defaults; Priority = 7
      Run After Job = "/bin/echo '#${words}#'" }`;
    await using director = await TestDirector.start({ conf: { extra } });
    const { text } = await director.outcome('My.Job');
    for (const [, letter = '', value = ''] of text.matchAll(/(?<=#)(.)=([^#\n]*)#/g))
      values.set(letter, value);
  });

  test.each([
    ['b', 'is the bytes written', /^\d+$/],
    ['c', 'is the client', /^peer-fd$/],
    ['C', 'is "no" for what is no clone', /^no$/],
    ['d', 'is this daemon', /^peer-dir$/],
    ['D', 'is the Director', /^peer-dir$/],
    ['e', 'is the exit status in words', /^OK$/],
    ['E', 'is the number of errors', /^0$/],
    ['f', 'is the FileSet', /^\S/],
    ['F', 'is the files written', /^2$/],
    ['h', 'is the address of the client', /^\S/],
    ['i', 'is the JobId', /^1$/],
    ['I', 'is the JobId of the copy: 0, it copies nothing', /^0$/],
    ['m', 'is the JobId that was copied: 0 likewise', /^0$/],
    ['j', 'is the unique name', /^My\.Job\.\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d_\d+$/],
    ['l', 'is the level', /^Full$/],
    ['n', 'is the name without its date, also with periods in it', /^My\.Job$/],
    ['o', 'is the priority', /^7$/],
    ['p', 'is the pool', /^\S/],
    ['P', 'is the process id', new RegExp(`^${process.pid}$`)],
    ['q', 'stays as it is when there is no such code', /^%q$/],
    ['R', 'is the bytes read', /^\d+$/],
    ['s', 'is the since time, nothing for a Full', /^$/],
    ['t', 'is the type', /^Backup$/],
    ['v', 'is the volumes', /^\S/],
    ['w', 'is the storage', /^\S/],
    ['x', 'says that nothing is spooled', /^no$/],
    ['%', 'is a percent sign', /^%$/],
  ])('%s %s', (letter, _meaning, value) => {
    expect(values.get(letter)).toMatch(value);
  });
});

describe('behind another run, the code', () => {
  const echo = (codes: string) => `Run After Job = "/bin/echo '#${codes}#'"`;
  const shown = (text: string) => /: #([^%\n]*)#\n/.exec(text)?.[1];

  test('%s is the since time of an Incremental: the start of the backup that it counts from', async () => {
    const extra = `Job { Name = Again; JobDefs = Defaults; Incremental Backup Pool = A-Full-Pool; ${echo('%l since %s')} }`;
    const start = new Date(2026, 2, 1, 12, 0, 0);
    let now = start;
    await using director = await TestDirector.start({
      ...{ conf: { extra }, now: () => now, script: { clockMs: () => now.getTime() } },
    });
    await director.outcome('Again', { level: 'Full' });
    now = new Date(2026, 2, 2, 12, 0, 0);
    const { text } = await director.outcome('Again', { level: 'Incremental' });
    expect(shown(text)).toBe('Incremental since 2026-03-01 12:00:00');
  });

  test('%C is "yes" for a clone', async () => {
    const extra = `Job { Name = Cloned; JobDefs = Defaults; ${echo('clone: %C')} }`;
    await using director = await TestDirector.start({ conf: { extra } });
    expect(shown((await director.outcome('Cloned', { isClone: true })).text)).toBe('clone: yes');
  });

  test('%e and %E are what came of a run that failed', async () => {
    const extra = `Job { Name = Failing; JobDefs = Defaults; Run Before Job = "/bin/false"
      Run After Failed Job = "/bin/echo '#%e, errors: %E#'" }`;
    await using director = await TestDirector.start({ conf: { extra } });
    expect(shown((await director.outcome('Failing')).text)).toMatch(/^Fatal Error, errors: [1-9]$/);
  });
});
