import { describe, expect, test } from 'vitest';
import { loadFileDaemonConf } from '../../../configuration/file-daemon-conf.ts';
import type { Problem } from '../../../configuration/problem.ts';
import { textReader } from '../../../configuration/source-reader.ts';
import { loadStorageConf } from '../../../configuration/storage-conf.ts';
import { brief, FRAME, JOB_FRAME, loadInFrame, loadText, problemsInFrame } from './support/director-text.ts';

describe('a Job', () => {
  const problemsOfJob = (directives: string, more = '') =>
    brief(problemsInFrame(`Job { Name = J; ${directives} }\n${more}`));

  test('needs a Storage, of its own or of each of its pools', () => {
    const withoutStorage = JOB_FRAME.replace('Storage = S; ', '');
    expect(problemsOfJob(withoutStorage)).toEqual([
      'error 1: Job "J" has no Storage, and neither has its Pool "Default"',
    ]);
    const pool = 'Pool { Name = X; Pool Type = Backup; Label Format = x-; Storage = S }';
    expect(problemsOfJob(withoutStorage.replace('Pool = Default', 'Pool = X'), pool)).toEqual([]);
    expect(
      problemsOfJob(
        `${withoutStorage.replace('Pool = Default', 'Pool = X')}; Full Backup Pool = Default`,
        pool,
      ),
    ).toEqual(['error 1: Job "J" has no Storage, and neither has its Pool "Default"']);
  });

  test('cannot have the level of another type', () => {
    expect(problemsOfJob(`${JOB_FRAME}; Level = Catalog`)).toEqual([
      'error 1: Job "J" is of Type Backup, which has no Level Catalog',
    ]);
  });

  test('of Type Verify does not run at the levels that the Schedule of its JobDefs has for backups', () => {
    const verify = JOB_FRAME.replace(
      'Type = Backup',
      'Type = Verify; Level = Data; Verify Job = B; JobDefs = D',
    );
    const others = [
      'JobDefs { Name = D; Schedule = W }',
      'Schedule { Name = W; Run = sat at 3:05\n Run = Differential sun at 1:05\n}',
      `Job { Name = B; ${JOB_FRAME}; Schedule = W }`,
    ].join('\n');
    const refused = (job: string, level: string): unknown =>
      expect.stringMatching(
        new RegExp(
          `^warning \\d: Job "${job}" is .* no Level ${level}: it cannot run by "${level} sun at 1:05" of Schedule "W"$`,
        ),
      );
    expect(problemsOfJob(verify, others)).toEqual([refused('J', 'Differential')]);
    expect(problemsOfJob(verify, others.replace('= Differential', '= Data'))).toEqual([refused('B', 'Data')]);
  });

  test('of a level that no schedule can run is a warning', () => {
    expect(problemsOfJob(`${JOB_FRAME}; Level = Base`)).toEqual([
      'warning 1: Job "J" cannot run: Noctule has no Level Base (docs/differences.md says why)',
    ]);
  });

  const COPIES = 'Pool { Name = P; Pool Type = Backup; Next Pool = Default';
  test.each([
    ['Type = Copy', '', /has no Next Pool to write to/],
    ['Type = Copy; Next Pool = Default', '', /does not say which backups it is for/],
    ['Type = Copy; Next Pool = Default; Selection Type = PoolUncopiedJobs', '', undefined],
    [
      'Type = Migrate; Pool = P; Selection Type = Volume',
      `${COPIES} }`,
      /Selection Type Volume and no pattern/,
    ],
    ['Type = Migrate; Pool = P; Selection Type = PoolTime', `${COPIES} }`, /Migration Time of its Pool "P"/],
    [
      'Type = Migrate; Pool = P; Selection Type = PoolTime',
      `${COPIES}; Migration Time = 9 days }`,
      undefined,
    ],
    [
      'Type = Migrate; Pool = P; Selection Type = PoolOccupancy',
      `${COPIES} }`,
      /Migration High Bytes of its/,
    ],
    ['Type = Backup; Level = VirtualFull', '', /has no Next Pool to write to/],
    ['Type = Backup; Level = VirtualFull; Pool = P', `${COPIES} }`, undefined],
  ])(
    'that reads volumes to write others is warned of what is missing: %s; %s',
    (directives, more, problem) => {
      const [type, ...others] = directives.split('; ');
      const pool = others.some((one) => one.startsWith('Pool')) ? 'Pool = P' : 'Pool = Default';
      const frame = JOB_FRAME.replace('Type = Backup', type!).replace('Pool = Default', pool);
      const rest = others.filter((one) => !one.startsWith('Pool'));
      const problems = problemsOfJob([frame, ...rest].join('; '), more).filter((text) =>
        text.includes('Job "J"'),
      );
      if (problem) expect(problems.join('\n')).toMatch(problem);
      else expect(problems).toEqual([]);
    },
  );

  test('of Type Verify is warned when it names no backup, or its FileSet says of nothing to compare', () => {
    const verify = JOB_FRAME.replace('Type = Backup', 'Type = Verify');
    const other = `Job { Name = R; ${JOB_FRAME.replace('Type = Backup', 'Type = Restore')} }`;
    expect(problemsOfJob(`${verify}; Level = Data; Job To Verify = R`, other)).toEqual([
      'warning 1: Job "J" verifies Job "R", which is of Type Restore',
    ]);
    const onDisk = `${verify.replace(/FileSet = \w+/, 'FileSet = X')}; Level = DiskToCatalog`;
    const fileSet = (options: string) =>
      `FileSet { Name = X; Include { Options { ${options} }\nFile = /a\n} }`;
    expect(problemsOfJob(onDisk, fileSet('signature = SHA1'))).toEqual([
      'warning 1: Job "J" only finds new and missing files: FileSet "X" does not say what else to compare',
    ]);
    expect(problemsOfJob(onDisk, fileSet('verify = pins1'))).toEqual([]);
  });

  test('is warned when it starts Jobs that are not there', () => {
    const other = `Job { Name = "My Copy"; ${JOB_FRAME} }`;
    const run = (line: string) => problemsOfJob(`${JOB_FRAME}; Run = "${line}"`, other);
    expect(run('\\"My Copy\\" level=%l')).toEqual([]);
    expect(run('job=J storage=%w')).toEqual([]);
    expect(run('MyCopi level=%l')).toEqual(['warning 1: Job "J" starts Job "MyCopi", which is not defined']);
  });

  test('cannot run at level Since by itself', () => {
    expect(problemsOfJob(`${JOB_FRAME}; Level = Since`)).toEqual([
      'warning 1: Job "J" cannot run by itself: Level = Since needs a time, as the command "run since=" gives it',
    ]);
  });

  test('may not write to the scratch pool', () => {
    const scratch = 'Pool { Name = Scratch; Pool Type = Backup }';
    expect(problemsOfJob(`${JOB_FRAME}; Full Backup Pool = Scratch`, scratch)[0]).toBe(
      'error 1: Job "J" writes to the pool Scratch, which only holds spare volumes',
    );
  });

  test.each([
    ['Runs When = Before; Console = "status dir"', undefined],
    ['Runs When = Before; Command = x', undefined],
    ['Runs When = AfterVSS; Command = x', undefined],
    ['Runs When = Before; Runs On Client = no; Command = x', undefined],
    ['Runs When = AtJobCompletion; Console = "time"', undefined],
    ['Runs When = Queued; Runs On Client = no; Command = x', undefined],
    [
      'Runs When = AfterVSS; Runs On Client = no; Command = x',
      /AfterVSS, which is for programs on the client/,
    ],
    ['Runs When = Queued; Command = x', /Queued, when no client is in reach.*"Runs On Client = no"/],
    ['Runs When = AtJobCompletion; Command = x', /AtJobCompletion, when no client is in reach/],
    [
      'Runs When = AtJobCompletion; Runs On Success = no; Console = "time"',
      /neither on success nor on failure/,
    ],
  ])('with a RunScript { %s } is told what cannot run there', (script, message) => {
    const problems = problemsOfJob(`${JOB_FRAME}; RunScript { ${script} }`).join('\n');
    if (message) expect(problems).toMatch(message);
    else expect(problems).toBe('');
  });

  test.each([
    ['Cancel Queued Duplicates = yes', /says which duplicate to cancel, but allows duplicates/],
    ['Allow Duplicate Jobs = no; Maximum Concurrent Jobs = 3', /allows no duplicates: it runs once/],
    ['Max Full Interval = 1 month; Max Virtual Full Interval = 1 week', /to Full, and never to VirtualFull/],
    ['Max Virtual Full Interval = 1 week', /has no Next Pool to write to, and neither has its Pool/],
    ['Reschedule Times = 3', /says how often to repeat it, but not that it is to be repeated/],
    [
      'RunScript { RunsWhen = After; RunsOnClient = no; RunsOnSuccess = no; Command = x }',
      /neither on success nor on failure/,
    ],
  ])('with %s contradicts itself', (directives, message) => {
    expect(problemsOfJob(`${JOB_FRAME}; ${directives}`).join('\n')).toMatch(message);
  });
});

