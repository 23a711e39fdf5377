import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Long enough for several parts, and of no round length. */
const LINES = 400_001;
const WAIT = { timeout: 20_000, interval: 100 };
const canMakeDevices = process.getuid?.() === 0 && existsSync('/dev/loop-control');

let outside: ReturnType<typeof temporaryDirectory>;
let held: SiteUnderTest;
let loopDevice: string | undefined;

const output = (name: string) => join(outside.path, name);
const dump = Array.from({ length: LINES }, (_, index) => `${index + 1}\n`).join('');

/** A Job of its own for what stands in an Include. */
function jobOf(name: string, include: string): string {
  return `
FileSet { Name = ${name}Set; Include { Options { signature = SHA1; compression = GZIP; readfifo = yes }
  ${include}
} }
Job { Name = ${name}; Type = Backup; Level = Full; Client = site-fd; FileSet = ${name}Set; Storage = File; Messages = Standard
  Pool = Full-Pool; Full Backup Pool = Full-Pool }
`;
}

beforeAll(async () => {
  outside = temporaryDirectory();
  const bpipe = (file: string, reader: string, writer: string) =>
    `Plugin = "bpipe:file=${file}:reader=${reader}:writer=${writer}"`;
  execFileSync('mkfifo', [output('fifo')]);
  if (canMakeDevices) {
    writeFileSync(output('image'), randomBytes(3_000_000 - (3_000_000 % 512)));
    loopDevice = execFileSync('losetup', ['--find', '--show', '--read-only', output('image')])
      .toString()
      .trim();
  }
  held = await siteUnderTest({
    makeSource: (directory) => {
      mkdirSync(directory);
      writeFileSync(join(directory, 'ordinary'), 'a file beside it');
    },
    directorConf: [
      jobOf(
        'Dump',
        bpipe(
          '/DB/dump.sql',
          `seq 1 ${LINES}`,
          `sh -c 'cat > ${output('written')}; echo %w %r > ${output('told')}'`,
        ),
      ),
      jobOf('Empty', bpipe('/DB/empty.sql', 'true', '')),
      jobOf('AsFile', bpipe('/DB/as file.sql', `seq 1 ${LINES}`, '')),
      jobOf(
        'Failing',
        `File = "${join(outside.path, 'image')}"\n` +
          bpipe('/DB/half.sql', `sh -c 'seq 1 9; echo no table >&2; exit 3'`, ''),
      ),
      jobOf(
        'Broken',
        [
          bpipe('/DB/unstarted.sql', '/no/such/program', ''),
          bpipe('/DB/killed.sql', `sh -c 'seq 1 ${LINES}; kill -9 $$'`, ''),
          bpipe('/DB/sound.sql', 'echo sound', ''),
        ].join('\n'),
      ),
      jobOf('Unread', bpipe('/DB/unread.sql', `seq 1 ${LINES}`, `sh -c 'exec sleep 98764'`)),
      jobOf('Hanging', bpipe('/DB/never.sql', `sh -c 'echo first; exec sleep 98765'`, '')),
      jobOf(
        'BadWriter',
        bpipe('/DB/badly.sql', `seq 1 ${LINES}`, `sh -c 'head -c 10; echo no database >&2; exit 4'`),
      ),
      jobOf('Fifo', `File = "${output('fifo')}"`),
      jobOf('Device', `File = "${loopDevice ?? '/dev/null'}"`),
    ].join(''),
  });
});
afterAll(async () => {
  await held[Symbol.asyncDispose]();
  if (loopDevice !== undefined) execFileSync('losetup', ['--detach', loopDevice]);
  outside[Symbol.dispose]();
});

/** Runs the job and gives its JobId and messages. */
async function backUp(job: string): Promise<{ jobId: string; text: string }> {
  const text = await held.console(`run job=${job} yes\nwait\nmessages\n`);
  return { jobId: /Job queued\. JobId=(\d+)/.exec(text)![1]!, text };
}

