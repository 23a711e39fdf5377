import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSite } from '../../tools/site.ts';
import { backupJob } from '../support/backup-job.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { reported, restoreAll, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

/**
 * Each script of a job adds its name to a file in the source, so the file as it was saved shows what ran before the data.
 * In the conf they stand the other way round: their order there decides only among those of one moment.
 */
describe('the scripts of one job', () => {
  const place = temporaryDirectory();
  const at = (name: string) => join(place.path, name);
  let held: SiteUnderTest;
  let notes: string;

  beforeAll(async () => {
    held = await siteUnderTest({
      makeSource(directory) {
        mkdirSync(directory);
        notes = join(directory, 'notes');
        writeFileSync(notes, '');
      },
      directorConf: '@jobs.conf',
      start: false,
    });
    const note = (name: string, then = '') => `"sh -c 'echo ${name} >> ${notes}${then}'"`;
    const holds = `; test ! -e ${at('fails')} && while test -e ${at('hold')}; do sleep 0.1; done`;
    const onDirector = 'Runs On Client = no';
    const onFailure = 'Runs On Failure = yes';
    const job = backupJob(
      'Ordered',
      `RunAfterFailedJob = ${note('director-after-failed')}
      ConsoleRunAfterJob = "time"
      RunAfterJob = ${note('director-after')}
      RunScript { Runs When = AtJobCompletion; ${onDirector}; ${onFailure}; Command = ${note('completion')} }
      ClientRunAfterJob = ${note('client-after')}
      RunScript { Runs When = AfterVSS; Command = ${note('client-after-vss', holds)} }
      ClientRunBeforeJob = ${note('client-before')}
      RunScript { Runs When = Always; ${onFailure}; Command = ${note('client-always')} }
      RunScript { Runs When = Always; ${onDirector}; ${onFailure}; Command = ${note('director-always')} }
      ConsoleRunBeforeJob = "time"
      RunBeforeJob = ${note('director-before')}
      RunScript { Runs When = Queued; ${onDirector}; Command = ${note('queued')} }
      RunScript { Runs When = Never; Command = ${note('never')} }`,
    );
    writeFileSync(join(held.site.directory, 'conf', 'jobs.conf'), job);
    await startSite(held.site);
  });
  afterAll(async () => {
    await held[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });
  beforeEach(() => writeFileSync(notes, ''));

  const noted = (file = notes) => readFileSync(file, 'utf8').trimEnd().split('\n');
  const BEFORE_DATA = [
    ...['queued', 'director-always', 'director-before'],
    ...['client-before', 'client-always', 'client-after-vss'],
  ];

  /** The moments in the messages of the job, where its report is one of them. */
  function moments(output: string): string[] {
    const lines = output.matchAll(/(shell|console) command: run (\w+)|Using Volume|^ +(Termination):/gm);
    return [...lines].map(([whole, kind, moment, report]) =>
      moment ? `${kind} ${moment}` : (report ?? whole),
    );
  }

  it('that ends well run before and after the data: Director, client, data, client, report, Director', async () => {
    const output = await held.console('run job=Ordered yes\nwait\nmessages\n');
    expect(reported(output, 'Termination')).toBe('Backup OK');
    const after = ['client-after', 'client-always', 'director-after', 'director-always', 'completion'];
    expect(noted()).toEqual([...BEFORE_DATA, ...after]);
    await restoreAll(held);
    expect(noted(join(held.restoredSource, 'notes'))).toEqual(BEFORE_DATA);
    expect(moments(output)).toEqual([
      'shell Queued',
      ...['shell BeforeJob', 'console BeforeJob', 'shell BeforeJob'],
      ...['shell ClientRunBeforeJob', 'shell ClientRunBeforeJob', 'shell ClientAfterVSS'],
      ...['shell ClientRunAfterJob', 'shell ClientRunAfterJob'],
      'Termination',
      ...['console AfterJob', 'shell AfterJob', 'shell AfterJob', 'shell AtJobCompletion'],
    ]);
  });

  it('that fails: those with Runs On Failure run after it, and RunAfterFailedJob', async () => {
    writeFileSync(at('fails'), '');
    const output = await held.console('run job=Ordered yes\nwait\nmessages\n');
    rmSync(at('fails'));
    expect(reported(output, 'Termination')).toBe('*** Backup Error ***');
    expect(noted()).toEqual([
      ...BEFORE_DATA,
      ...['client-always', 'director-after-failed', 'director-always', 'completion'],
    ]);
  });

  it('that is cancelled: the same', async () => {
    writeFileSync(at('hold'), '');
    const started = await held.console('run job=Ordered yes\n');
    const jobId = /JobId=(\d+)/.exec(started)![1]!;
    await expect.poll(() => noted(), { timeout: 20_000 }).toContain('client-after-vss');
    const output = await held.console(`cancel jobid=${jobId} yes\nwait jobid=${jobId}\nmessages\n`);
    rmSync(at('hold'));
    expect(reported(output, 'Termination')).toBe('Backup Canceled');
    expect(noted()).toEqual([
      ...BEFORE_DATA,
      ...['client-always', 'director-after-failed', 'director-always', 'completion'],
    ]);
  });
});
