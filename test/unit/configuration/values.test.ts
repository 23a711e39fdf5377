import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DirectorConf, PoolResource } from '../../../configuration/director-conf.ts';
import { formatDuration, readDuration } from '../../../configuration/values/duration.ts';
import { listenAddresses } from '../../../configuration/values/addresses.ts';
import { expandPath, protectPath } from '../../../configuration/values/path-expansion.ts';
import { formatSize, parseSize, parseSpeed } from '../../../configuration/values/size.ts';
import { brief, JOB_FRAME, loadInFrame, loadText, problemsInFrame, FRAME } from './support/director-text.ts';

function pool(directives: string): PoolResource {
  const conf = loadInFrame(`Pool { Name = X; Pool Type = Backup; Label Format = x-\n${directives}\n}`);
  return named(conf.pools, 'X');
}

function named<T extends { name: string }>(resources: readonly T[], name: string): T {
  const found = resources.find((resource) => resource.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

/** The errors of one line in a Pool, which is line 2. */
function errorsOf(directive: string): string[] {
  return brief(
    problemsInFrame(`Pool { Name = X; Pool Type = Backup; Label Format = x-\n${directive}\n}`).filter(
      (problem) => problem.severity === 'error',
    ),
  );
}

describe('a duration', () => {
  test.each([
    ['2 months 3 weeks', 6_998_400],
    ['60 days', 5_184_000],
    ['6 months', 15_552_000],
    ['1 year 6 months', 47_088_000],
    ['3.5 days', 302_400],
    ['22h', 79_200],
    ['90 min', 5400],
    ['90', 90],
    ['0', 0],
    ['30d', 2_592_000],
    ['1 n', 60],
    ['5 mi', 300],
    ['5 mins', 300],
    ['5 minutes', 300],
    ['2 q', 15_724_800],
    ['1 quarter', 7_862_400],
    ['3 WEEKS', 1_814_400],
    ['10 sec', 10],
    ['1 hour 30 minutes', 5400],
  ])('%s is %i seconds', (text, seconds) => {
    expect(readDuration(text)).toEqual({ seconds });
    expect(pool(`Volume Retention = ${text}`).volumeRetention).toBe(seconds);
  });

  test.each([
    ['90m', 233_280_000],
    ['5m', 12_960_000],
    ['1 m', 2_592_000],
  ])('%s is months, and a warning says so', (text, seconds) => {
    expect(readDuration(text)).toMatchObject({ seconds, surprise: /months; minutes are "min"/ });
  });

  test('loses its unit, and all behind it, to a tab', () => {
    expect(readDuration('30\tdays')).toMatchObject({ seconds: 30, surprise: /hides the unit/ });
    expect(readDuration('1 h 30\tdays 5 years')).toMatchObject({ seconds: 3630 });
  });

  test('may stand in quotes', () => {
    expect(pool('Volume Retention = "2 months"').volumeRetention).toBe(5_184_000);
  });

  test.each(['days', '5 fortnights', '5 days x', '-5 days', '5,5 days', '', '5..5 days'])(
    'is not %j',
    (text) => {
      expect(readDuration(text)).toBeUndefined();
    },
  );

  test('that is none is an error with the right form', () => {
    const [problem] = problemsInFrame(
      'Pool { Name = X; Pool Type = Backup; Volume Retention = 5 fortnights }',
    );
    expect(problem).toMatchObject({
      message: 'Volume Retention takes a duration, not "5 fortnights"',
      column: 57,
    });
    expect(problem?.hint).toContain('2 months 3 weeks');
  });

  test('is judged in time that grows with its length only', () => {
    const started = performance.now();
    expect(readDuration(`${'1'.repeat(200_000)}!`)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('reads back as it was printed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4_000_000_000 }), (seconds) => {
        expect(readDuration(formatDuration(seconds))).toEqual({ seconds });
      }),
    );
  });
});

describe('a size', () => {
  test.each([
    ['50G', 53_687_091_200],
    ['50 gb', 50_000_000_000],
    ['1.5 tb', 1_500_000_000_000],
    ['4.3G', 4_617_089_843],
    ['4.3 GB', 4_300_000_000],
    ['1 k', 1024],
    ['1 KiB', 1024],
    ['1kb', 1000],
    ['2m', 2_097_152],
    ['2 mib', 2_097_152],
    ['2 mb', 2_000_000],
    ['1 gib', 1_073_741_824],
    ['1t', 1_099_511_627_776],
    ['1 TiB', 1_099_511_627_776],
    ['5000000', 5_000_000],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
    expect(pool(`Maximum Volume Bytes = ${text}`).maximumVolumeBytes).toBe(bytes);
  });

  test.each(['G', '5 x', '5 g 3 m', '1e9', '-1', '9999999 t', ''])('is not %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  test('reads back as it was printed', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });
});

describe('a speed', () => {
  test.each([
    ['5 mb/s', 5_000_000],
    ['5m/s', 5_242_880],
    ['100 kb/s', 100_000],
    ['100k', 102_400],
    ['1000', 1000],
  ])('%s is %i bytes per second', (text, speed) => {
    expect(parseSpeed(text)).toBe(speed);
  });

  test('has no gigabytes', () => {
    expect(parseSpeed('1 gb/s')).toBeUndefined();
  });
});

describe('yes or no', () => {
  test.each([
    ['Yes', true],
    ['TRUE', true],
    ['no', false],
    ['false', false],
  ])('may be %s', (text, value) => {
    expect(pool(`Recycle = ${text}`).recycle).toBe(value);
  });

  test.each(['on', '1', 'y', '""'])('is not %s', (text) => {
    expect(errorsOf(`Recycle = ${text}`)).toEqual([
      `error 2: Recycle takes yes or no, not "${text.replaceAll('"', '')}"`,
    ]);
  });
});

describe('a number', () => {
  test.each(['-1', 'ten', '1.5', '99999999999999999999'])('is not %s', (text) => {
    expect(errorsOf(`Maximum Volumes = ${text}`)).toEqual([
      `error 2: Maximum Volumes takes a whole number, not "${text}"`,
    ]);
  });

  test('of jobs is at least 1', () => {
    const conf = FRAME.replace('Address = localhost; Password = "client"', '$&; Maximum Concurrent Jobs = 0');
    expect(brief(loadText(conf).problems)[0]).toMatch(/must be at least 1/);
  });

  test('may name a service where it is a port', () => {
    const conf = loadText(
      FRAME.replace('Address = localhost; Password = "client"', '$&; FD Port = bacula-fd'),
    ).conf;
    expect(conf?.clients[0]?.fdPort).toBe(9102);
    const wrong = loadText(FRAME.replace('Address = localhost; Password = "client"', '$&; FD Port = 70000'));
    expect(brief(wrong.problems)[0]).toMatch(/FD Port takes a port number, not "70000"/);
  });
});

describe('a text', () => {
  test('of digits only needs quotes', () => {
    const text = FRAME.replace('"client"', '12345');
    expect(loadText(text).problems[0]).toMatchObject({
      message: 'Password takes a password, and a number without quotes is not one',
      hint: 'write Password = "12345"',
    });
  });

  test('keeps what stands in its quotes', () => {
    const conf = loadText(FRAME.replace('"client"', String.raw`"a\"b\\c"`)).conf;
    expect(conf?.clients[0]?.password).toBe(String.raw`a"b\c`);
  });

  test('without quotes loses its blanks, and a warning says so', () => {
    const problems =
      problemsInFrame(`Job { Name = J; ${JOB_FRAME.replace('Pool = Default', 'Pool = Full Pool')} }
Pool { Name = FullPool; Pool Type = Backup; Label Format = f-
 }`);
    expect(problems.find((problem) => problem.message.includes('blanks'))).toMatchObject({
      severity: 'warning',
      message: 'blanks in an unquoted value do not count: "Full Pool" is read as "FullPool"',
    });
  });

  test('ends where it ends, and a warning tells what is dropped', () => {
    const [dropped] = problemsInFrame('Catalog { Name = web-1 old\ndbname = n }');
    expect(dropped).toMatchObject({
      severity: 'warning',
      column: 24,
      message: 'the rest of the line after the value of Name is ignored: old',
    });
    expect(dropped?.excerpt?.length).toBe(3);
  });

  test('of several directives in one line is only the first, and the hint says how to separate them', () => {
    const problems = problemsInFrame(
      'FileSet { Name = X; Include {\nOptions { signature=SHA1 compression=GZIP }\nFile = /a\n } }',
    );
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        line: 2,
        message: 'the rest of the line after the value of signature is ignored: compression=GZIP',
        hint: 'end each directive with ";" or a line end, otherwise only the first one counts',
      },
    ]);
  });
});

