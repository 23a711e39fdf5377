import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadFileDaemonConf } from '../../../configuration/file-daemon-conf.ts';
import { formatProblem, type Problem } from '../../../configuration/problem.ts';
import { textReader } from '../../../configuration/source-reader.ts';
import { nearest } from '../../../configuration/suggestion.ts';
import { brief, FRAME, JOB_FRAME, loadText, problemsInFrame } from './support/director-text.ts';

test('a conf with ten mistakes gets ten good messages in one run', async () => {
  const text = readFileSync(join(import.meta.dirname, 'golden/ten-mistakes.conf'), 'utf8');
  const { conf, problems } = loadText(text);
  expect(conf).toBeUndefined();
  const errors = problems.filter((problem) => problem.severity === 'error');
  expect(errors).toHaveLength(10);
  await expect(`${errors.map(formatProblem).join('\n\n')}\n`).toMatchFileSnapshot('golden/ten-mistakes.txt');
});

describe('a problem as it is printed', () => {
  const problem: Problem = {
    severity: 'error',
    file: 'noctule-dir.conf',
    line: 42,
    column: 10,
    message: 'Job "home" names Pool "Dialy", which is not defined',
    hint: 'did you mean "Daily" (pools.conf:7)?',
    excerpt: { text: '  Pool = Dialy', length: 5 },
  };

  test('shows place, line, caret and cure', () => {
    expect(formatProblem(problem)).toBe(
      [
        'noctule-dir.conf:42:10: Job "home" names Pool "Dialy", which is not defined',
        '    42 |   Pool = Dialy',
        '       |          ^^^^^  did you mean "Daily" (pools.conf:7)?',
      ].join('\n'),
    );
  });

  test('keeps tabs, so that the caret stands below its character', () => {
    const text = formatProblem({ ...problem, column: 9, excerpt: { text: '\tPool =\tDialy', length: 5 } });
    expect(text.split('\n')[2]).toBe('       | \t      \t^^^^^  did you mean "Daily" (pools.conf:7)?');
  });

  test('says what it is when it is no error', () => {
    expect(formatProblem({ ...problem, severity: 'warning' })).toMatch(
      /^noctule-dir.conf:42:10: warning: Job/,
    );
  });
});

describe('after an error, reading goes on', () => {
  const errorsOf = (text: string) =>
    brief(problemsInFrame(text).filter((problem) => problem.severity === 'error'));

  test('a missing closing brace is noticed at the next resource', () => {
    expect(errorsOf('Counter {\n  Name = a\nCounter {\n  Name = b; Minimum = x\n}')).toEqual([
      'error 3: Counter begins inside Counter (/etc/dir.conf:10), which is not closed',
      'error 4: Minimum takes a whole number, not "x"',
    ]);
  });

  test('a missing closing brace at the end is noticed at its block', () => {
    expect(errorsOf('FileSet {\n  Name = a\n  Include {\n    File = /a\n  }\n')).toEqual([
      'error 1: the block FileSet is not closed',
    ]);
  });

  test('a closing brace too many is an error of its own', () => {
    expect(errorsOf('Counter { Name = a } }\nCounter { Name = b; Minimum = x }')).toEqual([
      'error 1: no block is open here that this brace could close',
      'error 2: Minimum takes a whole number, not "x"',
    ]);
  });

  test('a directive without "=" does not hide the next one', () => {
    expect(errorsOf('Counter { Name = a\n  Minimum\n  Maximum = x }')).toEqual([
      'error 2: "Minimum" is not followed by "="',
      'error 3: Maximum takes a whole number, not "x"',
    ]);
  });

  test('a directive outside of a resource is an error, and the rest of its line with it', () => {
    expect(errorsOf('Name = a b c\nCounter { Name = a; Minimum = x }')).toEqual([
      'error 1: "Name" stands outside of any resource',
      'error 2: Minimum takes a whole number, not "x"',
    ]);
  });

  test('an "=" before the brace of a resource is an error, and its content is still checked', () => {
    expect(errorsOf('Counter = {\n  Name = a; Minimum = x\n}')).toEqual([
      'error 1: a resource has no "=" before its brace',
      'error 2: Minimum takes a whole number, not "x"',
    ]);
  });

  test('an unknown block is left out as a whole', () => {
    expect(errorsOf('Counter {\n  Name = a\n  Options {\n    wild = "x"\n  }\n  Minimum = x\n}')).toEqual([
      'error 3: Counter has no directive "Options"',
      'error 6: Minimum takes a whole number, not "x"',
    ]);
  });

  test('a block in the middle of a value is left out', () => {
    expect(errorsOf('Counter {\n  Name = a { b = c }\n  Minimum = x\n}')).toEqual([
      'error 2: a block cannot begin in the value of Name',
      'error 3: Minimum takes a whole number, not "x"',
    ]);
  });

  test('very deep nesting is an error and not a stack overflow', () => {
    const text = `Counter { Name = a ${'x { '.repeat(100_000)}`;
    expect(errorsOf(text).some((error) => error.includes('nested more than 8 deep'))).toBe(true);
  });
});

