import { expect } from 'vitest';
import { runBackup } from '../../../../file-daemon/backup/backup-job.ts';
import { BlockCompressor } from '../../../../file-daemon/backup/block-compressor.ts';
import { runRestoreJob } from '../../../../file-daemon/restore/restore-job.ts';
import type { Options } from '../../../../proto/noctule/filedaemon/v1/fileset.ts';
import { fileSet, include, SHA1_AND_GZIP } from './file-sets.ts';
import { MemberStore } from './member-store.ts';
import { FileRecordBatch } from '../../../../proto/noctule/record/v1/volume_members.ts';

/** Saves the directory through the real workers of a backup; any notice but those of type `info` fails the test. */
export async function save(source: string, block: Options = SHA1_AND_GZIP): Promise<MemberStore> {
  const store = new MemberStore();
  await runBackup(
    {
      jobId: 1,
      job: 'Backup.1',
      level: 'F',
      fileSet: undefined,
      storage: undefined,
      accurate: false,
      bandwidth: undefined,
      volSessionId: 3,
      volSessionTime: 4,
    },
    fileSet([include([source], [block])]),
    {
      openStore: async () => store,
      notice: async ({ type, text }) => void (type !== 'info' && expect.fail(text)),
      progress: async () => undefined,
      compressor: new BlockCompressor(2),
      ioClass: 'none',
    },
    new AbortController().signal,
  );
  return store;
}

export interface RestoreOptions {
  readonly members?: Buffer[];
  readonly signal?: AbortSignal;
  /** Called before each member is given. */
  readonly beforeMember?: (index: number) => Promise<void> | void;
}

/** Restores all of it through the real workers; gives the counts and the texts of errors. */
export async function restore(store: MemberStore, where: string, options: RestoreOptions = {}) {
  const { members = store.members, signal = new AbortController().signal, beforeMember } = options;
  const texts: string[] = [];
  const infos: string[] = [];
  const counts = await runRestoreJob(
    'Restore.2',
    { jobId: 2, where, regexWhere: '', prefixLinks: false, replace: 'always', workingDirectory: where },
    {
      openFetch: async function* () {
        for (const [index, member] of members.entries()) {
          await beforeMember?.(index);
          yield Buffer.from(member);
        }
      },
      entries: (async function* () {
        const { entries } = store;
        for (let at = 0; at < entries.length; at += 100) {
          const { volSessionId, volSessionTime } = entries[at]!;
          const records = entries.slice(at, at + 100).map(({ record }) => record);
          yield {
            volSessionId,
            volSessionTime,
            batch: Buffer.from(FileRecordBatch.encode({ records }).finish()),
          };
        }
      })(),
      notice: async ({ type, text }) =>
        void (type === 'error' ? texts.push(text) : type === 'info' && infos.push(text)),
      progress: async () => undefined,
    },
    signal,
  );
  return { ...counts, texts, infos };
}
