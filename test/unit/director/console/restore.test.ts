import { beforeEach, describe, expect, it } from 'vitest';
import { jobRow, type FakeFile } from './fake-catalog.ts';
import { converse, fakeDirector, session, type FakeDirector } from './fake-director.ts';

const HOME: FakeFile[] = [
  { path: '/srv/demo/home/' },
  { path: '/srv/demo/home/alice/' },
  { path: '/srv/demo/home/alice/latest', size: 23 },
  { path: '/srv/demo/home/alice/documents/' },
  { path: '/srv/demo/home/alice/documents/report-00.txt', size: 1400 },
  { path: '/srv/demo/home/alice/documents/report-01.txt', size: 2520 },
  { path: '/srv/demo/home/alice/odd names/' },
  { path: '/srv/demo/home/alice/odd names/new\nline', size: 4 },
  { path: "/srv/demo/home/alice/odd names/it's", size: 4 },
  { path: '/srv/demo/home/alice/odd names/star*', size: 4 },
  { path: '/srv/demo/home/bob/' },
  { path: '/srv/demo/home/bob/src/' },
  { path: '/srv/demo/home/bob/src/module1.c', size: 5400 },
  { path: '/srv/demo/home/bob/src/Makefile', size: 24 },
];

const BROWSE = 'restore client=peer-fd fileset=Gzip current select';

