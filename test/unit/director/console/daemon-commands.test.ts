import { describe, expect, it } from 'vitest';
import { LabelRefused } from '../../../../director/director-errors.ts';
import { limitedConsole } from '../rights/limited-console.ts';
import { converse, fakeDirector, session } from './fake-director.ts';

describe('setdebug', () => {
  it('sets the level and the trace file of all daemons, and says what holds then', async () => {
    const director = fakeDirector();
    expect(await converse(director, ['setdebug level=50 trace=1 all', 'trace off'])).toBe(
      `*setdebug level=50 trace=1 all
1000 OK setdebug=50 trace=1 options= tags=
Connecting to Storage daemon File1 at 127.0.0.1:29103
3000 OK setdebug=50 trace=1 options= tags=
Connecting to Client peer-fd at 127.0.0.1:29102
2000 OK setdebug=50 trace=1 options= tags=
*trace off
1000 OK setdebug=50 trace=0 options= tags=
`,
    );
    expect(director.debugged).toEqual([
      ['File1', { level: 50, trace: true }],
      ['peer-fd', { level: 50, trace: true }],
    ]);
    expect(director.log.debugging).toEqual({ level: 50, trace: false });
  });

  it('asks for what is not said', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, ['setdebug', '10', '3']);
    expect(transcript).toContain('Enter new debug level: 10\nAvailable daemons are:\n     1: Director\n');
    expect(director.debugged).toEqual([['peer-fd', { level: 10, trace: undefined }]]);
  });

  it('goes on at the others when one daemon is not there, and fails then', async () => {
    const director = fakeDirector();
    director.peers.storageDebug = () => Promise.reject(new LabelRefused('It is away'));
    const { transcript, succeeded } = await session(director, ['setdebug level=1 all']);
    expect(transcript).toContain('2000 OK setdebug=1');
    expect(transcript).toContain('setdebug: not set at Storage File1. See the lines above.');
    expect(succeeded).toEqual([false]);
  });

  it.each([
    ['setdebug level=loud dir', 'setdebug: "loud" is no debug level.'],
    ['setdebug level=1 trace=yes dir', 'setdebug: "trace=yes" is neither 0 nor 1.'],
    ['trace', 'trace: on or off is missing.'],
  ])('%s: is refused', async (line, sentence) => {
    const director = fakeDirector();
    expect(await converse(director, [line])).toContain(sentence);
    expect(director.log.debugging).toEqual({ level: 0, trace: false });
  });
});

describe('status network', () => {
  it('has a client send data to a storage daemon, and tells how fast it went', async () => {
    const director = fakeDirector();
    expect(await converse(director, ['status network client=peer-fd storage=File1 bytes=10000000'])).toBe(
      `*status network client=peer-fd storage=File1 bytes=10000000
Client peer-fd sends 10.00 MB to Storage File1 ...
  Bandwidth:  5.000 MB/s (2.000 s)
  Round trip: 0.40 ms
====
`,
    );
    expect(director.measured).toEqual([['peer-fd', 'File1', 10_000_000]]);
  });

  it('sends no more than a gigabyte', async () => {
    const director = fakeDirector();
    expect(await converse(director, ['status network bytes=2g'])).toContain('status: "bytes=2g" is no size');
    expect(director.measured).toEqual([]);
  });
});

describe('setip', () => {
  it('gives the Client of the same name as the console the address that it calls from', async () => {
    const director = fakeDirector();
    const rights = limitedConsole({ commandAcl: ['setip'], clientAcl: ['guest'], catalogAcl: ['*all*'] });
    const [client] = director.conf().clients;
    Object.assign(client!, { name: 'guest' });
    const transcript = await converse(director, ['setip'], { rights });
    expect(transcript).toContain('Client "guest" address set to 192.0.2.7\n');
    expect(client!.address).toBe('192.0.2.7');
  });

  it('is not for the default console, nor for one without a Client', async () => {
    expect(await converse(fakeDirector(), ['setip'])).toContain('setip: only a named console can say');
    const rights = limitedConsole({ commandAcl: ['setip'], clientAcl: ['*all*'], catalogAcl: ['*all*'] });
    expect(await converse(fakeDirector(), ['setip'], { rights })).toContain(
      'setip: there is no Client "guest".',
    );
  });
});

