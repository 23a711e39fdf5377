import { beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest as SelectionRequest } from '../../../../director/services.ts';
import { MessageType, type RestoreStart } from '../../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { ReadRange } from '../../../../proto/noctule/storage/v1/storage_daemon.ts';
import { PeerLost } from '../../../../transport/peer-errors.ts';
import { named } from '../site.ts';
import type { ReadCall, RestoreCall, Script } from './fake-daemons.ts';
import { TestDirector } from './test-director.ts';
import { entriesOf, type RestoreEntry } from '../../../support/restore-entries.ts';

const EVERYTHING = [{ path: Buffer.from('/'), recursive: true, marked: true }];

let started: RestoreStart | undefined;
let entries: RestoreEntry[];
let ranges: ReadRange[];

beforeEach(() => {
  started = undefined;
  entries = [];
  ranges = [];
});

async function readAll(call: ReadCall): Promise<void> {
  await call.take();
  const opened = { ticketId: 't', ticketSecret: Buffer.alloc(32), deviceName: 'FileStorage' };
  call.answer({ event: { $case: 'opened', value: opened } });
  for (let request = await call.take(); request; request = await call.take()) {
    if (request.command?.$case === 'ranges') ranges.push(...request.command.value.ranges);
  }
  const finished = { status: 'T', reason: '', blocks: 1, memberBytes: 500, errors: 0 };
  call.answer({ event: { $case: 'finished', value: finished } });
}

async function takeEntries(call: RestoreCall): Promise<void> {
  for (let request = await call.take(); request; request = await call.take()) {
    if (request.command?.$case === 'start') started = request.command.value;
    if (request.command?.$case === 'entries') entries.push(...entriesOf(request.command.value));
  }
}

function restoreTotals(
  call: RestoreCall,
  changes: { files?: number; errors?: number; skipped?: number } = {},
): void {
  const totals = { files: entries.length, contentBytes: 2000, errors: 0, skipped: 0, ...changes };
  call.answer({ event: { $case: 'totals', value: totals } });
}

const usual: Script = {
  read: readAll,
  restore: async (call) => {
    await takeEntries(call);
    restoreTotals(call);
  },
};

function selection(
  director: TestDirector,
  jobIds: number[],
  changes: Partial<SelectionRequest> = {},
): SelectionRequest {
  return {
    selection: { jobIds, rules: EVERYTHING },
    restoreClient: named(director.conf.clients, 'peer-fd'),
    where: '/srv/restore',
    regexWhere: '',
    replace: 'ifnewer',
    ...changes,
  };
}

/** A Director with one good Full, and the outcome of a restore of all of it. */
async function restored(script: Script, changes: Partial<SelectionRequest> = {}) {
  const director = await TestDirector.start({ script });
  const backup = await director.outcome('Gzip');
  const outcome = await director.outcome('RestoreFiles', {
    restore: selection(director, [backup.jobId], changes),
  });
  await director[Symbol.asyncDispose]();
  return { backupId: backup.jobId, ...outcome };
}