describe('a Pool', () => {
  const problemsOfPool = (directives: string, more = '') =>
    brief(
      problemsInFrame(
        `Pool { Name = X; ${directives} }\nJob { Name = J; ${JOB_FRAME.replace('Pool = Default', 'Pool = X')} }\n${more}`,
      ),
    );

  test('that no job can fill is a warning', () => {
    expect(problemsOfPool('Pool Type = Backup')).toEqual([
      'warning 1: Pool "X" makes no volumes by itself: a job waits until somebody gives the command "label"',
    ]);
    expect(problemsOfPool('Pool Type = Backup; Label Format = "*"')[0]).toMatch(/makes no volumes by itself/);
  });

  test('that takes its volumes from a scratch pool is a notice', () => {
    expect(problemsOfPool('Pool Type = Backup', 'Pool { Name = Scratch; Pool Type = Scratch }')).toEqual([
      'notice 1: Pool "X" makes no volumes by itself: its jobs need volumes of the scratch pool, or labelled by hand',
    ]);
  });

  test('of another type than Backup takes no backups', () => {
    expect(problemsOfPool('Pool Type = Archive; Label Format = x-')).toEqual([
      'error 1: jobs write to Pool "X", but its Pool Type Archive holds no backups',
    ]);
  });

  test('that no job writes to is a notice; a Run line may be the one that does', () => {
    const pool = 'Pool { Name = X; Pool Type = Backup; Label Format = x- }';
    expect(brief(problemsInFrame(pool))).toEqual(['notice 1: no Job and no Run line writes to Pool "X"']);
    const schedule = 'Schedule { Name = W; Run = Level=Full Pool=X sun at 1:05\n}';
    expect(brief(problemsInFrame(`${pool}\n${schedule}`))).toEqual(['notice 2: no Job has Schedule "W"']);
  });

  test('with a Label Format of illegal characters is an error, unless it is worked out', () => {
    expect(problemsOfPool('Pool Type = Backup; Label Format = "a b"')).toEqual([
      'error 1: the Label Format "a b" makes names that no volume may have',
    ]);
    expect(problemsOfPool('Pool Type = Backup; Label Format = "${Pool}-${Year}"')).toEqual([]);
  });

  test('with a Label Format that counts without a Counter is an error', () => {
    const labelFormat = 'Pool Type = Backup; Label Format = "${Pool}-${C+:p/4/0/r}"';
    expect(problemsOfPool(labelFormat)).toEqual([
      'error 1: the Label Format "${Pool}-${C+:p/4/0/r}" counts with "${C+}", but there is no Counter "C"',
    ]);
    const counted = `Pool { Name = Scratch; ${labelFormat} }\nCounter { Name = C }`;
    expect(brief(problemsInFrame(counted))).toEqual([]);
  });

  test('with limits that contradict each other is a warning', () => {
    expect(
      problemsOfPool(
        'Pool Type = Backup; Label Format = x-; Use Volume Once = yes; Maximum Volume Jobs = 3',
      )[0],
    ).toMatch(/one job for each volume, and Maximum Volume Jobs says 3/);
    expect(problemsOfPool('Pool Type = Backup; Label Format = x-; Maximum Volume Bytes = 5000')[0]).toMatch(
      /volumes of 5000 bytes hardly hold one block/,
    );
  });
});