/** What plain tar lists of the volume that the job was written to. */
function namesOnVolume(text: string): string {
  const volume = join(held.site.volumesDirectory, reported(text, 'Volume name\\(s\\)'));
  return execFileSync('sh', ['-c', `zcat "${volume}" | tar --warning=no-unknown-keyword -tf -`]).toString();
}

/** Ids of the processes with this command line. */
function running(commandLine: string): string {
  return execFileSync('sh', ['-c', `pgrep -f "^${commandLine}" || true`])
    .toString()
    .trim();
}

const where = () => join(held.site.directory, 'restored');

function restore(jobId: string, target = where()): Promise<string> {
  return held.console(`restore jobid=${jobId} where=${target} all done yes\nwait\nmessages\n`);
}

describe('a file that the program of a plugin prints', () => {
  it('is saved without a temporary file, and the writer reads what was saved', async () => {
    const { jobId, text } = await backUp('Dump');
    expect(reported(text, 'Termination')).toBe('Backup OK');
    expect(reported(text, 'FD Files Written')).toBe('1');
    expect(await held.console(`list files jobid=${jobId}\n`)).toContain('/DB/dump.sql');
    const restored = await restore(jobId);
    expect(reported(restored, 'Termination')).toBe('Restore OK');
    expect(readFileSync(output('written'), 'utf8') === dump).toBe(true);
    expect(readFileSync(output('told'), 'utf8').trim()).toBe(`${where()} a`);
    expect(existsSync(join(where(), 'DB/dump.sql'))).toBe(false);
  });

  it('comes out of the volume with plain tar and cat', async () => {
    const { text } = await backUp('AsFile');
    const volume = join(held.site.volumesDirectory, reported(text, 'Volume name\\(s\\)'));
    using target = temporaryDirectory();
    execFileSync('sh', ['-c', `zcat "${volume}" | tar -xf - -C "${target.path}"`]);
    const parts = execFileSync('sh', ['-c', `cat "${target.path}"/DB/'as file.sql'.part*`], {
      maxBuffer: 64e6,
    });
    expect(parts.toString() === dump).toBe(true);
  });

  it('is restored as a file where there is no writer, for its owner only', async () => {
    const { jobId } = await backUp('AsFile');
    expect(reported(await restore(jobId), 'Termination')).toBe('Restore OK');
    const file = join(where(), 'DB/as file.sql');
    expect(readFileSync(file, 'utf8') === dump).toBe(true);
    expect(statSync(file).mode & 0o7777).toBe(0o600);
  });

  it('may be empty', async () => {
    const { jobId, text } = await backUp('Empty');
    expect(reported(text, 'Termination')).toBe('Backup OK');
    expect(reported(await restore(jobId), 'Termination')).toBe('Restore OK');
    expect(readFileSync(join(where(), 'DB/empty.sql'))).toHaveLength(0);
  });

  it('is not in the catalog when the program failed; the job says why and saves the rest', async () => {
    const { jobId, text } = await backUp('Failing');
    expect(reported(text, 'Termination')).toBe('Backup OK -- with warnings');
    expect(text).toContain('sh: no table');
    expect(text).toMatch(/"\/DB\/half\.sql" is not saved: "sh -c .*" ended with status 3: no table/);
    expect(await held.console(`list files jobid=${jobId}\n`)).not.toContain('half.sql');
    expect(namesOnVolume(text)).not.toContain('half.sql');
  });

  it('has no last part when its program was killed; one that cannot be started is named; the next is saved', async () => {
    const { jobId, text } = await backUp('Broken');
    expect(reported(text, 'Termination')).toBe('Backup OK -- with warnings');
    expect(text).toContain(
      '"/DB/unstarted.sql" is not saved: cannot run "/no/such/program": there is no such program',
    );
    expect(text).toMatch(/"\/DB\/killed\.sql" is not saved: "sh -c .*" was ended by SIGKILL/);
    const files = await held.console(`list files jobid=${jobId}\n`);
    expect(files).toContain('/DB/sound.sql');
    expect(files).not.toMatch(/unstarted|killed/);
    // seq prints 2.6 MB: what was written before the end was known are the two parts that it fills.
    expect(namesOnVolume(text).match(/killed.*/g)).toEqual([
      'killed.sql.part00000001',
      'killed.sql.part00000002',
    ]);
  });

  it('is saved by every level, and estimated without running its program', async () => {
    const text = await held.console('run job=Dump level=Incremental yes\nwait\nmessages\n');
    expect(reported(text, 'Backup Level')).toMatch(/^Incremental/);
    expect(reported(text, 'FD Files Written')).toBe('1');
    const estimate = await held.console('estimate job=Hanging listing\n');
    expect(estimate).toContain('/DB/never.sql');
    expect(estimate).toContain('2000 OK estimate files=1 bytes=0');
  });

  it('that never ends holds up neither status nor cancel, and its program is ended', async () => {
    const queued = await held.console('run job=Hanging yes\n');
    const jobId = /JobId=(\d+)/.exec(queued)![1]!;
    const programs = () => running('sleep 98765');
    await expect.poll(programs, WAIT).not.toBe('');
    expect(await held.console('status client=site-fd\n')).toContain(`JobId ${jobId} `);
    const text = await held.console(`cancel jobid=${jobId} yes\nwait\nmessages\n`);
    expect(reported(text, 'Termination')).toBe('Backup Canceled');
    await expect.poll(programs, WAIT).toBe('');
  });

  it('whose writer fails is an error that names it, and the restore goes on', async () => {
    const { jobId } = await backUp('BadWriter');
    const ordinary = await backUp('Backup');
    const text = await restore(`${jobId},${ordinary.jobId}`);
    expect(reported(text, 'Termination')).toBe('Restore OK -- with errors');
    expect(text).toMatch(/Could not restore "\/DB\/badly\.sql": "sh -c .*" ended with status 4: no database/);
    expect(readFileSync(join(held.restoredSource, 'ordinary'), 'utf8')).toBe('a file beside it');
  });
});

