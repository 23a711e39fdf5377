import type { VolumeVerify } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { tarName } from '../backup/tar-entry-of.ts';
import { pathFromBytes, showPath, type BytePath } from '../byte-path.ts';
import { ContentDigest } from '../content-digest.ts';
import { BlockSource, type SessionKey } from '../restore/block-source.ts';
import { mtimeNsOf } from '../restore/replace-rule.ts';
import type { RestoreCounts, RestoreInput, RestoreSink } from '../restore/restore-run.ts';
import { SOMETHING_ELSE, StoredContent, hasContent, type ContentTarget } from '../restore/stored-content.ts';
import { paddedBytes, TypeFlag } from '../tar/entry-header.ts';
import { headerAttributes } from '../tar/header-attributes.ts';
import { EntryDamaged, type EntryHeader } from '../tar/header-reader.ts';
import { digestDifference, fieldDiffers } from './differences.ts';
import { FoundDifferences } from './found-differences.ts';

/**
 * Compares entries of the catalog with what the volumes hold of them, as their blocks go by. All content is gone through,
 * so that a block that is damaged names its files; its digest is computed when the task asks for it. What is damaged is a
 * difference, named in an error, and the others go on.
 */
export async function runVolumeCheck(
  task: VolumeVerify,
  input: RestoreInput,
  sink: Pick<RestoreSink, 'notice' | 'progress'>,
): Promise<RestoreCounts> {
  const blocks = new BlockSource(input.blocks);
  const check = new VolumeCheck(task, blocks, sink);
  for await (const wanted of input.entries) {
    if (wanted === 'storageEnd') {
      await blocks.endStorage();
      continue;
    }
    check.enterSession(wanted.session);
    for (const record of wanted.records) await check.entry(record);
  }
  await check.finish();
  await blocks.drain();
  return check.result;
}

class VolumeCheck {
  readonly #task: VolumeVerify;
  readonly #blocks: BlockSource;
  readonly #stored: StoredContent;
  readonly #sink: Pick<RestoreSink, 'notice' | 'progress'>;
  readonly #found: FoundDifferences;
  readonly #counts: RestoreCounts = { files: 0, contentBytes: 0, errors: 0, skipped: 0 };
  /** Where the next entry of the stream must begin. */
  #expected = 0;
  #isDigestMissingSaid = false;