describe('a restore', () => {
  test('tells the storage daemon which blocks to send, and the client which entries to take', async () => {
    const { backupId, jobId, status, text } = await restored(usual);
    expect(status).toBe('T');
    expect(ranges).toMatchObject([
      { volumeName: 'A-Full-0001', volSessionId: 1, firstBlock: 0, blockCount: 1 },
    ]);
    expect(entries.map(({ record }) => String(record.path))).toEqual(['/srv/data/a', '/srv/data/b']);
    expect(started).toMatchObject({ jobId, replace: 2, storage: { address: '127.0.0.1', port: 9103 } });
    expect(String(started?.where)).toBe('/srv/restore');
    const [first, second, third] = text.split('\n');
    expect(first).toMatch(new RegExp(`^peer-dir JobId ${jobId}: Start Restore Job RestoreFiles\\.`));
    expect(second).toBe(`peer-dir JobId ${jobId}: Restoring files from JobId(s) ${backupId}`);
    expect(third).toBe(`peer-dir JobId ${jobId}: Using Device "FileStorage" to read.`);
    expect(text).toContain('\n  Replace:                IfNewer\n');
    expect(text).toContain('\n  Files Expected:         2\n  Files Restored:         2\n');
    expect(text).toContain('\n  Termination:            Restore OK\n');
  });

  test('in place has no prefix', async () => {
    await restored(usual, { where: '/' });
    expect(String(started?.where)).toBe('');
  });

  test('with substitutions has them instead of a prefix, and shows them in its report', async () => {
    const { text } = await restored(usual, { where: '/srv/restore', regexWhere: '!^/srv!/new!' });
    expect(String(started?.where)).toBe('');
    expect(started?.regexWhere).toBe('!^/srv!/new!');
    expect(text).toContain('\n  RegexWhere:             !^/srv!/new!\n  Replace:');
    expect(text).not.toContain('  Where:');
  });

  test('of fewer files than expected says so', async () => {
    const { status, text } = await restored({
      ...usual,
      restore: async (call) => {
        await takeEntries(call);
        restoreTotals(call, { files: 1 });
      },
    });
    expect(status).toBe('W');
    expect(text).toContain('Restore OK -- warning file count mismatch');
  });

  test('that leaves files alone because Replace says so is complete', async () => {
    const { status } = await restored({
      ...usual,
      restore: async (call) => {
        await takeEntries(call);
        restoreTotals(call, { files: 1, skipped: 1 });
      },
    });
    expect(status).toBe('T');
  });

  test('with a file whose digest does not agree ends with errors, and names it', async () => {
    const { status, text } = await restored({
      ...usual,
      restore: async (call) => {
        await takeEntries(call);
        const message = {
          type: MessageType.ERROR,
          text: '"/srv/data/a": the digest differs',
          path: Buffer.alloc(0),
          atMs: 0,
        };
        call.answer({ event: { $case: 'message', value: message } });
        restoreTotals(call, { errors: 1 });
      },
    });
    expect(status).toBe('e');
    expect(text).toContain('Error: "/srv/data/a": the digest differs');
    expect(text).toContain('Restore OK -- with errors');
  });

  test('of nothing is refused with a sentence', async () => {
    const nothing = [{ path: Buffer.from('/no/such/'), recursive: true, marked: true }];
    await using director = await TestDirector.start({ script: usual });
    const backup = await director.outcome('Gzip');
    const restore = {
      ...selection(director, [backup.jobId]),
      selection: { jobIds: [backup.jobId], rules: nothing },
    };
    const { status, text } = await director.outcome('RestoreFiles', { restore });
    expect(status).toBe('f');
    expect(text).toContain('nothing to restore');
  });

  test('fails when the client dies, with the reason', async () => {
    const { status, text } = await restored({
      ...usual,
      restore: async (call) => {
        await call.take();
        throw new PeerLost(undefined, 'socket closed');
      },
    });
    expect(status).toBe('f');
    expect(text).toContain("Fatal error: Director's connection to the File daemon for this Job was lost.");
    expect(text).toContain('*** Restore Error ***');
  });

  test('fails when the storage daemon cannot send everything', async () => {
    const { status, text } = await restored({
      read: async (call) => {
        await call.take();
        const opened = { ticketId: 't', ticketSecret: Buffer.alloc(32), deviceName: 'FileStorage' };
        call.answer({ event: { $case: 'opened', value: opened } });
        const finished = {
          status: 'E',
          reason: 'Volume "A-Full-0001" is missing',
          blocks: 0,
          memberBytes: 0,
          errors: 1,
        };
        call.answer({ event: { $case: 'finished', value: finished } });
      },
      restore: async (call) => {
        await takeEntries(call);
        restoreTotals(call, { files: 0, errors: 2 });
      },
    });
    expect(status).toBe('f');
    expect(text).toContain(
      'The storage daemon of Storage "File1" could not send everything: Volume "A-Full-0001" is missing',
    );
  });

  test('needs a selection: the Job cannot be run by itself', async () => {
    await using director = await TestDirector.start();
    await expect(director.run('RestoreFiles')).rejects.toThrow('needs a selection');
  });
});