describe('a name', () => {
  test.each(['a/b', 'ä', 'a"b', 'a,b', 'a\nb'])('may not be %j', (text) => {
    expect(problemsInFrame(`Counter { Name = "${text.replaceAll('"', '\\"')}" }`)[0]?.message).toMatch(
      /not a legal name/,
    );
  });

  test('has at most 127 characters', () => {
    expect(problemsInFrame(`Catalog { Name = "${'x'.repeat(127)}"; dbname = n }`)).toEqual([]);
    expect(problemsInFrame(`Counter { Name = "${'x'.repeat(128)}" }`)[0]?.message).toMatch(/at most 127/);
  });

  test('counts capitals where one resource names another', () => {
    expect(
      problemsInFrame(`Job { Name = J; ${JOB_FRAME.replace('Pool = Default', 'Pool = default')} }`)[0],
    ).toMatchObject({
      message: 'Job "J" names Pool "default", which is not defined',
      hint: 'did you mean "Default" (/etc/dir.conf:7)?',
    });
  });
});

describe('a list', () => {
  const accessList = (text: string): readonly string[] | undefined =>
    loadInFrame(`Console { Name = X; Password = "x"\n${text}\n}`).consoles[0]?.jobAcl;

  test('has commas between its values, and grows with each line', () => {
    expect(accessList('JobACL = "web-*", db1\nJobACL = mail')).toEqual(['web-*', 'db1', 'mail']);
  });

  test.each([
    ['JobACL = a-1 b', /follows a value of the list Job ACL without a comma/],
    ['JobACL = a-1,', /a value is missing after the comma/],
    ['JobACL = ', /Job ACL has no value/],
    ['JobACL = , b', /Job ACL takes a list/],
  ])('does not put up with %s', (text, message) => {
    expect(problemsInFrame(`Console { Name = X; Password = "x"\n${text}\n}`)[0]?.message).toMatch(message);
  });
});

