import { expect } from 'vitest';
import { runBackup } from '../../../../file-daemon/backup/backup-job.ts';
import { BlockCompressor } from '../../../../file-daemon/backup/block-compressor.ts';
import { sessionKey } from '../../../../file-daemon/restore/block-source.ts';
import type { ReplaceRule } from '../../../../file-daemon/restore/replace-rule.ts';
import { runRestoreJob } from '../../../../file-daemon/restore/restore-job.ts';
import type { Options } from '../../../../proto/noctule/filedaemon/v1/fileset.ts';
import { parseMemberHeader } from '../../../../volume/member.ts';
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
  readonly replace?: ReplaceRule;
  /** The members from this one on lie on another storage, as a Director would say it. */
  readonly secondStorageFrom?: number;
  /** Called before each member is given. */
  readonly beforeMember?: (index: number) => Promise<void> | void;
}

/** Restores all of it through the real workers; gives the counts and the texts of errors. */
export async function restore(store: MemberStore, where: string, options: RestoreOptions = {}) {
  const { members = store.members, signal = new AbortController().signal, beforeMember } = options;
  const texts: string[] = [];
  const infos: string[] = [];
  const { secondStorageFrom = members.length } = options;
  const next = members[secondStorageFrom] && parseMemberHeader(members[secondStorageFrom]);
  const firstIsRead = Promise.withResolvers<void>();
  async function* given(from: number, to: number) {
    for (let index = from; index < to; index++) {
      await beforeMember?.(index);
      yield Buffer.from(members[index]!);
    }
  }
  async function* pages(entries: MemberStore['entries']) {
    for (let at = 0; at < entries.length; at += 100) {
      const { volSessionId, volSessionTime } = entries[at]!;
      const records = entries.slice(at, at + 100).map(({ record }) => record);
      const batch = Buffer.from(FileRecordBatch.encode({ records }).finish());
      yield { volSessionId, volSessionTime, batch };
    }
  }
  const counts = await runRestoreJob(
    'Restore.2',
    {
      jobId: 2,
      where,
      regexWhere: '',
      prefixLinks: false,
      replace: options.replace ?? 'always',
      workingDirectory: where,
    },
    {
      fetches: async function* () {
        const until = next && { session: sessionKey(next), streamOffset: next.streamOffset };
        yield { members: () => given(0, secondStorageFrom), until };
        firstIsRead.resolve();
        if (next) yield { members: () => given(secondStorageFrom, members.length), until: undefined };
      },
      entries: (async function* () {
        const { entries } = store;
        if (!next) return yield* pages(entries);
        yield* pages(entries.filter(({ record }) => record.streamOffset < next.streamOffset));
        yield 'storageEnd' as const;
        await firstIsRead.promise;
        yield* pages(entries.filter(({ record }) => record.streamOffset >= next.streamOffset));
      })(),
      notice: async ({ type, text }) =>
        void (type === 'error' ? texts.push(text) : type === 'info' && infos.push(text)),
      progress: async () => undefined,
    },
    signal,
  );
  return { ...counts, texts, infos };
}
