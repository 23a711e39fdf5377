import { describe, expect, test } from 'vitest';
import type { JobResource } from '../../../configuration/director-conf.ts';
import { brief, FRAME, JOB_FRAME, loadInFrame, loadText, problemsInFrame } from './support/director-text.ts';

describe('names of directives and resources', () => {
  test.each([
    'Full Backup Pool',
    'fullbackuppool',
    'FullBackupPool',
    'FULL backup Pool',
    'F u l l Backup  Pool',
  ])('"%s" is Full Backup Pool', (name) => {
    const job = jobOf(`${JOB_FRAME}; ${name} = Default`);
    expect(job.fullBackupPool?.name).toBe('Default');
  });

  test('hyphens and underscores count', () => {
    expect(problemsInFrame('Counter { Name = x; Wrap_Counter = x }')[0]).toMatchObject({
      message: 'Counter has no directive "Wrap_Counter"',
      hint: 'did you mean "Wrap Counter"?',
    });
  });

  test('there is no "proximity" directive, although some manuals list it', () => {
    const [problem, ...more] = problemsInFrame(
      `Job { Name = J; ${JOB_FRAME}; Duplicate Job Proximity = 5 minutes }`,
    );
    expect(problem?.message).toBe('Job has no directive "Duplicate Job Proximity"');
    expect(more).toEqual([]);
  });

  test('an alias means its directive', () => {
    const conf = loadText(
      FRAME.replace('Address = localhost; Password = "client"', 'FDAddress = h; FD Password = "client"'),
    );
    expect(conf.conf?.clients[0]).toMatchObject({ address: 'h', password: 'client' });
  });
});

describe('blocks', () => {
  test('the brace may stand on the next line, and the closing one on the last', () => {
    const conf = loadInFrame('Counter\n\n{ Name = x\nMinimum\n = 3 }');
    expect(conf.counters[0]).toMatchObject({ name: 'x', minimum: 3 });
  });

  test('a file need not end with a line end', () => {
    expect(loadInFrame('Counter { Name = x }').counters).toHaveLength(1);
  });

  test('a value may begin on the next line only in lists of files and patterns', () => {
    const conf = loadInFrame('FileSet { Name = X; Include { File =\n /a\n Options { wild =\n "*.o" } } }');
    expect(conf.fileSets.find((one) => one.name === 'X')?.includes[0]).toMatchObject({
      files: ['/a'],
      options: [{ wild: ['*.o'] }],
    });
    expect(problemsInFrame('Counter { Name = x; Minimum =\n 3 }')[0]?.message).toMatch(
      /Minimum has no value/,
    );
  });
});

describe('a directive that is given twice', () => {
  test('is an error when it is a name, text or reference', () => {
    const [problem] = problemsInFrame('Counter { Name = x; Description = "a"\nDescription = "b" }');
    expect(problem).toMatchObject({
      severity: 'error',
      line: 2,
      message: 'Description is given twice in Counter "x"',
      hint: 'the first is at /etc/dir.conf:10; take one of them out',
    });
  });

  test('counts the last time when it is a number, and a warning says so', () => {
    const text = FRAME.replace('Password = "client"', '$&; FD Port = 1; FDPort = 2');
    const { conf, problems } = loadText(text);
    expect(conf?.clients[0]?.fdPort).toBe(2);
    expect(brief(problems)).toEqual(['warning 5: FD Port is given twice in Client "c": this one counts']);
  });

  test('is also noticed under its other name', () => {
    const text = FRAME.replace('Password = "client"', 'Password = "client"; FD Password = "other"');
    expect(loadText(text).problems[0]?.message).toBe('Password is given twice in Client "c"');
  });
});