describe('a Client, a Storage, a Schedule, a Counter', () => {
  test('a Client needs an address unless it calls by itself', () => {
    expect(
      brief(
        loadText(FRAME.replace('Address = localhost; Password = "client"', 'Password = "client"')).problems,
      ),
    ).toEqual(['error 5: Client "c" has no Address']);
    const calling = FRAME.replace('Address = localhost; Password = "client"', '$&').replace(
      'Address = localhost; Password = "client"',
      'Allow FD Connections = yes; Password = "client"',
    );
    expect(loadText(calling).conf?.clients[0]?.address).toBeUndefined();
  });

  test('SD Calls Client is refused with what to do instead, and is no matter when it says no', () => {
    const text = (value: string) => FRAME.replace('Password = "client"', `$&; SD Calls Client = ${value}`);
    expect(brief(loadText(text('yes')).problems).join('\n')).toMatch(
      /SD Calls Client is refused: .*Allow FD Connections.*FD Storage Address/,
    );
    expect(brief(loadText(text('no')).problems)).toEqual([]);
  });

  test('files cannot outlive their jobs', () => {
    const text = FRAME.replace('Password = "client"', '$&; File Retention = 1 year; Job Retention = 1 month');
    expect(brief(loadText(text).problems).join('\n')).toMatch(
      /keeps files longer than the jobs they belong to/,
    );
  });

  test('localhost as the address of a Storage is wrong for clients elsewhere', () => {
    const text = FRAME.replace(
      'Address = localhost; Password = "client"',
      'Address = web1; Password = "client"',
    );
    expect(brief(loadText(text).problems)).toEqual([
      'warning 6: clients are told to reach Storage "S" at "localhost", which Client "c" takes for itself',
    ]);
    expect(
      brief(loadText(text.replace('Device = D', 'FD Storage Address = backup; Device = D')).problems),
    ).toEqual([]);
  });

  test('a Schedule without Run lines starts nothing', () => {
    expect(brief(problemsInFrame('Schedule { Name = W }'))).toEqual([
      'warning 1: Schedule "W" has no Run or Cron line: it starts nothing',
    ]);
  });

  test('mail needs no command: without one it goes to the Mail Server', () => {
    const messages = (lines: string) => brief(problemsInFrame(`Messages { Name = X\n${lines}\n}`));
    expect(messages('mail = a@b = all\nMail Server = "[::1]:2525"')).toEqual([]);
    expect(messages('Mail Server = "smtp://x"')).toEqual([
      'error 2: Mail Server is no "host" or "host:port": "smtp://x"',
    ]);
  });

  test('a login at the mail server is a user and a password', () => {
    const messages = (lines: string) => brief(problemsInFrame(`Messages { Name = X\n${lines}\n}`));
    expect(messages('Mail User = backup\nMail Password = "x"')).toEqual([]);
    expect(messages('Mail User = backup')).toEqual([
      'error 2: a login at the mail server needs Mail Password, too',
    ]);
    expect(messages('Mail Password = "x"')).toEqual([
      'error 2: a login at the mail server needs Mail User, too',
    ]);
  });

  test('a Counter begins below its end', () => {
    expect(brief(problemsInFrame('Counter { Name = C; Minimum = 5; Maximum = 3 }'))).toContain(
      'error 1: the Minimum of Counter "C" is above its Maximum',
    );
  });

  test('Counters do not wrap in a circle', () => {
    const circle = 'Counter { Name = A; Wrap Counter = B }\nCounter { Name = B; Wrap Counter = A }';
    expect(brief(problemsInFrame(circle))).toContain(
      'error 1: Counter "A" is counted up by its own wrapping: its Wrap Counters form a circle',
    );
  });
});