describe('a writer that takes nothing', () => {
  it('holds up neither status nor cancel, and is ended', async () => {
    const { jobId } = await backUp('Unread');
    const queued = await held.console(`restore jobid=${jobId} where=${where()} all done yes\n`);
    const restoreId = /Job queued\. JobId=(\d+)/.exec(queued)![1]!;
    const programs = () => running('sleep 98764');
    await expect.poll(programs, WAIT).not.toBe('');
    expect(await held.console('status client=site-fd\n')).toContain(`JobId ${restoreId} `);
    const text = await held.console(`cancel jobid=${restoreId} yes\nwait\nmessages\n`);
    expect(reported(text, 'Termination')).toBe('Restore Canceled');
    await expect.poll(programs, WAIT).toBe('');
  });
});

describe('a File entry', () => {
  it('that is a FIFO is read to its end with readfifo, and restored as a file, but not over the FIFO', async () => {
    spawn('sh', ['-c', `seq 1 ${LINES} > "${output('fifo')}"`], { stdio: 'ignore' });
    const { jobId, text } = await backUp('Fifo');
    expect(reported(text, 'Termination')).toBe('Backup OK');
    expect(reported(await restore(jobId), 'Termination')).toBe('Restore OK');
    expect(readFileSync(join(where(), output('fifo')), 'utf8') === dump).toBe(true);
    expect(await restore(jobId, '/')).toContain('a FIFO or device stands in its place');
    expect(statSync(output('fifo')).isFIFO()).toBe(true);
  });

  it.skipIf(!canMakeDevices)(
    'that is a block device is saved with all that it holds, and restored as a file',
    async () => {
      const { jobId, text } = await backUp('Device');
      expect(reported(text, 'Termination')).toBe('Backup OK');
      expect(reported(await restore(jobId), 'Termination')).toBe('Restore OK');
      const sha = (file: string) => createHash('sha1').update(readFileSync(file)).digest('hex');
      expect(sha(join(where(), loopDevice!))).toBe(sha(output('image')));
      expect(await restore(jobId, '/')).toContain('a FIFO or device stands in its place');
      expect(statSync(loopDevice!).isBlockDevice()).toBe(true);
    },
  );
});