describe('references', () => {
  test('may point forward', () => {
    expect(
      jobOf(
        JOB_FRAME.replace('Pool = Default', 'Pool = Later'),
        'Pool { Name = Later; Pool Type = Backup; Label Format = l- }',
      ).pool.name,
    ).toBe('Later');
  });

  test('lead to one and the same object', () => {
    const conf = loadInFrame(`Job { Name = J; ${JOB_FRAME} }`);
    expect(conf.jobs[0]?.client).toBe(conf.clients[0]);
    expect(conf.director.messages).toBe(conf.messages[0]);
  });

  test('may form a circle', () => {
    const conf = loadInFrame(
      ['X; Recycle Pool = X', 'Y; Recycle Pool = Z', 'Z; Recycle Pool = Y']
        .map((pool) => `Pool { Pool Type = Backup; Label Format = x; Name = ${pool} }\n`)
        .join(''),
    );
    expect(conf.pools[1]?.recyclePool).toBe(conf.pools[1]);
    expect(conf.pools[2]?.recyclePool?.recyclePool).toBe(conf.pools[2]);
  });

  test('find Storages and Autochangers under one name space', () => {
    const changer =
      'Autochanger { Name = A; Address = localhost; Password = "s"; Device = D; Media Type = File }';
    expect(jobOf(JOB_FRAME.replace('Storage = S', 'Storage = A, S'), changer).storage).toMatchObject([
      { name: 'A', autochanger: true },
      { name: 'S', autochanger: false },
    ]);
    expect(brief(problemsInFrame(changer.replace('Name = A', 'Name = S')))[0]).toBe(
      'error 1: Autochanger "S" is defined twice',
    );
  });
});

describe('JobDefs', () => {
  const defs = (text: string) => `JobDefs { Name = D; ${JOB_FRAME}; Priority = 7; ${text} }`;

  test('give a Job what it does not set itself', () => {
    expect(jobOf('JobDefs = D; Priority = 3', defs('Level = Full; Accurate = yes'))).toMatchObject({
      type: 'Backup',
      level: 'Full',
      priority: 3,
      accurate: true,
    });
  });

  test('replace lists as a whole', () => {
    const other = 'Storage { Name = T; Address = localhost; Password = "s"; Device = D; Media Type = File }';
    expect(jobOf('JobDefs = D; Storage = T', `${defs('')}\n${other}`).storage.map((one) => one.name)).toEqual(
      ['T'],
    );
  });

  test('add their scripts to those of the Job, short forms and blocks alike', () => {
    const job = jobOf(
      'JobDefs = D; Run Before Job = "own"',
      defs('Client Run After Job = "inherited"; RunScript { Runs When = After; Command = "block" }'),
    );
    expect(job.runScripts.map((script) => script.commands[0]?.text)).toEqual(['own', 'inherited', 'block']);
  });

  test('need not be complete, and may stand behind the Job', () => {
    const conf = loadInFrame(
      `Job { Name = J; JobDefs = D; Client = c }\nJobDefs { Name = D\n${JOB_FRAME.replace('Client = c; ', '')} }`,
    );
    expect(conf.jobs[0]?.client.name).toBe('c');
    expect(conf.jobs).toHaveLength(1);
  });

  test('of a JobDefs are not followed', () => {
    const problems = problemsInFrame(
      `JobDefs { Name = Base; Client = c }\nJobDefs { Name = D; JobDefs = Base; ${JOB_FRAME.replace('Client = c; ', '')} }\nJob { Name = J; JobDefs = D }`,
    );
    expect(brief(problems)[0]).toBe('error 3: Job "J" has no Client');
  });

  test('that name something missing are reported once, whoever inherits it', () => {
    const problems = problemsInFrame(
      `JobDefs { Name = D; ${JOB_FRAME.replace('Pool = Default', 'Pool = X')} }\nJob { Name = A; JobDefs = D }\nJob { Name = B; JobDefs = D }`,
    ).filter((problem) => problem.severity === 'error');
    expect(brief(problems)).toEqual(['error 1: JobDefs "D" names Pool "X", which is not defined']);
  });

  test('that do not exist are reported', () => {
    expect(brief(problemsInFrame(`Job { Name = A; JobDefs = Nope; ${JOB_FRAME} }`))[0]).toBe(
      'error 1: Job "A" names JobDefs "Nope", which is not defined',
    );
  });
});

