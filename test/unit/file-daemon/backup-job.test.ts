import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBackup, type BackupPorts, type BackupStore } from '../../../file-daemon/backup/backup-job.ts';
import { BlockCompressor } from '../../../file-daemon/backup/block-compressor.ts';
import type { FileNotice } from '../../../file-daemon/walk/file-notice.ts';
import type { BackupRequest } from '../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { Codec, type FileSet } from '../../../proto/noctule/filedaemon/v1/fileset.ts';
import type { MemberSource } from '../../../transport/bulk.ts';
import { decodeBlockContent } from '../../../volume/block.ts';
import { decodeSessionEnd } from '../../../volume/control-member.ts';
import { MemberKind, parseMemberHeader } from '../../../volume/member.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include, options, SHA1_AND_GZIP } from './support/file-sets.ts';
import { MemberStore } from './support/member-store.ts';

const REQUEST: BackupRequest = {
  jobId: 1,
  job: 'Backup.1',
  level: 'F',
  fileSet: undefined,
  storage: undefined,
  accurate: false,
  bandwidth: undefined,
  volSessionId: 7,
  volSessionTime: 1_700_000_000,
};

interface Run {
  set: FileSet;
  store?: BackupStore;
  signal?: AbortSignal;
  onNotice?: (notice: FileNotice) => Promise<void>;
}

function run({ set, store = new MemberStore(), signal = new AbortController().signal, onNotice }: Run) {
  const ports: BackupPorts = {
    openStore: async () => store,
    notice: async (notice) => onNotice?.(notice),
    progress: async () => undefined,
    compressor: new BlockCompressor(2),
    ioClass: 'none',
  };
  return runBackup(REQUEST, set, ports, signal);
}

/** A store whose stream fails, or stands still, at the n-th member. */
class BadStore extends MemberStore {
  readonly #at: number;
  readonly #then: () => Promise<void>;
  constructor(at: number, then: () => Promise<void>) {
    super();
    this.#at = at;
    this.#then = then;
  }
  override async write(member: MemberSource): Promise<void> {
    if (this.members.length === this.#at) await this.#then();
    await super.write(member);
  }
}

function makeBigTree(root: string): FileSet {
  for (let file = 0; file < 40; file++) writeFileSync(join(root, `f${file}`), `${file} `.repeat(400_000));
  return fileSet([include([root], [SHA1_AND_GZIP])]);
}

describe('a backup job', () => {
  it('sends numbered blocks in order, the records behind them, and last the session end', async () => {
    using root = temporaryDirectory();
    const store = new MemberStore();
    const totals = await run({ set: makeBigTree(root.path), store });
    let streamOffset = 0;
    let blockNumber = 0;
    let sentBytes = 0;
    for (const member of store.members) {
      const header = parseMemberHeader(member)!;
      expect(header).toMatchObject({
        volSessionId: 7,
        volSessionTime: 1_700_000_000,
        blockNumber,
        streamOffset,
      });
      if (header.kind !== MemberKind.BLOCK) continue;
      streamOffset += decodeBlockContent(member).length;
      blockNumber += 1;
      sentBytes += member.length;
    }
    expect(store.kinds.at(-1)).toBe(MemberKind.SESSION_END);
    expect(store.kinds.at(-2)).toBe(MemberKind.RECORDS);
    const end = decodeSessionEnd(store.members.at(-1)!);
    expect(end).toMatchObject({ status: 'T', files: 41, streamBytes: streamOffset, errors: 0 });
    expect(totals).toMatchObject({
      files: 41,
      streamBytes: streamOffset,
      sentBytes,
      errors: 0,
      isCompressed: true,
    });
    expect(store.entries).toHaveLength(41);
  });

  it('of nothing is a session end alone', async () => {
    const store = new MemberStore();
    await run({ set: fileSet([]), store });
    expect(store.kinds).toEqual([MemberKind.SESSION_END]);
  });

  it('keeps entries of different compression in different blocks', async () => {
    using root = temporaryDirectory();
    for (const name of ['a.jpg', 'b.txt', 'c.jpg'])
      writeFileSync(join(root.path, name), 'text '.repeat(5000));
    const blocks = [options({ wildFile: ['*.jpg'] }), SHA1_AND_GZIP];
    const store = new MemberStore();
    await run({ set: fileSet([include([root.path], blocks)]), store });
    const sizes = store.members
      .filter((member) => parseMemberHeader(member)!.kind === MemberKind.BLOCK)
      .map((member) => member.length > 25_000);
    expect(sizes).toEqual([true, false, true, false]);
  });

  it('passes on what happens to files, and goes on', async () => {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, 'file'), '');
    const texts: string[] = [];
    const set = fileSet([include(['/not/there', root.path])]);
    const totals = await run({ set, onNotice: async ({ text }) => void texts.push(text) });
    expect(texts).toEqual(['Could not stat "/not/there": ERR=No such file or directory']);
    expect(totals).toMatchObject({ files: 2, errors: 1 });
  });