describe('restore', () => {
  let director: FakeDirector;
  beforeEach(() => {
    director = fakeDirector();
    director.contents.files.set(1, HOME);
    director.contents.files.set(2, [{ path: '/srv/demo/home/alice/latest', size: 30 }]);
  });
  const rules = () =>
    director.runs
      .at(-1)
      ?.restore?.selection.rules.map(
        ({ path, recursive, marked }) => `${marked ? '+' : '-'}${path.toString()}${recursive ? '**' : ''}`,
      );

  it('takes only the jobs of pool=, for a tree and for named files', async () => {
    director.contents.files.set(3, HOME);
    director.contents.jobs.push(jobRow(3, { poolName: 'A-Incr-Pool' }));
    const transcript = await converse(director, [
      'restore client=peer-fd fileset=Gzip pool=A-Full-Pool all done yes',
      'restore client=peer-fd pool=A-Full-Pool file=/srv/demo/home/alice/documents/report-00.txt yes',
      'restore client=peer-fd fileset=Gzip all done yes',
      'restore client=peer-fd fileset=Gzip pool=Scratch all done yes',
    ]);
    expect(director.runs.map(({ restore }) => restore?.selection.jobIds)).toEqual([[1], [1], [3]]);
    expect(transcript).toContain('restore: Pool "Scratch" is not defined.');
  });

  it.each(['jobuser=root', 'jobgroup=staff', 'pluginoptions=x', 'objectid=1'])(
    'refuses %s with its reason',
    async (word) => {
      const { transcript, succeeded } = await session(director, [`restore ${word}`]);
      expect(transcript).toMatch(/^restore: (?!.*is no argument).+\.$/m);
      expect(succeeded).toEqual([false]);
    },
  );

  it('shows the run prompt with all of its lines', async () => {
    expect(await converse(director, ['restore client=peer-fd fileset=Gzip all done', 'no'])).toContain(
      `Run Restore job
JobName:         RestoreFiles
Bootstrap:       *None*
Where:           /srv/restore
Replace:         Always
FileSet:         Gzip
Backup Client:   peer-fd
Restore Client:  peer-fd
Storage:         File1
When:            2026-11-21 03:48:24
Catalog:         MyCatalog
Priority:        10
Plugin Options:  *None*
OK to run? (yes/mod/no): no
`,
    );
  });

  it('by the menu asks the questions of a recorded session', async () => {
    const transcript = await converse(director, [
      'restore',
      '5',
      'cd /srv/demo/home/alice',
      'mark documents',
      'done',
      'yes',
    ]);
    expect(transcript).toContain(
      'To select the JobIds, you have the following choices:\n     1: List last 20 Jobs run\n',
    );
    expect(transcript).toContain('Select item:  (1-13): 5\nAutomatically selected Client: peer-fd\n');
    expect(transcript).toContain(`+-------+-------+----------+----------+---------------------+-------------+
| JobId | Level | JobFiles | JobBytes | StartTime           | VolumeName  |
+-------+-------+----------+----------+---------------------+-------------+
| 1     | F     | 94       | 2265713  | 2026-11-21 03:40:33 | A-Full-0001 |
| 2     | I     | 3        | 106      | 2026-11-21 03:41:33 | A-Incr-0002 |
+-------+-------+----------+----------+---------------------+-------------+
You have selected the following JobIds: 1,2
`);
    expect(transcript).toContain('\nBuilding directory tree for JobId(s) 1,2 ...');
    expect(transcript).toContain('97 files inserted into the tree.\n');
    expect(transcript).toContain('cwd is: /\n$ cd /srv/demo/home/alice\ncwd is: /srv/demo/home/alice/\n');
    expect(transcript).toContain('$ mark documents\n3 files marked.\n');
    expect(transcript).toContain('The Job will require the following');
    expect(transcript).toMatch(/\n {4}A-Full-0001 {15}File1 {21}FileStorage\n/);
    expect(transcript).toContain('\n5 files selected to be restored.\n');
    expect(transcript).toMatch(/OK to run\? \(yes\/mod\/no\): yes\nJob queued\. JobId=1\n$/);
    expect(rules()).toEqual(['+/srv/demo/home/alice/documents/**']);
  });

  it('on one line never asks', async () => {
    const transcript = await converse(director, [
      'restore client=peer-fd where=/tmp/r select all done yes',
      'quit',
    ]);
    expect(transcript).toContain('97 files inserted into the tree and marked for extraction.\n');
    expect(transcript).toContain('\n14 files selected to be restored.\n');
    expect(transcript).toMatch(/Job queued\. JobId=1\n\*quit\n$/);
    expect(director.runs[0]).toMatchObject({ restore: { where: '/tmp/r', replace: 'always' } });
    expect(director.runs[0]?.restore?.restoreClient.name).toBe('peer-fd');
    expect(rules()).toEqual(['+/**']);
  });

  it('takes where, replace, the restore job, and the original place from the line', async () => {
    await converse(director, [
      'restore client=peer-fd restorejob=RestoreFiles where=/ replace=IfNewer all done yes',
    ]);
    expect(director.runs[0]).toMatchObject({ restore: { where: '', replace: 'ifnewer' } });
  });

  it('restores to the Restore Client of the Job, unless the line names another', async () => {
    const { clients, jobs, ...rest } = director.conf();
    const other = { ...clients[0]!, name: 'other-fd' };
    const conf = {
      ...rest,
      clients: [...clients, other],
      jobs: jobs.map((job) => (job.type === 'Restore' ? { ...job, restoreClient: other } : job)),
    };
    const withOther = fakeDirector({ conf: () => conf });
    withOther.contents.files.set(1, HOME);
    await converse(withOther, [
      'restore client=peer-fd fileset=Gzip current all done yes',
      'restore client=peer-fd fileset=Gzip restoreclient=peer-fd current all done yes',
    ]);
    expect(withOther.runs.map(({ restore }) => restore?.restoreClient.name)).toEqual(['other-fd', 'peer-fd']);
  });

  it('of named files takes the newest backup of each', async () => {
    const transcript = await converse(director, [
      'restore client=peer-fd file=/srv/demo/home/alice/latest file=/srv/demo/home/bob/src/Makefile done yes',
    ]);
    expect(transcript).toContain('Job queued. JobId=1');
    expect(director.runs[0]?.restore?.selection.jobIds).toEqual([2, 1]);
    expect(rules()).toEqual(['+/srv/demo/home/alice/latest', '+/srv/demo/home/bob/src/Makefile']);
  });

  it('of a named directory takes all below it, with a slash or without', async () => {
    await converse(director, ['restore client=peer-fd file=/srv/demo/home/bob yes']);
    expect(rules()).toEqual(['+/srv/demo/home/bob/**']);
    expect(director.runs[0]?.restore?.selection.jobIds).toEqual([1, 2]);
    await converse(director, ['restore client=peer-fd directory=/srv/demo/home/alice/documents yes']);
    expect(rules()).toEqual(['+/srv/demo/home/alice/documents/**']);
  });

  it('of single JobIds takes just these', async () => {
    const transcript = await converse(director, ['restore jobid=1 all done yes']);
    expect(transcript).toContain('You have selected the following JobId: 1\n');
    expect(director.runs[0]?.restore?.selection.jobIds).toEqual([1]);
  });

  it('before a time leaves out newer jobs', async () => {
    await converse(director, ['restore client=peer-fd before="2026-11-21 03:41:00" all done yes']);
    expect(director.runs[0]?.restore?.selection.jobIds).toEqual([1]);
  });

  it('asks for the FileSet when the client has several', async () => {
    director.contents.jobs.push(jobRow(3, { fileSetName: 'Article' }));
    const transcript = await converse(director, ['restore', '5', '1', 'done']);
    expect(transcript).toContain(
      'The defined FileSet resources are:\n     1: Article\n     2: Gzip\nSelect FileSet resource (1-2): 1\n',
    );
    expect(transcript).toMatch(/\$ done\nNo files selected to be restored\.\n$/);
  });

  it('lists, finds and remembers JobIds until a choice leads to files', async () => {
    const transcript = await converse(director, [
      'restore',
      '1',
      '2',
      'latest',
      '9',
      '3',
      '',
      'mark srv',
      'done',
      'no',
    ]);
    expect(transcript).toContain(
      '| JobId | Client  | StartTime           | JobLevel | JobFiles | JobBytes |',
    );
    expect(transcript).toMatch(
      /\| JobId \| Name +\| StartTime +\| JobType \| JobStatus \| JobFiles \| JobBytes \|/,
    );
    expect(transcript.match(/^\| [12] +\| \/srv\/demo\/home\/alice\/latest \|/gm)).toHaveLength(2);
    expect(transcript).toContain('Enter JobId(s), comma separated, to restore [1,2]: \n');
    expect(transcript).toContain('You have selected the following JobIds: 1,2\n');
    expect(transcript.match(/Select item: {2}\(1-13\)/g)).toHaveLength(4);
    expect(transcript).toMatch(/Job not run\.\n$/);
  });

  it('reads a list of files until a blank line, and says what no backup has', async () => {
    const transcript = await converse(director, [
      'restore',
      '7',
      '/srv/demo/home/bob/src/Makefile',
      '/nowhere',
      'Makefile',
      '',
      'yes',
    ]);
    expect(transcript).toContain('no backup of Client peer-fd has /nowhere.');
    expect(transcript).toContain('"Makefile" is no absolute path. Begin it with a slash.');
    expect(rules()).toEqual(['+/srv/demo/home/bob/src/Makefile']);
  });

  it('restores the state right after a job', async () => {
    await converse(director, ['restore', '12', '1', 'mark *', 'done', 'yes']);
    expect(director.runs[0]?.restore?.selection.jobIds).toEqual([1]);
  });

  it('changes where and replace by menu, and says what cannot be changed', async () => {
    const transcript = await converse(director, [
      'restore client=peer-fd all done',
      ...['mod', '1', 'mod', '11', '2', 'mod', '9', '/srv/x/', 'mod', '9', 'relative'],
      'mod where=/y replace=Never',
      'yes',
    ]);
    expect(transcript).toContain('Level not appropriate for this Job. Cannot be changed.');
    expect(transcript).toContain('Replace:         IfNewer\n');
    expect(transcript).toContain('Where:           /srv/x\n');
    expect(transcript).toContain('"where=relative" is no absolute path. Begin it with a slash.');
    expect(director.runs[0]).toMatchObject({ restore: { where: '/y', replace: 'never' } });
  });

  it('relocates files by the sub-menu of a recorded session', async () => {
    const transcript = await converse(director, [
      'restore client=peer-fd all done',
      ...['mod', '10', '1', '/srv', '2', '/somewhere', '5', '/srv/demo/.profile', '', '6', 'no', '.', '6'],
      'yes',
    ]);
    expect(transcript).toContain(`strip_prefix=*None* add_prefix=*None* add_suffix=*None*
This will replace your current Where value
     1: Strip prefix
     2: Add prefix
     3: Add file suffix
     4: Enter a regexp
     5: Test filename manipulation
     6: Use this ?
Select parameter to modify (1-6): `);
    for (const line of [
      'Please enter the path prefix to strip: /srv\nstrip_prefix=/srv add_prefix=*None* add_suffix=*None*',
      'strip_prefix=/srv add_prefix=/somewhere add_suffix=*None* result=!^/srv!!i,!^!/somewhere!',
      'Enter a period (.) to stop this test',
      'Please enter filename to test: /srv/demo/.profile\n/srv/demo/.profile -> /somewhere/demo/.profile',
      'Please enter filename to test: \n -> /somewhere',
      'Please enter filename to test: 6\n6 -> /somewhere6',
      'RegexWhere:      !^/srv!!i,!^!/somewhere!',
    ]) {
      expect(transcript).toContain(`${line}\n`);
    }
    expect(director.runs[0]?.restore?.regexWhere).toBe('!^/srv!!i,!^!/somewhere!');
  });

  it('takes a regexp in the sub-menu only when it can be used, and Where takes it back', async () => {
    const transcript = await converse(director, [
      'restore client=peer-fd all done',
      ...['mod', '10', '4', '!a!b', '4', '!a!b!g', '5', '/a/a', '.', '6', 'mod', '9', '/w', 'yes'],
    ]);
    expect(transcript).toContain('RegexWhere "!a!b" cannot be used: a substitution wants "!" three times');
    expect(transcript).toContain('regexp=!a!b!g\n');
    expect(transcript).toContain('/a/a -> /b/b\n');
    expect(transcript).toContain('RegexWhere:      !a!b!g\n');
    expect(director.runs[0]).toMatchObject({ restore: { where: '/w', regexWhere: '' } });
  });

  it.each([
    ['regexwhere=!a!b!', '!a!b!'],
    ['regexwhere=!a!b! where=/x strip_prefix=/y', '!a!b!'],
    [
      'strip_prefix=/srv/a.b add_prefix=/new$1! add_suffix=.o\\d',
      '!^/srv/a\\.b!!i,!([^/])$!$1.o\\\\d!,!^!/new\\$1\\!!',
    ],
    ['add_suffix=.old', '!([^/])$!$1.old!'],
    ['where=/x', ''],
  ])('on the line, %s sends the files by "%s"', async (words, regexWhere) => {
    await converse(director, [`restore client=peer-fd fileset=Gzip current all done ${words} yes`]);
    expect(director.runs[0]?.restore?.regexWhere).toBe(regexWhere);
  });

  it('says that "where" on the line is not used when a prefix says it all', async () => {
    const line = 'restore client=peer-fd fileset=Gzip current all done where=/x';
    expect(await converse(director, [`${line} add_prefix=/y yes`])).toContain('"where" is not used');
    expect(await converse(director, [`${line} yes`])).not.toContain('is not used');
  });

  it.each([
    ['restore client=nobody current all done', 'restore: Client "nobody" is not defined. There is: peer-fd.'],
    ['restore jobid=77 all done', 'restore: there is no JobId 77. "list jobs" shows the jobs.'],
    ['restore jobid=3 all done', 'restore: JobId 3 did not end well, its status is f. Leave it out.'],
    [
      'restore jobid=4 all done',
      'restore: the files of JobId 4 are no longer in the catalog. Choose a newer backup, or bring them back from the volumes: restore bootstrap=FILE, or noctule volume scan.',
    ],
    [
      'restore client=peer-fd fileset=Gzip before="2020-01-01" all done',
      'restore: No Full backup before 2020-01-01 00:00:00 found, of Client peer-fd and FileSet Gzip. "list jobs client=peer-fd" shows its jobs.',
    ],
    [
      'restore client=peer-fd fileset=Gzip before=then all done',
      'restore: "then" is no date and time. Write it as "YYYY-MM-DD HH:MM:SS".',
    ],
    [
      'restore client=peer-fd file=/nowhere yes',
      'restore: no backup of Client peer-fd has /nowhere. Look for it with restore and "find".',
    ],
    [
      'restore client=peer-fd fileset=Gzip all done replace=perhaps',
      'restore: "replace=perhaps" is unknown. Choose from Always, IfNewer, IfOlder, Never.',
    ],
    [
      'restore client=peer-fd fileset=Gzip all done regexwhere=!a!b',
      'restore: RegexWhere "!a!b" cannot be used: a substitution wants "!" three times. Write "!from!to!", or several of these with commas between; "i" and "g" may follow the last "!".',
    ],
    [
      'restore client=peer-fd fileset=Gzip current done',
      'restore: "done" without "all" selects no file. Add all, or name files with file=.',
    ],
    [
      'restore client=peer-fd fileset=Gzip restorejob=Gzip all done',
      'restore: Job "Gzip" is of type Backup. Name a Job of type Restore.',
    ],
  ])('refuses %s in one line', async (line, answer) => {
    director.contents.jobs.push(
      jobRow(3, { jobStatus: 'f' }),
      jobRow(4, { purgedFiles: true, fileSetName: 'Old' }),
    );
    const { transcript, succeeded } = await session(director, [line]);
    expect(transcript.split('\n')).toContain(answer);
    expect(succeeded).toEqual([false]);
    expect(director.runs).toEqual([]);
  });

  it('is abandoned by quit, by a period, and by the end of the input', async () => {
    expect(await converse(director, [BROWSE, 'mark srv', 'quit'])).toMatch(
      /Restore abandoned, nothing done\.\n$/,
    );
    expect(await converse(director, ['restore', '.'])).toMatch(/Selection aborted, nothing done\.\n$/);
    expect(await converse(director, ['restore', '13'])).toMatch(/Selection aborted, nothing done\.\n$/);
    await converse(director, [BROWSE, 'mark srv']);
    expect(director.runs).toEqual([]);
  });
});