describe('RunScript', () => {
  test('has Bacula defaults, and its commands in order', () => {
    const job = jobOf(
      `${JOB_FRAME}\nRunScript {\n RunsWhen = Before\n Command = "one"\n Console = "two"\n Command = "three"\n}`,
    );
    expect(job.runScripts).toEqual([
      {
        runsWhen: 'Before',
        runsOnClient: true,
        runsOnSuccess: true,
        runsOnFailure: false,
        failJobOnError: true,
        commands: [
          { kind: 'program', text: 'one' },
          { kind: 'console', text: 'two' },
          { kind: 'program', text: 'three' },
        ],
      },
    ]);
  });

  test.each([
    ['yes', true],
    ['%c', true],
    ['"%c"', true],
    ['no', false],
    ['""', false],
  ])('runs on the client with Runs On Client = %s: %s', (value, onClient) => {
    const job = jobOf(`${JOB_FRAME}\nRunScript { RunsWhen = After; RunsOnClient = ${value}; Command = x }`);
    expect(job.runScripts[0]?.runsOnClient).toBe(onClient);
  });

  test.each([
    ['Target is an older spelling of RunsOnClient', 'RunsWhen = After; Target = no', { runsOnClient: false }],
    ['AfterVSS (= AfterSnapshot)', 'RunsWhen = AfterSnapshot', { runsWhen: 'AfterVSS' }],
    [
      'FailJobOnError (alias AbortJobOnError)',
      'RunsWhen = After; AbortJobOnError = no',
      { failJobOnError: false },
    ],
    ['Timeout, in seconds', 'RunsWhen = After; Timeout = 1 min', { timeout: 60 }],
  ])('%s', (_, directives, script) => {
    const job = jobOf(`${JOB_FRAME}\nRunScript { ${directives}; Command = x }`);
    expect(job.runScripts[0]).toMatchObject(script);
  });

  test('without Runs When does nothing, and a warning says so', () => {
    const problems = problemsInFrame(`Job { Name = J; ${JOB_FRAME}; RunScript { Command = "x" } }`);
    expect(problems.map((problem) => problem.message)).toContain(
      'a RunScript without "Runs When" never runs',
    );
  });

  test.each([
    ['Run Before Job', { runsWhen: 'Before', runsOnClient: false }],
    ['Run After Job', { runsWhen: 'After', runsOnClient: false, runsOnSuccess: true, runsOnFailure: false }],
    [
      'Run After Failed Job',
      { runsWhen: 'After', runsOnClient: false, runsOnSuccess: false, runsOnFailure: true },
    ],
    ['Client Run Before Job', { runsWhen: 'Before', runsOnClient: true }],
    [
      'Client Run After Job',
      { runsWhen: 'After', runsOnClient: true, runsOnSuccess: true, runsOnFailure: false },
    ],
    ['Console Run Before Job', { runsWhen: 'Before', runsOnClient: false }],
    [
      'Console Run After Job',
      { runsWhen: 'After', runsOnClient: false, runsOnSuccess: true, runsOnFailure: false },
    ],
  ])('%s is a short form of it', (name, script) => {
    const job = jobOf(`${JOB_FRAME}\n${name} = "x"\n${name} = "y"`);
    expect(job.runScripts).toHaveLength(2);
    expect(job.runScripts[1]).toMatchObject({ ...script, failJobOnError: true });
    expect(job.runScripts[1]?.commands[0]?.kind).toBe(name.startsWith('Console') ? 'console' : 'program');
  });
});