describe('a FileSet', () => {
  /** Problems of an Include with these lines, which begin at line 3. */
  const problemsOf = (lines: string): Problem[] =>
    problemsInFrame(`FileSet {\nName = X; Include {\n${lines}\n} }`);
  const messagesOf = (lines: string): string[] => brief(problemsOf(lines));

  test('whose excluding block holds the settings is explained in a sentence', () => {
    const messages = messagesOf(
      'Options {\nsignature=SHA1\ncompression=GZIP\nWildFile = "*~"\nWildFile = "*.o"\nExclude = yes\n}\nFile = /home',
    );
    expect(messages).toEqual([
      'notice 3: what matches the patterns of this Options block is left out, and all other files are saved with ' +
        'SHA1 checksums and GZIP6 compression: the settings of the last block hold for whatever no pattern decides',
    ]);
  });

  test('whose last block lacks the settings of an earlier one loses them, and a warning says so', () => {
    const messages = messagesOf(
      'Options { signature = SHA1; compression = GZIP }\nOptions { wildfile = "*.o"; exclude = yes }\nFile = /home',
    );
    expect(messages).toEqual([
      'warning 3: the signature and compression of this Options block have no effect: files that no pattern decides ' +
        'get the settings of the last block, which has no signature and no compression',
    ]);
  });

  test('with excludes first and the general block last is right', () => {
    expect(
      messagesOf('Options { wild = "*.iso"; exclude = yes }\nOptions { signature = MD5 }\nFile = /home'),
    ).toEqual([]);
  });

  test('may compress only some files', () => {
    expect(
      messagesOf(
        'Options { wildfile = "*.txt"; compression = GZIP; signature = SHA1 }\nOptions { signature = SHA1 }\nFile = /a',
      ),
    ).toEqual([]);
  });

  test('with an excluding block without patterns saves nothing below its File lines', () => {
    expect(messagesOf('Options { wildfile = "*.odt" }\nOptions { exclude = yes }\nFile = /home')).toEqual([
      'warning 4: an Options block that excludes and has no pattern leaves out everything but the File entries themselves',
    ]);
  });

  test.each([
    [
      'Options { wildfile = "core" }',
      'warning 3: the pattern "core" is compared with whole paths, so it matches nothing',
      'write "*/core"',
    ],
    [
      'Options { wilddir = "/tmp/" }',
      'warning 3: the pattern "/tmp/" is compared with whole paths, so it matches nothing',
      'take the "/" at its end away',
    ],
  ])('with %s is told that it matches nothing', (options, message, hint) => {
    const [problem] = problemsOf(`${options}\nFile = /a`);
    expect([brief(problem ? [problem] : [])[0], problem?.hint]).toEqual([message, hint]);
  });

  test('with a pattern in a File line is told where patterns belong', () => {
    expect(messagesOf('File = /home/*')).toEqual([
      'warning 3: File "/home/*" is taken as it stands: patterns belong in Options',
    ]);
    expect(messagesOf('File = "/data/[a-c]*"')).toEqual([
      'warning 3: File "/data/[a-c]*" is taken as it stands: patterns belong in Options',
    ]);
    expect(messagesOf('File = "/photos/[2020] summer"')).toEqual([
      'notice 3: File "/photos/[2020] summer" is taken as it stands: the brackets are part of the name, and no pattern',
    ]);
    expect(messagesOf('File = "/photos/[2020"')).toEqual([]);
    expect(messagesOf('File = "home"')).toEqual([
      'warning 3: File "home" is not an absolute path: it saves nothing',
    ]);
  });

  test('keeps the marks of lists, and takes Windows paths', () => {
    const conf = loadInFrame(
      'FileSet { Name = X; Include {\nFile = "<list"\nFile = "\\\\<list"\nFile = "|cmd a"\nFile = "\\\\|cmd"\nFile = "C:/Users"\n} }',
    );
    expect(conf.fileSets[1]?.includes[0]?.files).toEqual([
      '<list',
      '\\<list',
      '|cmd a',
      '\\|cmd',
      'C:/Users',
    ]);
    expect(messagesOf('File = C:\\Users')[0]).toBe('error 3: a File with a backslash must stand in quotes');
  });

  test('excludes whole paths only', () => {
    const messages = brief(
      problemsInFrame(
        'FileSet { Name = X; Include {\nFile = /a\n}\nExclude { File = .journal\nFile = *.bak\nFile = /proc } }',
      ),
    );
    expect(messages).toEqual([
      'warning 4: ".journal" is compared with whole paths, so it leaves out nothing',
    ]);
  });

  test('without Include or File saves nothing', () => {
    expect(brief(problemsInFrame('FileSet { Name = X }'))).toEqual([
      'warning 1: FileSet "X" has no Include: it saves nothing',
    ]);
    expect(messagesOf('Options { signature = MD5 }')).toEqual([
      'warning 2: this Include has no File: it saves nothing',
    ]);
  });

  test.each([
    ['GZIP', { codec: 'gzip', level: 6 }],
    ['gzip9', { codec: 'gzip', level: 9 }],
    ['ZSTD', { codec: 'zstd', level: 3 }],
    ['ZSTD19', { codec: 'zstd', level: 19 }],
    ['LZO', { codec: 'gzip', level: 1 }],
  ])('compression = %s', (text, expected) => {
    const conf = loadInFrame(
      `FileSet { Name = X; Include { Options { compression = ${text} }\nFile = /a\n} }`,
    );
    expect(conf.fileSets[1]?.includes[0]?.options[0]?.compression).toEqual(expected);
  });

  test.each(['GZIP0', 'GZIP10', 'ZSTD20', 'ZIP', 'GZIP=6'])('there is no compression = %s', (text) => {
    expect(messagesOf(`Options { compression = ${text} }\nFile = /a`).join('\n')).toMatch(
      text === 'GZIP=6' ? /the rest of the line/ : /error 3: compression takes GZIP, GZIP1 to GZIP9/,
    );
  });

  test('has the defaults of the conf language', () => {
    const conf = loadInFrame('FileSet { Name = X; Include { Options { verify = pins1 }\nFile = /a\n} }');
    expect(conf.fileSets[1]?.includes[0]?.options[0]).toMatchObject({
      oneFs: true,
      exclude: false,
      recurse: true,
      hardLinks: true,
      ignoreCase: false,
      aclSupport: false,
      wild: [],
      fsTypes: [],
      stripPath: 0,
      verify: 'pins1',
    });
  });

  test('does not know every letter', () => {
    expect(messagesOf('Options { verify = pinsX }\nFile = /a')).toContain(
      'warning 3: verify does not know "X"',
    );
  });
});

