import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sessionKey, type StreamBlock } from '../../../../file-daemon/restore/block-source.ts';
import type { ReplaceRule } from '../../../../file-daemon/restore/replace-rule.ts';
import {
  runRestore,
  type RestoreCounts,
  type WantedEntries,
} from '../../../../file-daemon/restore/restore-run.ts';
import type { FileRecord } from '../../../../proto/noctule/record/v1/file_record.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { collectBackup, type CollectedBackup } from './collected-backup.ts';
import { fileSet, include, SHA1_AND_GZIP } from './file-sets.ts';
import { noPrograms } from './no-programs.ts';

const BLOCK_BYTES = 64 * 1024;

/** A directory to save, one to restore to, and one for the daemon. */
export class RestoreSite implements Disposable {
  readonly #root = temporaryDirectory();
  readonly source = join(this.#root.path, 'source');
  readonly where = join(this.#root.path, 'where');
  readonly work = join(this.#root.path, 'work');

  constructor() {
    mkdirSync(this.source);
    mkdirSync(this.work);
  }

  write(name: string, content: string): void {
    mkdirSync(join(this.source, name, '..'), { recursive: true });
    writeFileSync(join(this.source, name), content);
  }

  /** Path under which a file of the source is restored. */
  restored(name: string): string {
    return join(this.where, this.source, name);
  }

  save(): CollectedBackup {
    return collectBackup(fileSet([include([this.source], [SHA1_AND_GZIP])]));
  }

  [Symbol.dispose](): void {
    this.#root[Symbol.dispose]();
  }
}

export interface RestoreOptions {
  readonly where?: string;
  readonly replace?: ReplaceRule;
  readonly regexWhere?: string;
  readonly prefixLinks?: boolean;
  readonly namesRestored?: boolean;
  /** Changes what is asked for. */
  readonly records?: (records: FileRecord[]) => FileRecord[];
  /** How many records come at once; all of a session by default. */
  readonly batchRecords?: number;
  /** Changes what the storage daemon sends. */
  readonly blocks?: (blocks: StreamBlock[]) => StreamBlock[];
  /** Told before each entry is restored. */
  readonly onEntry?: (path: string) => void;
}

export async function restore(
  site: RestoreSite,
  sessions: CollectedBackup[],
  {
    where = site.where,
    replace = 'always',
    regexWhere = '',
    prefixLinks = false,
    namesRestored = false,
    records = (all) => all,
    batchRecords = Infinity,
    blocks = (all) => all,
    onEntry = () => undefined,
  }: RestoreOptions = {},
): Promise<RestoreCounts & { texts: string[]; restored: string[] }> {
  const keys = sessions.map((_, index) => sessionKey({ volSessionId: index, volSessionTime: 1 }));
  async function* entries(): AsyncGenerator<WantedEntries> {
    for (const [index, session] of keys.entries()) {
      const wanted = records(sessions[index]!.records);
      for (let at = 0; at < wanted.length; at += batchRecords) {
        yield { session, records: wanted.slice(at, at + batchRecords) };
      }
    }
  }
  async function* streamBlocks(): AsyncGenerator<StreamBlock> {
    for (const [index, session] of keys.entries()) yield* blocks(cut(session, sessions[index]!.stream));
  }
  const texts: string[] = [];
  const restored: string[] = [];
  const counts = await runRestore(
    { jobId: 5, where, replace, regexWhere, prefixLinks, namesRestored, workingDirectory: site.work },
    { entries: entries(), blocks: streamBlocks() },
    {
      notice({ type, text }) {
        if (type === 'error') texts.push(text);
        if (type === 'restored') restored.push(text);
      },
      progress: (_, path) => onEntry(path),
      programs: noPrograms,
    },
  );
  return { ...counts, texts, restored };
}

function cut(session: string, stream: Buffer): StreamBlock[] {
  const blocks: StreamBlock[] = [];
  for (let at = 0; at < stream.length; at += BLOCK_BYTES) {
    blocks.push({ session, streamOffset: at, content: Buffer.from(stream.subarray(at, at + BLOCK_BYTES)) });
  }
  return blocks;
}

export function named(name: string) {
  return (record: FileRecord) => record.path.toString().endsWith(name);
}