describe('hints', () => {
  test.each([
    ['Maximum Concurent Jobs', 'Maximum Concurrent Jobs'],
    ['pasword', 'Password'],
    ['Full-Backup-Pool', 'Full Backup Pool'],
    ['Dialy', 'Daily'],
    ['zzz', undefined],
  ])('for %s the nearest is %s', (text, expected) => {
    const names = ['Name', 'Password', 'Maximum Concurrent Jobs', 'Full Backup Pool', 'Daily'];
    expect(nearest(text, names)).toBe(expected);
  });

  test('a directive of another resource is sent there', () => {
    expect(problemsInFrame('Counter { Name = a; Archive Device = /x }')[0]?.hint).toBeUndefined();
    expect(problemsInFrame('Counter { Name = a; Label Format = x }')[0]?.hint).toBe('it belongs in Pool');
  });

  test('a directive of Bareos is named as such', () => {
    const [problem] = problemsInFrame(`Job { Name = J; ${JOB_FRAME}; Always Incremental = yes }`);
    expect(problem).toMatchObject({ severity: 'error', hint: expect.stringContaining('Bareos') as string });
  });

  test('when nothing of a type is defined, the hint says how to', () => {
    const text = FRAME.replace(/^Catalog.*$/m, '');
    expect(loadText(text).problems[0]).toMatchObject({
      message: 'Client "c" names Catalog "Main", which is not defined',
      hint: 'there is no Catalog at all; add "Catalog { Name = "Main" ... }"',
    });
  });

  test('a required directive comes with an example', () => {
    expect(problemsInFrame(`Job { Name = J; ${JOB_FRAME.replace('Type = Backup; ', '')} }`)[0]).toMatchObject(
      {
        message: 'Job "J" has no Type',
        hint: 'add "Type = Backup"',
      },
    );
  });
});

describe('directives without effect', () => {
  const noticesOf = (text: string) =>
    brief(problemsInFrame(text)).filter((one) => / effect | yet: /.test(one));

  test('are accepted with one notice each, wherever they stand', () => {
    const text = `Job { Name = A; ${JOB_FRAME}; Spool Data = yes }\nJob { Name = B; ${JOB_FRAME}; Spool Data = yes }`;
    expect(noticesOf(text)).toEqual([
      'notice 1: Spool Data has no effect here: volumes on disk need no spooling',
    ]);
  });

  test('are a warning when something the admin wants does not happen', () => {
    expect(noticesOf(`Job { Name = A; ${JOB_FRAME}; Check Malware = yes }`)).toEqual([
      'warning 1: Check Malware does not work yet: backups are not scanned for malware',
    ]);
  });

  test('are passed over when they say what is so anyway', () => {
    expect(
      noticesOf(`Job { Name = A; ${JOB_FRAME}; Spool Data = no; Reschedule Incomplete Jobs = yes }`),
    ).toEqual([]);
  });
});

describe('a directive that is refused', () => {
  const problemsOf = (line: string) =>
    loadFileDaemonConf('/fd.conf', {
      reader: textReader({
        '/fd.conf': `FileDaemon { Name = fd; Working Directory = /w; Pid Directory = /p\n${line}\n}
Director { Name = dir; Password = "x" }`,
      }),
    }).problems;

  test('is an error, since going on without it would do harm', () => {
    expect(brief(problemsOf('PKI Encryption = yes'))).toEqual([
      'error 2: PKI Encryption is refused: this version would save the data without encrypting it',
    ]);
  });

  test('is no error when it asks for what is so anyway', () => {
    expect(problemsOf('PKI Encryption = no')).toEqual([]);
  });
});

describe('a password', () => {
  test('that is empty is refused', () => {
    expect(loadText(FRAME.replace('"client"', '""')).problems[0]).toMatchObject({
      severity: 'error',
      message: 'Password is empty: it would let anyone in',
    });
  });

  test('that is still a placeholder is a warning', () => {
    expect(brief(loadText(FRAME.replace('"client"', '"@@FD_PASSWORD@@"')).problems)).toEqual([
      'warning 5: the Password of Client "c" is still a placeholder',
    ]);
  });
});

describe('a line that is shown', () => {
  const shown = (line: string) =>
    problemsInFrame(line).map((problem) =>
      formatProblem(problem)
        .split('\n')[1]
        ?.replace(/^.*? \| /, ''),
    );

  test('has stars for passwords, in whatever form they stand, and stays as wide as it is', () => {
    const line = 'Client { Name = x; Typo = 1; Password = "s3\\"c ret"; SD Password=plain; dbpassword = x9 }';
    expect(shown(line)[0]).toBe(
      'Client { Name = x; Typo = 1; Password = "*********"; SD Password=*****; dbpassword = ** }',
    );
  });

  test('keeps the value that the problem is about, and placeholders', () => {
    expect(shown('Client { Name = x; Address = y; Catalog = Main; Password = 12345 }')[0]).toContain(
      '= 12345 }',
    );
    const placeholder = 'Client { Name = x; Address = y; Catalog = Main; Password = "@@FD@@" }';
    expect(shown(placeholder)).toContain(placeholder);
  });
});

test('a conf without Director, and one with two, are errors', () => {
  expect(brief(loadText(FRAME.replace(/^Director.*$/m, '')).problems)[0]).toBe(
    'error 1: there is no Director resource',
  );
  const second =
    'Director { Name = b; Password = "x"; QueryFile = /q; WorkingDirectory = /w; PidDirectory = /p }';
  expect(brief(problemsInFrame(second))[0]).toBe('error 1: there is a second Director resource');
});

test('an empty conf is one error', () => {
  expect(brief(loadText('').problems)).toEqual(['error 1: there is no Director resource']);
});