describe('a storage daemon', () => {
  const problemsOf = (text: string) =>
    loadStorageConf('/sd.conf', { reader: textReader({ '/sd.conf': text }) }).problems;
  const OWN = 'Storage { Name = sd; Working Directory = /w; Pid Directory = /p }\n';
  const DIRECTOR = 'Director { Name = dir; Password = "x" }\n';
  const device = (name: string, more = '') =>
    `Device { Name = ${name}; Media Type = File; Archive Device = /v; Label Media = yes; ${more} }\n`;

  test('without devices, or without a Director, is of no use', () => {
    expect(brief(problemsOf(OWN + DIRECTOR))).toEqual([
      'error 1: there is no Device resource: it has no place for volumes',
    ]);
    expect(brief(problemsOf(OWN + device('D')))).toEqual([
      'error 1: there is no Director resource: nobody may use this daemon',
    ]);
    expect(brief(problemsOf(OWN + DIRECTOR + device('D')))).toEqual([]);
  });

  test('loads a conf with tapes, and says that they are not written', () => {
    const tape =
      'Device { Name = T; Media Type = LTO; Archive Device = /dev/nst0; Always Open = yes; Two EOF = yes }\n';
    const { conf, problems } = loadStorageConf('/sd.conf', {
      reader: textReader({ '/sd.conf': OWN + DIRECTOR + tape }),
    });
    expect(conf?.devices).toHaveLength(1);
    expect(brief(problems)).toEqual([
      'warning 3: Device "T" is of type Tape, and only directories are written: its jobs will fail',
      'notice 3: Two EOF has no effect here: it is for tapes',
    ]);
  });

  test('guesses the Device Type from the Archive Device: /dev is no directory, but for its disk in memory', () => {
    const at = (archive: string, more = '') =>
      problemsOf(
        `${OWN + DIRECTOR}Device { Name = D; Media Type = M; Archive Device = ${archive}; Label Media = yes; ${more} }`,
      );
    expect(brief(at('/dev/nst0'))).toEqual([expect.stringContaining('Device "D" is of type Tape')]);
    expect(brief(at('/srv/d', 'Device Type = Fifo'))).toEqual([
      expect.stringContaining('Device "D" is of type Fifo'),
    ]);
    expect(brief(at('/dev/shm/d'))).toEqual([]);
    expect(brief(at('/dev/nst0', 'Device Type = File'))).toEqual([]);
  });

  test('with the usual lines for disk devices has nothing to remark', () => {
    const usual = 'Random Access = yes; Automatic Mount = yes; Removable Media = no; Always Open = no';
    expect(brief(problemsOf(OWN + DIRECTOR + device('D', usual)))).toEqual([]);
  });

  test('resolves the devices of an Autochanger, and wants one Media Type', () => {
    const changer =
      'Autochanger { Name = A; Device = D1, D2; Changer Command = ""; Changer Device = /dev/null }\n';
    const devices = device('D1') + device('D2').replace('Media Type = File', 'Media Type = Other');
    expect(brief(problemsOf(OWN + DIRECTOR + devices + changer))).toEqual([
      'error 5: the devices of Autochanger "A" have different Media Types: File, Other',
      'warning 4: Device "D2" and Device "D1" (/sd.conf:3) use one directory with different Media Types',
    ]);
    const { conf } = loadStorageConf('/sd.conf', {
      reader: textReader({ '/sd.conf': OWN + DIRECTOR + device('D1') + device('D2') + changer }),
    });
    expect(conf?.autochangers[0]?.devices.map((one) => one.name)).toEqual(['D1', 'D2']);
  });

  test('says which destinations of its Messages get nothing: only the line of the Director does', () => {
    const messages = (lines: string) => `Messages { Name = M; director = dir = all\n${lines}\n}`;
    const whole = OWN + DIRECTOR + device('D');
    expect(brief(problemsOf(whole + messages('')))).toEqual([]);
    expect(
      brief(problemsOf(whole + messages('append = "/l" = all\nmail = a@b = all\nappend = "/m" = error'))),
    ).toEqual([
      `notice 4: append, mail of Messages "M" get nothing here: what is said about jobs goes to the Director, the rest into the daemon's log`,
    ]);
  });

  test('accepts a name that was always misspelt', () => {
    const { conf } = loadStorageConf('/sd.conf', {
      reader: textReader({ '/sd.conf': OWN + DIRECTOR + device('D', 'Minimum Fee Space = 1 g') }),
    });
    expect(conf?.devices[0]?.minimumFreeSpace).toBe(1_073_741_824);
  });
});

describe('a file daemon', () => {
  test('may call its own resource Client', () => {
    const { conf } = loadFileDaemonConf('/fd.conf', {
      reader: textReader({
        '/fd.conf':
          'Client { Name = fd; Working Directory = /w; Pid Directory = /p }\nDirector { Name = dir; Password = "x" }',
      }),
    });
    expect(conf).toMatchObject({
      fileDaemon: { name: 'fd', fdPort: 9102 },
      directors: [{ name: 'dir', monitor: false }],
    });
  });
});