  it('holds no more notices than a window while the Director does not take them', async () => {
    const files = Array.from({ length: 2000 }, (_, index) => `/not/there/${index}`);
    let count = 0;
    const totals = await run({
      set: fileSet([include(files)]),
      onNotice: async () => {
        count += 1;
        if (count === 1) await new Promise((resolve) => setImmediate(resolve));
      },
    });
    expect(count).toBe(2000);
    expect(totals.errors).toBe(2000);
  });

  it('comes to the end of a file of many blocks, however the two threads meet', async () => {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, 'large'), Buffer.alloc(400 << 20));
    let blocks = 0;
    const store = Object.assign(new MemberStore(), { write: async () => void (blocks += 1) });
    const totals = await run({ set: fileSet([include([root.path])]), store });
    expect(totals.contentBytes).toBe(400 << 20);
    expect(blocks).toBeGreaterThan(400);
  });

  it('packs each block with what the options of its entries say, GZIP and ZSTD in one job', async () => {
    using root = temporaryDirectory();
    for (const name of ['a.log', 'b.txt', 'c.log'])
      writeFileSync(join(root.path, name), 'text '.repeat(5000));
    const zstd = options({ wildFile: ['*.log'], compression: { codec: Codec.ZSTD, level: 3 } });
    const store = new MemberStore();
    const totals = await run({ set: fileSet([include([root.path], [zstd, SHA1_AND_GZIP])]), store });
    const blocks = store.members.filter((member) => parseMemberHeader(member)!.kind === MemberKind.BLOCK);
    expect(blocks.map((member) => parseMemberHeader(member)!.codec)).toEqual([
      'zstd',
      'deflate',
      'zstd',
      'deflate',
    ]);
    expect(blocks.reduce((bytes, member) => bytes + decodeBlockContent(member).length, 0)).toBe(
      totals.streamBytes,
    );
    expect(totals.isCompressed).toBe(true);
  });

  it('ends with the sentence about a regular expression that cannot be used', async () => {
    const set = fileSet([include(['/'], [options({ regex: ['*.mp3'] })])]);
    await expect(run({ set })).rejects.toMatchObject({
      code: 'FD_REGEX_REFUSED',
      message: expect.stringContaining('"*.mp3"') as string,
    });
  });

  it('saves what the lists on the client name, and ends when one cannot be had', async () => {
    using root = temporaryDirectory();
    mkdirSync(join(root.path, 'data'));
    writeFileSync(join(root.path, 'list'), `${root.path}/data\n\n`);
    const from = (...clientFileLists: string[]) => fileSet([include([], [], { clientFileLists })]);
    const store = new MemberStore();
    await run({ set: from(`<${root.path}/list`, `|echo ${root.path}/list`), store });
    expect(store.entries.map(({ record }) => record.path.toString())).toEqual([
      `${root.path}/data/`,
      `${root.path}/list`,
    ]);
    await expect(run({ set: from('</not/there') })).rejects.toMatchObject({ code: 'FD_FILE_LIST_FAILED' });
  });

  it('ends with the failure of the storage daemon, in the middle of the stream', async () => {
    using root = temporaryDirectory();
    const lost = new Error('The connection was lost');
    const store = new BadStore(2, () => Promise.reject(lost));
    await expect(run({ set: makeBigTree(root.path), store })).rejects.toBe(lost);
  });

  it('ends when the storage daemon gives up while the stream stands still', async () => {
    using root = temporaryDirectory();
    const full = new Error('Volume full');
    const { promise: failed, reject } = Promise.withResolvers<never>();
    const store = Object.assign(
      new BadStore(1, () => {
        reject(full);
        return failed;
      }),
      { failed },
    );
    await expect(run({ set: makeBigTree(root.path), store })).rejects.toBe(full);
  });

  it('is an error when not everything became durable', async () => {
    const store = Object.assign(new MemberStore(), {
      finish: async () => ({ complete: false, reason: 'disk full' }),
    });
    await expect(run({ set: fileSet([]), store })).rejects.toMatchObject({
      code: 'FD_STORE_INCOMPLETE',
      message: expect.stringContaining('disk full') as string,
    });
  });

  it('stops when it is cancelled, also while its worker sleeps for a free block', async () => {
    using root = temporaryDirectory();
    const cancel = new AbortController();
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    const store = new BadStore(0, () => {
      resolve();
      return new Promise(() => undefined);
    });
    const job = run({ set: makeBigTree(root.path), store, signal: cancel.signal });
    await reached;
    const reason = new Error('cancelled by the operator');
    cancel.abort(reason);
    await expect(job).rejects.toBe(reason);
  });
});
