import { chmodSync, type BigIntStats } from 'node:fs';
import type { VolumeVerify } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { OperatorError, isErrno } from '../../errors/operator-error.ts';
import { listingLine } from '../../text/listing-line.ts';
import { pathFromBytes, showPath, type BytePath } from '../byte-path.ts';
import { errnoText, isSystemError } from '../errno-text.ts';
import { lostWithoutNative } from '../without-native.ts';
import { parseBpipe, writerWords } from '../plugins/bpipe.ts';
import { ProgramFailed, type ProgramLink } from '../plugins/program-link.ts';
import { readExtended, type ExtendedAttributes } from '../tar/extended-pax.ts';
import { EntryDamaged } from '../tar/header-reader.ts';
import type { FileNotice } from '../walk/file-notice.ts';
import { CAN_SET_OWNERS, NO_EXTENDED, setHeldAttributes, type AttributeFailure } from './attributes.ts';
import { BlockSource, type SessionKey, type StorageBoundary, type StreamBlock } from './block-source.ts';
import { DirectoryAttributes } from './directory-attributes.ts';
import { FileMaker, type FileWriter } from './file-writer.ts';
import { recordRewrite } from './path-rewrite.ts';
import { PluginContent } from './plugin-content.ts';
import { mayReplace, mtimeNsOf, type ReplaceRule } from './replace-rule.ts';
import { SOMETHING_ELSE, StoredContent, hasContent } from './stored-content.ts';
import { PlaceRefused, TargetTree, lstatOf, pathOf, type Place } from './target-tree.ts';
import { UnfinishedFile } from './unfinished-file.ts';

export interface RestoreTask {
  readonly jobId: number;
  /** Absolute; '' = in place. */
  readonly where: BytePath;
  /** Substitutions for paths; '' = none. */
  readonly regexWhere: string;
  readonly prefixLinks: boolean;
  readonly replace: ReplaceRule;
  /** For a temporary file. */
  readonly workingDirectory: string;
  /** Write nothing, but compare with the volumes. */
  readonly verify?: VolumeVerify | undefined;
  /** A notice for each entry that is restored. */
  readonly namesRestored?: boolean;
}

/** Wanted entries of one session, in the order of its stream. */
export interface WantedEntries {
  readonly session: SessionKey;
  readonly records: readonly FileRecord[];
}

export interface RestoreInput {
  /** `storageEnd` stands behind those that begin on a storage, when another follows. */
  readonly entries: AsyncIterable<WantedEntries | 'storageEnd'>;
  readonly blocks: AsyncIterable<StreamBlock | StorageBoundary>;
}

export interface RestoreSink {
  /** Runs the programs of plugins. */
  readonly programs: ProgramLink;
  notice(notice: FileNotice): void;
  /** Called often; may throw to end the job. */
  progress(counts: RestoreCounts, path: BytePath): void;
}

export interface RestoreCounts {
  /** Entries restored, directories included. */
  files: number;
  contentBytes: number;
  errors: number;
  /** Left alone because of the replace rule. */
  skipped: number;
  /** Of a verify only: entries that are not as the catalog says. */
  differences?: number;
}

/** Nothing more fits where the files go; what was restored so far is whole. */
export class TargetFull extends OperatorError {
  readonly code = 'FD_TARGET_FULL';
  override readonly hint = 'Make room, or restore to another place with "where".';
}

/**
 * Writes the wanted entries as their blocks go by. What goes wrong with one file is a notice and an error in the counts;
 * the others go on.
 */
export async function runRestore(
  task: RestoreTask,
  input: RestoreInput,
  sink: RestoreSink,
): Promise<RestoreCounts> {
  const rewrite = recordRewrite(task);
  using tree = new TargetTree(task.where);
  using directories = new DirectoryAttributes(task.workingDirectory, task.jobId);
  using unfinished = new UnfinishedFile(task.workingDirectory, task.jobId);
  for (const text of limitations()) sink.notice({ type: 'warning', path: '', text });
  const files = new FileMaker(task.jobId, unfinished);
  const restore = new Restore(task, { tree, directories, files }, new BlockSource(input.blocks), sink);
  const finishDirectories = () => {
    // They let others in, who may change the file that was made last.
    unfinished.clear();
    restore.finishDirectories();
  };
  try {
    for await (const wanted of input.entries) {
      if (wanted === 'storageEnd') {
        await restore.endStorage();
        continue;
      }
      restore.enterSession(wanted.session);
      for (const saved of wanted.records) {
        const record = rewrite(saved);
        if (!restore.atOnce(record, saved)) await restore.entry(record, saved);
      }
    }
  } catch (error) {
    if (error instanceof TargetFull) finishDirectories();
    throw error;
  }
  finishDirectories();
  await restore.drain();
  return restore.counts;
}