  constructor(task: VolumeVerify, blocks: BlockSource, sink: Pick<RestoreSink, 'notice' | 'progress'>) {
    this.#task = task;
    this.#blocks = blocks;
    this.#sink = sink;
    this.#found = new FoundDifferences((notice) => sink.notice(notice), 'on the Volume(s)');
    this.#stored = new StoredContent(blocks, (path, bytes) => {
      this.#counts.contentBytes += bytes;
      sink.progress(this.#counts, path);
    });
  }

  get result(): RestoreCounts {
    return { ...this.#counts, differences: this.#found.count };
  }

  enterSession(session: SessionKey): void {
    if (this.#blocks.enterSession(session) === 'new') this.#expected = 0;
  }

  async entry(record: FileRecord): Promise<void> {
    const path = pathFromBytes(record.path);
    this.#counts.files += 1;
    this.#sink.progress(this.#counts, path);
    if (record.streamBytes === 0) return; // There is nothing of it in the stream.
    await this.#unknownUpTo(record.streamOffset);
    this.#expected = record.streamOffset + record.streamBytes;
    try {
      const lines = await this.#differences(path, record);
      if (lines.length > 0) this.#found.isChanged(record, lines);
    } catch (error) {
      if (!(error instanceof EntryDamaged)) throw error;
      this.#counts.errors += 1;
      this.#found.isDamaged(path, error.message);
    }
  }

  /** What lies behind the last entry, as far as its blocks were asked for. */
  async finish(): Promise<void> {
    await this.#unknownUpTo(Infinity);
  }

  /** Entries in the stream that the catalog does not know. A stretch that cannot be read, or is no entry, tells nothing. */
  async #unknownUpTo(end: number): Promise<void> {
    while (this.#expected < end) {
      let header: EntryHeader;
      try {
        header = await this.#stored.headerAt(this.#expected);
      } catch (error) {
        if (error instanceof EntryDamaged) return;
        throw error;
      }
      this.#found.isNew(`/${headerAttributes(header).name}`);
      this.#expected += header.headerBytes + paddedBytes(header.sizeBytes);
    }
  }

  async #differences(path: BytePath, record: FileRecord): Promise<string[]> {
    const header = await this.#stored.headerAt(record.streamOffset);
    const lines = this.#attributeDifferences(path, record, header);
    if (!hasContent(record)) return lines;
    const digest = this.#task.content ? this.#digestFor(path, record) : undefined;
    await this.#stored.copy(path, record, header, digest ?? NOWHERE);
    const actual = digest?.finish();
    return actual === undefined || actual.equals(record.digest)
      ? lines
      : [...lines, digestDifference(record, actual)];
  }

  /** @throws EntryDamaged when it is another entry. */
  #attributeDifferences(path: BytePath, record: FileRecord, header: EntryHeader): string[] {
    const { name, mode, uid, gid, mtimeNs } = headerAttributes(header);
    const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    // A header with pax records of its own for holes or parts may stand under a name made of the file's.
    const isOwnName = header.pax.has('GNU.sparse.name') || record.extended;
    if (TYPE_FLAGS[record.type] !== header.typeFlag || (name !== tarName(bare, record.type) && !isOwnName)) {
      throw new EntryDamaged(SOMETHING_ELSE);
    }
    const { letters } = this.#task;
    return [
      ...(letters.includes('p') && mode !== (record.mode & 0o7777)
        ? [fieldDiffers('st_mode ', (record.mode & 0o7777).toString(8), mode.toString(8))]
        : []),
      ...(letters.includes('u') && uid !== record.uid ? [fieldDiffers('st_uid  ', record.uid, uid)] : []),
      ...(letters.includes('g') && gid !== record.gid ? [fieldDiffers('st_gid  ', record.gid, gid)] : []),
      ...(letters.includes('m') && mtimeNs !== mtimeNsOf(record) ? ['      st_mtime differs'] : []),
    ];
  }

  #digestFor(path: BytePath, { digest, digestAlgorithm }: FileRecord): DigestTarget | undefined {
    if (digest.length > 0) return new DigestTarget(digestAlgorithm);
    if (!this.#isDigestMissingSaid) {
      this.#isDigestMissingSaid = true;
      const text =
        `The catalog has no checksum of "${showPath(path)}", nor perhaps of others: ` +
        'only the checks of the volume itself are made; add "signature = SHA256" to the Options of the FileSet';
      this.#sink.notice({ type: 'warning', path, text });
    }
    return undefined;
  }
}

const TYPE_FLAGS: Readonly<Record<number, string>> = {
  [FileType.REGULAR]: TypeFlag.REGULAR,
  [FileType.DIRECTORY]: TypeFlag.DIRECTORY,
  [FileType.SYMLINK]: TypeFlag.SYMLINK,
  [FileType.HARD_LINK]: TypeFlag.HARD_LINK,
  [FileType.FIFO]: TypeFlag.FIFO,
  [FileType.CHARACTER_DEVICE]: TypeFlag.CHARACTER_DEVICE,
  [FileType.BLOCK_DEVICE]: TypeFlag.BLOCK_DEVICE,
};

class DigestTarget implements ContentTarget {
  readonly #digest: ContentDigest;

  constructor(algorithm: FileRecord['digestAlgorithm']) {
    this.#digest = new ContentDigest(algorithm);
  }

  write(piece: Buffer): void {
    this.#digest.update(piece);
  }

  hole(bytes: number): void {
    this.#digest.updateZeros(bytes);
  }

  finish(): Buffer {
    return this.#digest.finish();
  }
}

const NOWHERE: ContentTarget = { write: () => undefined, hole: () => undefined };
