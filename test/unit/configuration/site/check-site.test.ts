import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../../configuration/problem.ts';
import { brief, siteProblems, type Changes, type Paths } from './site-text.ts';

function problems(changes: Changes, paths: Paths = {}): string[] {
  return siteProblems(changes, paths).map(brief);
}

describe('the files of a site', () => {
  test('that agree, on a machine that has all they name, give nothing to say', () => {
    expect(problems({})).toEqual([]);
  });

  test.each<[Changes, string]>([
    [
      { sd: ['"storage"', '"other"'] },
      'error dir.conf:6: the Password of Storage "S" is not that of Director "dir" in sd.conf',
    ],
    [
      { fd: ['"client"', '"other"'] },
      'error dir.conf:5: the Password of Client "c" is not that of Director "dir" in fd.conf',
    ],
    [
      { console: ['"console"', '"other"'] },
      'error console.conf:1: the Password of Director "dir" is not the one in dir.conf',
    ],
    [
      { sd: ['Name = dir', 'Name = old-dir'] },
      'error sd.conf:2: sd.conf does not let Director "dir" in (dir.conf:2)',
    ],
    [
      { console: ['Name = dir', 'Name = old-dir'] },
      'error console.conf:1: console.conf does not name Director "dir" (dir.conf:2)',
    ],
    [
      { fd: ['"client"', '"client"; Monitor = yes'] },
      'error fd.conf:2: Director "dir" may only ask this daemon for its status: the jobs of Client "c" fail',
    ],
    [
      { sd: ['Name = D;', 'Name = E;'] },
      'error dir.conf:6: Storage "S" names Device "D", which is not defined in sd.conf',
    ],
    [
      { sd: ['Media Type = File', 'Media Type = Tape'] },
      'error dir.conf:6: Storage "S" has Media Type "File", and its device in sd.conf has "Tape"',
    ],
    [
      { dir: ['Device = D', 'SD Port = 9999; Device = D'] },
      'error dir.conf:6: Storage "S" names port 9999, where no storage daemon listens',
    ],
    [
      { fd: ['Name = c;', 'Name = c; FD Port = 9999;'] },
      'error dir.conf:5: Client "c" names port 9102, and its file daemon listens on 9999',
    ],
    [
      { fd: ['Name = c;', 'Name = other; FD Port = 9999;'] },
      'warning fd.conf:1: no Client of dir.conf is FileDaemon "other"',
    ],
    [
      { console: ['Password = "console" }', 'Password = "console"; Dir Port = 9999 }'] },
      'error console.conf:1: Director "dir" is looked for on port 9999, and listens on 9101',
    ],
    [
      { console: ['\n', '\nConsole { Name = me; Password = "x" }\n'] },
      'error console.conf:2: Console "me" is not defined in dir.conf',
    ],
    [
      {
        dir: ['Job {', 'Console { Name = me; Password = "y" }\nJob {'],
        console: ['\n', '\nConsole { Name = me; Password = "x" }\n'],
      },
      'error console.conf:2: the Password of Console "me" is not the one in dir.conf',
    ],
  ])('with %j: %s', (changes, sentence) => {
    expect(problems(changes)).toEqual([sentence]);
  });

  test('find a device in an Autochanger', () => {
    const changer =
      'Autochanger { Name = A; Device = D; Changer Command = ""; Changer Device = /dev/null }\nDevice {';
    expect(problems({ dir: ['Device = D', 'Device = A'], sd: ['Device {', changer] })).toEqual([]);
  });

  test('find a daemon by any of the addresses that it listens on', () => {
    const block = 'Name = c; FD Addresses = { ip = { addr = 10.0.0.1; port = 9999 } ip = { addr = ::1 } };';
    expect(problems({ fd: ['Name = c;', block] })).toEqual([]);
  });

  test('need not be all: a Storage on another machine is not compared with the daemon of this one', () => {
    const far = 'Storage { Name = Far; Address = far; Password = "p"; Device = X; Media Type = Far }\nJob {';
    expect(problems({ dir: ['Job {', far] })).toEqual([]);
  });

  test('do not give passwords away', () => {
    const [problem] = siteProblems({ sd: ['"storage"', '"other"'] });
    const shown = problem ? formatProblem(problem) : '';
    expect(shown).toContain('Password = "*******"');
    expect(shown).not.toMatch(/"storage"|"other"/);
    expect(shown).toContain('write the same one here and at sd.conf:2');
  });
});