describe('var', () => {
  it('expands a Label Format as a Job would', async () => {
    const transcript = await converse(fakeDirector(), [
      'var ${Job:u}-$Level-$Year-${Month:p/2/0/r}-$Pool-$NumVols',
      'var job=Plain $Job of $Client',
      'var $Nothing',
      'var',
      'var job=None $Job',
    ]);
    expect(transcript).toContain('\nGZIP-Incremental-2026-11-A-Incr-Pool-1\n');
    expect(transcript).toContain('\nPlain of peer-fd\n');
    expect(transcript).toContain('var: unknown variable "Nothing".');
    expect(transcript).toContain('var: what to expand is missing.');
    expect(transcript).toContain('var: Job "None" is not defined.');
  });

  it('keeps the environment of the Director from named consoles', async () => {
    expect(await converse(fakeDirector(), ['var $PATH'])).toContain(`\n${process.env['PATH']}\n`);
    const rights = limitedConsole({ commandAcl: ['var'], jobAcl: ['*all*'], poolAcl: ['*all*'] });
    expect(await converse(fakeDirector(), ['var $PATH'], { rights })).toContain(
      'var: unknown variable "PATH".',
    );
  });
});

describe('add and create', () => {
  it('add makes the record of a Volume, which a job labels', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'add pool=A-Full-Pool volume=Extra',
      'add pool=A-Full-Pool volume=Extra',
      '.',
    ]);
    expect(transcript).toContain(
      'Volume "Extra" added to Pool "A-Full-Pool"; it is labelled when a job takes it.',
    );
    expect(transcript).toContain('Media record for new Volume "Extra" already exists.');
    expect(director.contents.volumes.filter(({ volumeName }) => volumeName === 'Extra')).toHaveLength(1);
    expect(director.looks).toBe(1);
  });

  it('create knows the Pools that are there', async () => {
    const director = fakeDirector();
    const { transcript, succeeded } = await session(director, ['create pool=A-Full-Pool']);
    expect(transcript).toContain('create: Pool "A-Full-Pool" already exists in the catalog.');
    expect(succeeded).toEqual([false]);
  });
});

describe('tag', () => {
  it('puts words on jobs, clients and volumes, shows them and takes them off', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, [
      'tag add name="keep this" jobid=1,2',
      'tag add name=blue volume=A-Full-0001 client=peer-fd',
      'tag delete name="keep this" job=Gzip.2026-11-21_03.39.53_02',
      'tag delete name="keep this" jobid=2',
      'tag list name="keep this"',
      '.tags',
    ]);
    expect(transcript).toContain('Tag "keep this" added to job Gzip.2026-11-21_03.39.53_01.\n');
    expect(transcript).toContain(
      'Tag "blue" added to client peer-fd.\nTag "blue" added to volume A-Full-0001.\n',
    );
    expect(transcript).toContain('tag: there is no tag "keep this" on job Gzip.2026-11-21_03.39.53_02.');
    expect(transcript).toMatch(/\| keep this \| job +\| 1 +\|/);
    expect(transcript).toContain('.tags\nkeep this\nblue\n');
    expect(director.contents.tags).toHaveLength(3);
  });

  it.each([
    ['tag', 'tag: what to do is not said.'],
    ['tag add name=x', 'tag: on what is not said.'],
    ['tag add jobid=1', 'tag: which tag is not said.'],
    ['tag add name=x jobid=99', 'tag: the catalog has no JobId 99.'],
  ])('%s: says what is missing', async (line, sentence) => {
    const director = fakeDirector();
    expect(await converse(director, [line])).toContain(sentence);
    expect(director.contents.tags).toEqual([]);
  });

  it('is only for what the console may see', async () => {
    const director = fakeDirector();
    director.contents.tags.push({ tag: 'blue', kind: 'job', id: 1 }, { tag: 'red', kind: 'volume', id: 2 });
    const rights = limitedConsole({
      commandAcl: ['tag', '.tags'],
      poolAcl: ['A-Incr-Pool'],
      catalogAcl: ['*all*'],
    });
    const { transcript, succeeded } = await session(
      director,
      ['tag add name=x volume=A-Full-0001', '.tags'],
      {
        rights,
      },
    );
    expect(succeeded[0]).toBe(false);
    expect(transcript).toContain('.tags\nred\n');
    expect(transcript).not.toContain('blue');
  });
});

describe('what there is not on disk', () => {
  it.each(['cloud status', 'snapshot list', 'statistics all', 'collect'])(
    '%s: is answered by one line that names the command',
    async (line) => {
      const { transcript, succeeded } = await session(fakeDirector(), [line]);
      expect(transcript).toMatch(new RegExp(`^\\*${line}\n${line.split(' ')[0]}: [^\n]+\n$`));
      expect(succeeded).toEqual([false]);
    },
  );

  it('automount is taken, since scripts set it first', async () => {
    const { transcript, succeeded } = await session(fakeDirector(), ['automount on']);
    expect(transcript).toMatch(/^\*automount on\nautomount: [^\n]+\n$/);
    expect(succeeded).toEqual([true]);
  });

  it('lists of it are empty', async () => {
    expect(await converse(fakeDirector(), ['list objects'])).toContain('No results to list.');
  });
});