describe('a path', () => {
  const environment = { HOME: '/home/me', DATA: '/data' };

  test.each([
    ['~/x', '/home/me/x'],
    ['~', '/home/me'],
    ['$DATA/x', '/data/x'],
    ['${DATA}x', '/datax'],
    ['/a~b', '/a~b'],
    [String.raw`\$DATA`, '$DATA'],
    ['|echo $DATA', '|echo $DATA'],
  ])('%s becomes %s', (text, path) => {
    expect(expandPath(text, environment)).toBe(path);
  });

  test('with a variable that is not set is refused rather than cut short', () => {
    expect(expandPath('/x/$NOTHING/y', environment)).toEqual({ missingVariable: 'NOTHING' });
  });

  test('can be protected from expansion, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        expect(expandPath(protectPath(path), environment)).toBe(path);
      }),
    );
  });
});

describe('addresses to listen on', () => {
  const director = (text: string): DirectorConf['director'] =>
    loadInFrameWithDirector(text) ?? expect.unreachable('it should load');
  const loadInFrameWithDirector = (text: string) =>
    loadText(FRAME.replace('Messages = Standard }', `Messages = Standard\n${text}\n}`)).conf?.director;

  test('may be a block', () => {
    const { dirAddresses } = director(
      'DirAddresses = { ip = { addr = 10.0.0.1; port = 9101 } ipv6 = { addr = ::1 } ipv4 = { addr = host.example; port = bacula-dir } }',
    );
    expect(dirAddresses).toEqual([
      { family: 'any', address: '10.0.0.1', port: 9101 },
      { family: 'ipv6', address: '::1' },
      { family: 'ipv4', address: 'host.example', port: 9101 },
    ]);
    expect(listenAddresses({ block: dirAddresses, single: undefined, port: 9199 })).toEqual([
      { host: '10.0.0.1', port: 9101 },
      { host: '::1', port: 9199 },
      { host: 'host.example', port: 9101 },
    ]);
  });

  test('are all addresses when none is given', () => {
    expect(listenAddresses({ block: [], single: undefined, port: 9101 })).toEqual([
      { host: '::', port: 9101 },
    ]);
    expect(listenAddresses({ block: [], single: '127.0.0.1', port: 9101 })).toEqual([
      { host: '127.0.0.1', port: 9101 },
    ]);
  });

  test('of an unknown family are an error', () => {
    const text = FRAME.replace(
      'Messages = Standard }',
      'Messages = Standard\nDirAddresses = { ipx = { addr = a } } }',
    );
    expect(loadText(text).problems[0]?.message).toMatch(/holds blocks ip, ipv4 and ipv6, not "ipx"/);
  });
});