describe('Messages', () => {
  const destinations = (lines: string) =>
    loadInFrame(`Messages { Name = X\n${lines}\n}`).messages.find((one) => one.name === 'X')?.destinations ??
    [];

  test('a "!" takes a type away, and a mail line may name several addresses', () => {
    const [mail] = destinations('mail = root@localhost, ops@x.org = all, !skipped');
    expect(mail).toMatchObject({ kind: 'mail', where: ['root@localhost', 'ops@x.org'] });
    expect(mail?.types.has('Skipped')).toBe(false);
    expect(mail?.types.size).toBe(14);
  });

  test.each([
    ...[
      'Abort',
      'Fatal',
      'Error',
      'Warning',
      'Info',
      'NotSaved',
      'Skipped',
      'Mount',
      'Terminate',
      'Restored',
    ],
    ...['Security', 'Alert', 'VolMgmt', 'ErrorTerm', 'Verified'],
  ])('%s is a type of message that "all" stands for, in any case', (type) => {
    const [alone, all, without] = destinations(
      `console = ${type.toLowerCase()}\ncatalog = all\nstdout = ALL, !${type.toUpperCase()}`,
    );
    expect([...(alone?.types ?? [])]).toEqual([type]);
    expect(all?.types.has(type as 'Error')).toBe(true);
    expect([...(without?.types ?? [])]).toEqual([...(all?.types ?? [])].filter((one) => one !== type));
  });

  test('the order of the types matters where one is taken away: it comes back when it is named behind', () => {
    const [before, behind, again] = destinations(
      'console = !skipped, all\ncatalog = all, !skipped\nstdout = !skipped, all, !info, skipped, info',
    );
    expect([before, behind, again].map((one) => one?.types.size)).toEqual([15, 14, 15]);
  });

  test('"all" does not stand for Debug, Saved and Events, which have to be named; Events also as Events.<kind>', () => {
    const [all, more] = destinations('console = all\nstdout = all, saved, Debug, events.job');
    expect(['Saved', 'Debug', 'Events'].some((type) => all?.types.has(type as 'Saved'))).toBe(false);
    expect(more?.types.size).toBe(18);
  });

  test.each([
    ['Saved', 'saved'],
    ['Debug', 'debug'],
    ['Events', 'events.job'],
  ])('nothing is ever sent for %s, which a warning says where it is asked for', (type, word) => {
    const said = (line: string) =>
      brief(problemsInFrame(`Messages { Name = X\n${line}\n}`)).filter((one) => one.includes('ever sent'));
    expect(said(`console = all, ${word}`)).toEqual([
      `warning 2: no message of type ${type} is ever sent here`,
    ]);
    expect(said(`console = all, !${word}`)).toEqual([]);
  });

  test('a line of each kind goes where it says: a file, a Director, addresses, or nothing more', () => {
    const lines = [
      'stdout = all',
      'stderr = all',
      'console = all',
      'syslog = all',
      'catalog = all',
      'director = dir = all',
      'file = "/f" = all',
      'append = "/a" = all',
      'mail = a@b = all',
      'mailonerror = a@b = all',
      'mailonsuccess = a@b = all',
      'operator = a@b = mount',
    ];
    expect(destinations(lines.join('\n')).map((one) => [one.kind, ...one.where])).toEqual([
      ['stdout'],
      ['stderr'],
      ['console'],
      ['syslog'],
      ['catalog'],
      ['director', 'dir'],
      ['file', '/f'],
      ['append', '/a'],
      ['mail', 'a@b'],
      ['mailonerror', 'a@b'],
      ['mailonsuccess', 'a@b'],
      ['operator', 'a@b'],
    ]);
  });

  test('syslog may have a facility, as in Bareos', () => {
    expect(destinations('syslog = Local3 = all\nsyslog = all').map(({ where }) => where)).toEqual([
      ['local3'],
      [],
    ]);
    expect(problemsInFrame('Messages { Name = X\nsyslog = lokal3 = all\n}')[0]).toMatchObject({
      message: '"lokal3" is no facility of the system log',
      hint: 'did you mean "local3"?',
    });
    expect(problemsInFrame('Messages { Name = X\nsyslog = = all\n}')[0]).toMatchObject({
      severity: 'error',
      line: 2,
    });
  });

  test('Mail Command and Operator Command hold for the lines below them, each for its own kind', () => {
    const lines = destinations(
      'mail = a@b = all\nmailcommand = "one"\nmail = c@d = all\nconsole = all\nmailcommand = "two"\noperatorcommand = "op"\nmailonerror = e@f = all\noperator = g@h = mount',
    );
    expect(lines.map((one) => [one.mailCommand, one.operatorCommand])).toEqual([
      [undefined, undefined],
      ['one', undefined],
      [undefined, undefined],
      ['two', undefined],
      [undefined, 'op'],
    ]);
  });

  test.each([
    ['console = al', 'did you mean "all"?'],
    ['console = all, skiped', 'did you mean "Skipped"?'],
    ['mail = all', 'for example "mail = root@localhost = all, !skipped"'],
    ['append = "/x"', 'for example "append = "/var/log/noctule.log" = all, !skipped"'],
    ['console =', 'for example "all, !skipped"'],
  ])('%s is an error with a cure', (line, hint) => {
    expect(problemsInFrame(`Messages { Name = X\n${line}\n}`)[0]).toMatchObject({
      severity: 'error',
      line: 2,
      hint,
    });
  });

  test('a blank before a comma ends the list of types, and a warning says so', () => {
    const text = 'Messages { Name = X\nconsole = all , !skipped\n}';
    expect(brief(problemsInFrame(text))).toContain(
      'warning 2: the list of message types ends at a blank before a comma: ", !skipped" does not count',
    );
    expect(destinations('console = all , !skipped')[0]?.types.has('Skipped')).toBe(true);
  });
});

describe('Console', () => {
  test('what no list names is refused: lists are empty without being given', () => {
    const conf = loadInFrame('Console { Name = X; Password = "x"; Command ACL = "*all*" }');
    expect(conf.consoles[0]).toMatchObject({ commandAcl: ['*all*'], jobAcl: [], whereAcl: [] });
  });
});

function jobOf(directives: string, more = ''): JobResource {
  const conf = loadInFrame(`Job { Name = J; ${directives}\n}\n${more}`);
  const job = conf.jobs.find((one) => one.name === 'J');
  if (!job) throw new Error('no Job');
  return job;
}