/** Of directories that nothing is known about but that files belong into them. */
const DIRECTORY_MODE = 0o755;

/** What became of an entry. */
type Outcome = 'restored' | 'skipped' | 'failed';

interface RestoreTarget {
  readonly tree: TargetTree;
  readonly directories: DirectoryAttributes;
  readonly files: FileMaker;
}

class Restore {
  readonly counts: RestoreCounts = { files: 0, contentBytes: 0, errors: 0, skipped: 0 };
  readonly #task: RestoreTask;
  readonly #tree: TargetTree;
  readonly #directories: DirectoryAttributes;
  readonly #blocks: BlockSource;
  readonly #stored: StoredContent;
  readonly #sink: RestoreSink;
  readonly #files: FileMaker;
  /** Of files with several names: those that could not be restored. */
  readonly #failedNames = new Set<BytePath>();
  /** And those that the replace rule leaves alone: what stands there may be another file. */
  readonly #skippedNames = new Set<BytePath>();
  /** The last entry of this session with content: the next may be another name of it. */
  #last: { streamOffset: number; path: BytePath; outcome: Outcome } | undefined;

  constructor(task: RestoreTask, target: RestoreTarget, blocks: BlockSource, sink: RestoreSink) {
    this.#task = task;
    this.#tree = target.tree;
    this.#directories = target.directories;
    this.#files = target.files;
    this.#blocks = blocks;
    this.#stored = new StoredContent(blocks, (path, bytes) => {
      this.counts.contentBytes += bytes;
      this.#sink.progress(this.counts, path);
    });
    this.#sink = sink;
  }

  enterSession(session: SessionKey): void {
    if (this.#blocks.enterSession(session) === 'new') this.#last = undefined;
  }

  /**
   * The entry that was saved as `saved`, under the path of `record`, if it is as most are: a plain file whose content is at
   * hand, in a fresh directory. False when it is not: then `entry` is to be called.
   */
  atOnce(record: FileRecord, saved: FileRecord): boolean {
    if (record.type !== FileType.REGULAR || record.extended || record.linkTarget.length > 0) return false;
    if (this.#last?.streamOffset === record.streamOffset) return false;
    const path = pathFromBytes(record.path);
    this.#sink.progress(this.counts, path);
    try {
      const place = this.#tree.place(path);
      const content = place.isFresh ? this.#stored.wholeAtHand(record) : undefined;
      if (content === undefined) return false;
      const file = this.#files.openFileAtOnce(place, record);
      try {
        this.#report(path, file.finishWith(content));
      } catch (error) {
        file.abandon();
        throw error;
      }
      this.counts.contentBytes += content.length;
    } catch (error) {
      // `entry` looks at what stands there.
      if (isErrno(error, 'EEXIST')) return false;
      this.#fail(path, error, pathFromBytes(saved.path));
      this.#done(path, record, 'failed');
      return true;
    }
    this.#done(path, record, 'restored');
    return true;
  }

  /** The entry that was saved as `saved`, under the path of `record`. */
  async entry(record: FileRecord, saved: FileRecord): Promise<void> {
    const path = pathFromBytes(record.path);
    this.#sink.progress(this.counts, path);
    const savedPath = pathFromBytes(saved.path);
    let outcome: Outcome;
    try {
      // The attributes of what stands for the client's root are the business of whoever made it.
      const standsForRoot = path === '/' ? this.#task.where + savedPath !== '/' : savedPath === '/';
      outcome = standsForRoot ? this.#root(path) : await this.#restore(path, record);
    } catch (error) {
      this.#fail(path, error, savedPath);
      outcome = 'failed';
    }
    this.#done(path, record, outcome);
  }

  #done(path: BytePath, record: FileRecord, outcome: Outcome): void {
    if (outcome === 'restored') this.#noteRestored(path, record);
    if (outcome === 'skipped') this.counts.skipped += 1;
    if (outcome === 'failed' && record.linkCount > 1) this.#failedNames.add(path);
    if (outcome === 'skipped' && record.linkCount > 1) this.#skippedNames.add(path);
    if (hasContent(record)) this.#last = { streamOffset: record.streamOffset, path, outcome };
  }

  #noteRestored(path: BytePath, record: FileRecord): void {
    this.counts.files += 1;
    if (this.#task.namesRestored !== true) return;
    const text = listingLine(record, showPath(this.#task.where + path));
    this.#sink.notice({ type: 'restored', path, text });
  }

  /** Nothing more comes into any directory. */
  finishDirectories(): void {
    for (const { record, extended } of this.#directories.deepestFirst()) {
      const path = pathFromBytes(record.path);
      this.#sink.progress(this.counts, path);
      try {
        this.#report(path, setHeldAttributes(this.#tree.directory(path), record, extended));
      } catch (error) {
        this.#fail(path, error);
      }
    }
    for (const path of this.#tree.bareDirectories()) this.#openToAll(path);
  }

  /** Lets the sender of the blocks come to a good end. */
  async drain(): Promise<void> {
    await this.#blocks.drain();
  }

  /** Likewise the storage that is read, before another is. */
  async endStorage(): Promise<void> {
    await this.#blocks.endStorage();
  }

  async #restore(path: BytePath, record: FileRecord): Promise<Outcome> {
    if (record.type === FileType.DIRECTORY) return this.#directory(path, record);
    const writer = writerOf(record, this.#task);
    if (writer !== undefined) {
      await this.#throughPlugin(path, record, writer);
      return 'restored';
    }
    const free = this.#tree.place(path);
    const existing = lstatOf(pathOf(free));
    // A file system may take two names for the same, such as `a` and `A`.
    const place = existing === undefined ? free : { ...free, isFresh: false };
    if (existing !== undefined && !mayReplace(this.#task.replace, record, existing)) return 'skipped';
    if (existing?.isDirectory() === true) throw new PlaceRefused('a directory stands in its place');
    if (record.type === FileType.REGULAR && existing !== undefined && isNode(existing)) {
      throw new PlaceRefused('a FIFO or device stands in its place');
    }

    switch (record.type) {
      case FileType.REGULAR:
        await this.#regular(path, place, record);
        break;
      case FileType.HARD_LINK:
        this.#hardLink(path, pathFromBytes(record.linkTarget), record);
        break;
      default:
        this.#report(path, this.#files.makeSpecial(place, record, await this.#extendedOf(path, record)));
    }
    if (record.type === FileType.SYMLINK) this.#tree.noteLink(place);
    return 'restored';
  }

  /** A directory on the way whose attributes were not saved. */
  #openToAll(path: BytePath): void {
    try {
      chmodSync(`/proc/self/fd/${this.#tree.directory(path)}`, DIRECTORY_MODE);
    } catch (error) {
      this.#fail(path, error);
    }
  }

  #root(path: BytePath): Outcome {
    this.#tree.directory(path);
    return 'restored';
  }

  async #directory(path: BytePath, record: FileRecord): Promise<Outcome> {
    const existed =
      this.#task.replace === 'never' &&
      !this.#tree.isBare(path) &&
      lstatOf(pathOf(this.#tree.place(path))) !== undefined;
    this.#tree.directory(path);
    if (existed) return 'skipped';
    this.#directories.add(record, await this.#extendedOf(path, record));
    this.#tree.noteDescribed(path);
    return 'restored';
  }

  #hardLink(path: BytePath, firstPath: BytePath, record: FileRecord): void {
    if (this.#failedNames.has(firstPath)) {
      throw new PlaceRefused(`it is a hard link to "${showPath(firstPath)}", which could not be restored`);
    }
    using first = this.#tree.hold(firstPath);
    if (this.#skippedNames.has(firstPath) && !isAsSaved(lstatOf(pathOf(first)), record)) {
      const text = `it is a hard link to "${showPath(firstPath)}", where something else stands that is not replaced`;
      throw new PlaceRefused(`${text}; restore it to another place`);
    }
    this.#files.makeHardLink(this.#tree.place(path), first);
  }

  async #regular(path: BytePath, place: Place, record: FileRecord): Promise<void> {
    const last = this.#last;
    if (hasContent(record) && last?.streamOffset === record.streamOffset && last.outcome !== 'skipped') {
      // Two names of one file whose first name is not wanted: the Director gives both the place of its content.
      if (last.outcome === 'failed') this.#failedNames.add(last.path);
      this.#hardLink(path, last.path, record);
      return;
    }
    const file = this.#files.openFile(place, record);
    try {
      this.#report(path, file.finish(await this.#fill(path, record, file)));
    } catch (error) {
      file.abandon();
      throw error;
    }
  }

  /** Hands the content to the writer of its plugin. */
  async #throughPlugin(path: BytePath, record: FileRecord, words: readonly string[]): Promise<void> {
    const { programs } = this.#sink;
    const text = `Restoring "${showPath(path)}" into the input of: ${words.join(' ')}`;
    this.#sink.notice({ type: 'info', path, text });
    const waiting = () => this.#sink.progress(this.counts, path);
    const content = new PluginContent({ record, words, programs, waiting });
    try {
      if (hasContent(record))
        await this.#stored.copy(path, record, await this.#stored.headerAt(record.streamOffset), content);
      content.finish();
    } catch (error) {
      content.abandon();
      throw error;
    }
  }

  /** Writes the content; gives what else is to be set. */
  async #fill(path: BytePath, record: FileRecord, file: FileWriter): Promise<ExtendedAttributes> {
    if (!hasContent(record)) return this.#extendedOf(path, record);
    const header = await this.#stored.headerAt(record.streamOffset);
    // Now: the block that holds the header is gone when the content has been read.
    const extended = record.extended ? this.#noted(path, readExtended(header.pax)) : NO_EXTENDED;
    await this.#stored.copy(path, record, header, file);
    return extended;
  }

  /** What only the header in the stream says of an entry that is all header. When that is gone, the rest is not. */
  async #extendedOf(path: BytePath, record: FileRecord): Promise<ExtendedAttributes> {
    if (!record.extended) return NO_EXTENDED;
    try {
      const { headerBytes, pax } = await this.#stored.headerAt(record.streamOffset);
      if (headerBytes !== record.streamBytes) throw new EntryDamaged(SOMETHING_ELSE);
      return this.#noted(path, readExtended(pax));
    } catch (error) {
      if (!(error instanceof EntryDamaged)) throw error;
      const text = `Could not restore the extended attributes of "${showPath(path)}": ${error.message}`;
      this.#error({ type: 'error', path, text });
      return NO_EXTENDED;
    }
  }

  /** Inode flags are told and not set: an immutable file could not be restored over again. */
  #noted(path: BytePath, extended: ExtendedAttributes): ExtendedAttributes {
    if (extended.flags !== '') {
      const text = `"${showPath(path)}" had the flags ${extended.flags}; they are not set again (see chattr)`;
      this.#sink.notice({ type: 'info', path, text });
    }
    return extended;
  }

  /** Says what could not be set on a file whose content is restored. */
  #report(path: BytePath, failures: readonly AttributeFailure[]): void {
    for (const { action, error } of failures) {
      const text = `Could not ${action} of "${showPath(path)}": ERR=${errnoText(error)}`;
      this.#error({ type: 'error', path, text });
    }
  }

  /** Names the file that could not be restored. A full disk, and a failure of this program's own, end the job. */
  #fail(path: BytePath, error: unknown, savedPath = path): void {
    const subject = `"${showPath(savedPath)}"${savedPath === path ? '' : ` as "${showPath(path)}"`}`;
    const text = `Could not restore ${subject}: `;
    if (error instanceof PlaceRefused || error instanceof EntryDamaged || error instanceof ProgramFailed) {
      this.#error({ type: 'error', path, text: text + error.message });
      return;
    }
    if (isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT')) {
      throw new TargetFull(`${text}ERR=${errnoText(error)}`, { cause: error });
    }
    if (!isSystemError(error)) throw error;
    this.#error({ type: 'error', path, text: `${text}ERR=${errnoText(error)}` });
  }

  #error(notice: FileNotice): void {
    this.counts.errors += 1;
    this.#sink.notice(notice);
  }
}

/** What this daemon cannot restore on this machine, in sentences. */
function limitations(): string[] {
  const native = lostWithoutNative();
  return [
    ...(CAN_SET_OWNERS
      ? []
      : [
          'The file daemon does not run as root: all files will belong to its own user, and none is restored setuid or setgid',
        ]),
    ...(native === undefined ? [] : [native]),
  ];
}

/** The program that reads the content, of a file that a plugin made; undefined when it is to be a file. */
function writerOf(record: FileRecord, { where, replace }: RestoreTask): string[] | undefined {
  if (record.type !== FileType.REGULAR || record.linkTarget.length === 0) return undefined;
  const plugin = parseBpipe(record.linkTarget.toString());
  return plugin.writer.length === 0 ? undefined : writerWords(plugin, { where, replace });
}

/** Whether the file is the one that the record is of, by size and time: such as an earlier restore has left. */
function isAsSaved(stat: BigIntStats | undefined, record: FileRecord): boolean {
  return stat !== undefined && Number(stat.size) === record.sizeBytes && stat.mtimeNs === mtimeNsOf(record);
}

function isNode(stat: BigIntStats): boolean {
  return stat.isFIFO() || stat.isBlockDevice() || stat.isCharacterDevice();
}