describe('the daemons of one machine', () => {
  test('cannot share a port', () => {
    expect(
      problems({
        dir: ['Name = dir;', 'Name = dir; Dir Port = 9103;'],
        console: ['"console"', '"console"; Dir Port = 9103'],
      }),
    ).toEqual([
      'error sd.conf:1: storage daemon "sd" listens on port 9103, and so does Director "dir" (dir.conf:2)',
    ]);
  });

  test('can share a port at different addresses', () => {
    expect(
      problems({
        dir: ['Name = dir;', 'Name = dir; Dir Port = 9103; Dir Address = 10.0.0.1;'],
        console: ['"console"', '"console"; Dir Port = 9103'],
        sd: ['Name = sd;', 'Name = sd; SD Address = 10.0.0.2;'],
      }),
    ).toEqual([]);
  });

  test('can have the port of a file daemon of another machine', () => {
    expect(
      problems({
        dir: [
          'Address = localhost; Password = "client"',
          'Address = far; FD Port = 9101; Password = "client"',
        ],
        fd: ['Name = c;', 'Name = c; FD Port = 9101;'],
      }),
    ).toEqual([]);
  });

  test('need their directories', () => {
    expect(problems({}, { '/w': 'file', '/p': 'closed', '/v': 'closed' })).toEqual([
      'error dir.conf:2: Working Directory /w is no directory',
      'error dir.conf:2: Pid Directory /p cannot be written to',
      'error sd.conf:1: Working Directory /w is no directory',
      'error sd.conf:1: Pid Directory /p cannot be written to',
      'error sd.conf:3: Archive Device of Device "D" /v cannot be written to',
      'error fd.conf:1: Working Directory /w is no directory',
      'error fd.conf:1: Pid Directory /p cannot be written to',
    ]);
  });

  test('need a directory for the files of their messages', () => {
    expect(problems({ dir: ['console = all', 'append = "/var/log/jobs.log" = all'] })).toEqual([
      'warning dir.conf:4: Messages "Standard" cannot be written to /var/log/jobs.log: /var/log does not exist',
    ]);
  });

  test('may read from a device that they cannot write to, when that is all they are to do', () => {
    expect(problems({ sd: ['Label Media = yes', 'Read Only = yes'] }, { '/v': 'closed' })).toEqual([]);
    expect(
      problems(
        { sd: ['Label Media = yes', 'Enabled = no'], dir: ['= J;', '= J; Enabled = no;'] },
        { '/v': 'file' },
      ),
    ).toEqual([]);
  });

  test('are not looked at when they are of another machine', () => {
    expect(
      problems(
        { dir: ['localhost; Password = "client"', 'far; Password = "client"'], fd: ['= /w', '= /nowhere'] },
        { '/home': 'file' },
      ),
    ).toEqual([]);
  });
});

describe('the files that a FileSet names', () => {
  test('must exist where this machine is the client', () => {
    expect(problems({ dir: ['File = /home', 'File = /home\n  File = /data'] })).toEqual([
      'warning dir.conf:10: File /data does not exist on this machine, which is Client "c"',
    ]);
  });

  test('must not all be missing', () => {
    expect(problems({ dir: ['File = /home', 'File = /data'] })).toEqual([
      'error dir.conf:8: FileSet "F" matches nothing: there is none of its files',
      'warning dir.conf:9: File /data does not exist on this machine, which is Client "c"',
    ]);
  });

  test.each([
    ['Client Run Before Job = dump;', []],
    [
      'Run After Job = tidy;',
      [
        'error dir.conf:8: FileSet "F" matches nothing: there is none of its files',
        'warning dir.conf:9: File /home does not exist on this machine, which is Client "c"',
      ],
    ],
  ])('may be made by the job before it saves them: %s', (script, found) => {
    expect(problems({ dir: ['Job {', `Job { ${script}`] }, { '/home': undefined })).toEqual(found);
  });

  test('may stand in a list, which must be there and name what is there', () => {
    const list = (text: string): Changes => ({ dir: ['File = /home', `File = /home\n  File = ${text}`] });
    expect(problems(list('"</etc/list"'))).toEqual([
      'error dir.conf:10: the list /etc/list cannot be read on this machine, which is Client "c"',
    ]);
    expect(problems(list(String.raw`"\\</etc/list"`), { '/etc/list': ['/home', '', '/lost\x07'] })).toEqual([
      String.raw`warning dir.conf:10: the list /etc/list names /lost\x07, which does not exist on this machine, which is Client "c"`,
    ]);
    expect(problems(list('"</etc/list"'), { '/etc/list': [''] })).toEqual([
      'warning dir.conf:10: the list /etc/list names no file on this machine, which is Client "c"',
    ]);
    expect(problems(list('"</etc/list"'), { '/etc/list': ['/home', ''] })).toEqual([]);
  });

  test('cannot be told when a command names them', () => {
    expect(problems({ dir: ['File = /home', 'File = "|find /nowhere"'] })).toEqual([]);
  });
});
