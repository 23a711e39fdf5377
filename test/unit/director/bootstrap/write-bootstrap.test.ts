import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseBootstrap } from '../../../../director/bootstrap/parse-bootstrap.ts';
import { writeBootstrap } from '../../../../director/bootstrap/write-bootstrap.ts';
import { JobFailed } from '../../../../director/director-errors.ts';
import type { ActiveJob } from '../../../../director/jobs/active-job.ts';
import { durable, finish, mountVolume, openSession } from '../jobs/fake-daemons.ts';
import { TestDirector } from '../jobs/test-director.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named } from '../site.ts';

/** A run of the Job "Gzip" that writes its bootstrap to `target`. */
function outcome(director: TestDirector, target: string, level: string) {
  const job = { ...named(director.conf.jobs, 'Gzip'), writeBootstrap: target };
  return director.outcome('Gzip', { job, level });
}

/** Lines that do not change from run to run. */
function steady(file: string): string[] {
  return readFileSync(file, 'utf8')
    .replace(/^# .* - .* - /gm, '# ')
    .replace(/^(VolSession\w+) = \d+$/gm, '$1')
    .trimEnd()
    .split('\n');
}

const PART = ['MediaType = "File"', 'VolSessionId', 'VolSessionTime'];

describe('Write Bootstrap', () => {
  test('begins the file anew with a Full and adds what builds on it, one section for each volume', async () => {
    await using director = await TestDirector.start();
    const directory = scratchDirectory();
    const file = join(directory, 'peer-fd-Gzip.bsr');
    const target = join(directory, '%c-%n.bsr');
    await outcome(director, target, 'Full');
    const full = steady(file);
    expect(full.slice(0, 3)).toEqual(['# Full', 'Storage = "File1"', 'Volume = "A-Full-0001"']);
    expect(full.slice(3, 6)).toEqual(PART);
    expect(full[6]).toMatch(/^VolAddr = \d+-\d+$/);
    expect(full.slice(7)).toEqual(['FileIndex = 1-2', 'Count = 2']);

    director.daemons.script.append = async (call) => {
      await openSession(call);
      const use = await mountVolume(call);
      call.answer({ event: { $case: 'durable', value: durable({ volumeName: use.volumeName }) } });
      finish(call);
    };
    const { jobId } = await outcome(director, target, 'Incremental');
    expect(steady(file).slice(0, full.length)).toEqual(full);
    const read = parseBootstrap(readFileSync(file, 'utf8'), file);
    const row = await director.catalog.jobById(jobId);
    expect(read.map(({ volumes }) => volumes)).toEqual([['A-Full-0001'], ['A-Incr-0002']]);
    expect(read[1]).toMatchObject({
      volSessionIds: [{ first: row?.volSessionId, last: row?.volSessionId }],
      volSessionTimes: [{ first: row?.volSessionTime, last: row?.volSessionTime }],
    });

    await outcome(director, target, 'Full');
    expect(parseBootstrap(readFileSync(file, 'utf8'), file)).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['peer-fd-Gzip.bsr']);
  });

  test('pipes it into a command, whose words are not the business of a shell', async () => {
    await using director = await TestDirector.start();
    const file = join(scratchDirectory(), 'a $(b) c');
    const { status } = await outcome(director, `|tee '${file}'`, 'Full');
    expect(status).toBe('T');
    expect(parseBootstrap(readFileSync(file, 'utf8'), file)).toHaveLength(1);
  });

  test('says what is wrong in front of the report; the backup is as good as ever', async () => {
    await using director = await TestDirector.start();
    const file = join(scratchDirectory(), 'gone', 'x.bsr');
    const { status, text } = await outcome(director, file, 'Full');
    expect(status).toBe('T');
    expect(text).toMatch(
      /The bootstrap file ".*gone\/x\.bsr" could not be written: ENOENT.*\. Make its directory, or correct the Job's Write Bootstrap\. The backup itself is good\.\n[^]*Termination: +Backup OK\n/,
    );
    const piped = await outcome(director, '|sh -c "echo no room >&2; exit 3"', 'Full');
    expect(piped.status).toBe('T');
    expect(piped.text).toContain('could not be written: the command ended with status 3: no room.');
    const special = await outcome(director, '/dev/null', 'Full');
    expect(special.text).toContain('"/dev/null" could not be written: it is no regular file.');
  });

  test('of jobs that share a file and end together leaves the whole section of one, and no complaint', async () => {
    await using director = await TestDirector.start();
    const directory = scratchDirectory();
    const file = join(directory, 'x.bsr');
    const { jobId } = await outcome(director, '', 'Full');
    const warnings: string[] = [];
    const job = {
      ...{ jobId, dueAt: new Date(), volumeNames: [] },
      plan: { request: {}, fileSet: {}, client: {}, job: { writeBootstrap: file } },
      messages: { add: async (_: string, text: string) => void warnings.push(text) },
    } as unknown as ActiveJob;
    const env = {
      ...{ catalog: director.catalog, ids: { storageName: () => 'File1' } },
      ...{ directorName: 'peer-dir', stopSignal: new AbortController().signal },
    } as unknown as Parameters<typeof writeBootstrap>[1];
    await Promise.all(Array.from({ length: 20 }, () => writeBootstrap(job, env)));
    expect(warnings).toEqual([]);
    expect(parseBootstrap(readFileSync(file, 'utf8'), file)).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['x.bsr']);
  });

  test('leaves the file alone when the backup fails', async () => {
    await using director = await TestDirector.start();
    const file = join(scratchDirectory(), 'kept', 'x.bsr');
    mkdirSync(dirname(file));
    writeFileSync(file, 'Volume = Old\n');
    director.daemons.script.append = () => Promise.reject(new JobFailed('no drive'));
    const { status } = await outcome(director, file, 'Full');
    expect(status).toBe('f');
    expect(readFileSync(file, 'utf8')).toBe('Volume = Old\n');
    expect(readdirSync(dirname(file))).toEqual(['x.bsr']);
  });
});