describe('the tree browser', () => {
  let director: FakeDirector;
  beforeEach(() => {
    director = fakeDirector();
    director.contents.files.set(1, HOME);
  });
  /** What the commands answer, without the answers before and after the tree. */
  async function browse(...commands: string[]): Promise<string> {
    const transcript = await converse(director, [BROWSE, ...commands, 'quit']);
    return transcript.slice(
      transcript.indexOf('cwd is: /\n') + 'cwd is: /\n'.length,
      transcript.lastIndexOf('$ quit'),
    );
  }

  it('walks up and down', async () => {
    expect(
      await browse(
        'ls',
        'cd srv/demo/home',
        'ls',
        'cd alice',
        'pwd',
        'cd ../../home/./bob',
        'cd',
        'cd /nowhere',
      ),
    ).toBe(
      `$ ls
srv/
$ cd srv/demo/home
cwd is: /srv/demo/home/
$ ls
alice/
bob/
$ cd alice
cwd is: /srv/demo/home/alice/
$ pwd
cwd is: /srv/demo/home/alice/
$ cd ../../home/./bob
cwd is: /srv/demo/home/bob/
$ cd
cwd is: /
$ cd /nowhere
Invalid path given.
cwd is: /
`,
    );
  });

  it('marks, shows what is marked, and counts it', async () => {
    expect(
      await browse(
        'cd /srv/demo/home',
        'mark alice/documents bob/src/*.c',
        'ls',
        'lsmark',
        'count',
        'estimate',
      ),
    ).toBe(
      `$ cd /srv/demo/home
cwd is: /srv/demo/home/
$ mark alice/documents bob/src/*.c
4 files marked.
$ ls
+alice/
+bob/
$ lsmark
+alice/
  *documents/
    *report-00.txt
    *report-01.txt
+bob/
  +src/
    *module1.c
$ count
14 total files/dirs. 8 marked to be restored.
$ estimate
14 total files; 8 marked to be restored; 9,320 bytes.
`,
    );
  });

  it('takes marks back, also from a part of what was marked', async () => {
    expect(
      await browse(
        'mark srv',
        'cd /srv/demo/home',
        'unmark bob',
        'unmark alice/documents/report-00.txt',
        'lsmark',
      ),
    ).toBe(
      `$ mark srv
14 files marked.
$ cd /srv/demo/home
cwd is: /srv/demo/home/
$ unmark bob
4 files unmarked.
$ unmark alice/documents/report-00.txt
1 file unmarked.
$ lsmark
*alice/
  *documents/
    *report-01.txt
  *latest
  *odd names/
    *it's
    *new\\nline
    *star*
`,
    );
  });

  it('marks everything here by a star, and a directory without what is in it', async () => {
    expect(
      await browse(
        'cd /srv/demo/home/bob',
        'mark *',
        'lsmark',
        'unmark *',
        'markdir src',
        'lsmark',
        'unmarkdir src',
        'lsmark',
      ),
    ).toBe(
      `$ cd /srv/demo/home/bob
cwd is: /srv/demo/home/bob/
$ mark *
3 files marked.
$ lsmark
*src/
  *Makefile
  *module1.c
$ unmark *
3 files unmarked.
$ markdir src
1 directory marked.
$ lsmark
*src/
$ unmarkdir src
1 directory unmarked.
$ lsmark
`,
    );
  });

  it('tells the bytes of what is below an entry, and directories alone', async () => {
    const answers = await browse('cd /srv/demo/home/bob', 'lsdir', 'du', 'cd src', 'lsdir', 'du Makefile');
    expect(answers).toMatch(/\$ lsdir\nsrc\/\n\$ du\n +[1-9][\d,]* {2}src\/\n\$ cd src\n/);
    expect(answers).toMatch(/\$ lsdir\n\$ du Makefile\n +24 {2}Makefile\n/);
  });

  it('knows odd names as they are shown', async () => {
    const answers = await browse(
      'cd srv/demo/home/alice/odd names',
      "mark it's",
      'mark new\\nline',
      'mark star\\*',
      'cd ..',
      'mark "odd names"',
      'mark nosuchfile',
    );
    expect(answers).toContain('cwd is: /srv/demo/home/alice/odd names/\n');
    expect(answers.match(/1 file marked\./g)).toHaveLength(3);
    expect(answers).toContain('4 files marked.\n$ mark nosuchfile\nNo files marked.\n');
  });

  it('takes a quote that Tab has left open for closed at the end of the line', async () => {
    expect(await browse('cd srv/demo/home/alice', 'cd "odd names/')).toContain(
      'cwd is: /srv/demo/home/alice/odd names/\n',
    );
  });

  it('finds by name below the current directory, or by path', async () => {
    expect(await browse('find *.txt *.c', 'cd srv/demo/home/bob', 'find report*', 'find */src/M*'))
      .toBe(`$ find *.txt *.c
/srv/demo/home/alice/documents/report-00.txt
/srv/demo/home/alice/documents/report-01.txt
/srv/demo/home/bob/src/module1.c
$ cd srv/demo/home/bob
cwd is: /srv/demo/home/bob/
$ find report*
$ find */src/M*
/srv/demo/home/bob/src/Makefile
`);
  });

  it('shows mode, owner, size and time with dir', async () => {
    expect(await browse('dir /srv/demo/home/bob/src/*')).toContain(
      '-rw-r--r--   1 1001     1001              24  2026-11-21 03:39:33  /srv/demo/home/bob/src/Makefile\n',
    );
  });

  it('says what it does not understand, and goes on', async () => {
    const answers = await browse('badcommand', 'find', 'mark x"y', 'help', '', 'pwd');
    expect(answers).toContain('Invalid command "badcommand".  Enter "done" to exit.\n');
    expect(answers).toContain('find: a pattern is missing. Write for example find *.odt\n');
    expect(answers).toContain('a quote is not closed: "y. ');
    expect(answers).toContain('  markdir     mark directory only');
    expect(answers).toMatch(/\$ pwd\ncwd is: \/\n$/);
  });

  it('reads a directory of many pages whole, and each name only once', async () => {
    director.contents.files.set(
      1,
      Array.from({ length: 3500 }, (_, index) => ({ path: `/big/f${String(index).padStart(5, '0')}` })),
    );
    const answers = await browse('ls big/*', 'mark big/f03333');
    expect(answers.match(/^f\d+$/gm)).toHaveLength(3500);
    expect(answers).toContain('$ mark big/f03333\n1 file marked.\n');
  });
});
