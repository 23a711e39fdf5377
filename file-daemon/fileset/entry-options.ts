import { Codec, type Options } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { DigestAlgorithm } from '../../proto/noctule/record/v1/file_record.ts';

/** How one entry is saved: what the Options block that decided it says. One object per block, shared by its entries. */
export interface EntryOptions {
  readonly digest: DigestAlgorithm;
  readonly compression: EntryCompression;
  /** Do not enter this directory when it is on another file system than its File entry. */
  readonly oneFs: boolean;
  /** Enter this directory. */
  readonly recurse: boolean;
  readonly noAtime: boolean;
  readonly keepAtime: boolean;
  readonly mtimeOnly: boolean;
  readonly checkFileChanges: boolean;
  /** Save further names of a file as links to the first. */
  readonly hardLinks: boolean;
  /** Read FIFOs that a File line names itself. */
  readonly readFifo: boolean;
  readonly aclSupport: boolean;
  /** Letters of what an accurate job compares. */
  readonly accurate: string;
  /** Letters of what a Verify job compares; empty = only whether the entry is there. */
  readonly verify: string;
  /** Save extended attributes and inode flags. */
  readonly xattrSupport: boolean;
}

export interface EntryCompression {
  readonly codec: 'none' | 'gzip' | 'zstd';
  /** 1-9 for gzip, 1-19 for zstd, 0 for none. */
  readonly level: number;
}

/** Of an Include whose Options do not say: modification time, change time, size. */
const ACCURATE_DEFAULT = 'mcs';

const NO_COMPRESSION: EntryCompression = { codec: 'none', level: 0 };

/** Of an Include without any Options block. */
export const DEFAULT_OPTIONS: EntryOptions = {
  digest: DigestAlgorithm.UNSPECIFIED,
  compression: NO_COMPRESSION,
  oneFs: true,
  recurse: true,
  noAtime: false,
  keepAtime: false,
  mtimeOnly: false,
  checkFileChanges: false,
  hardLinks: true,
  accurate: ACCURATE_DEFAULT,
  verify: '',
  readFifo: false,
  aclSupport: false,
  xattrSupport: false,
};

export function entryOptions(options: Options): EntryOptions {
  return {
    digest: options.signature,
    compression: compressionOf(options),
    oneFs: options.oneFs,
    recurse: options.recurse,
    noAtime: options.noAtime,
    keepAtime: options.keepAtime,
    mtimeOnly: options.mtimeOnly,
    checkFileChanges: options.checkFileChanges,
    hardLinks: options.hardLinks,
    accurate: options.accurate || ACCURATE_DEFAULT,
    verify: options.verify,
    readFifo: options.readFifo,
    aclSupport: options.aclSupport,
    xattrSupport: options.xattrSupport,
  };
}

/**
 * The options of the File entries themselves: whatever differs from the default in any block holds. Of two digests or
 * two compressions the later one does.
 */
export function unionOfOptions(blocks: readonly EntryOptions[]): EntryOptions {
  const any = (test: (block: EntryOptions) => boolean) => blocks.some(test);
  return {
    digest:
      blocks.findLast((block) => block.digest !== DigestAlgorithm.UNSPECIFIED)?.digest ??
      DEFAULT_OPTIONS.digest,
    compression:
      blocks.findLast((block) => block.compression.codec !== 'none')?.compression ?? NO_COMPRESSION,
    oneFs: !any((block) => !block.oneFs),
    recurse: !any((block) => !block.recurse),
    noAtime: any((block) => block.noAtime),
    keepAtime: any((block) => block.keepAtime),
    mtimeOnly: any((block) => block.mtimeOnly),
    checkFileChanges: any((block) => block.checkFileChanges),
    hardLinks: !any((block) => !block.hardLinks),
    accurate: blocks.at(-1)?.accurate ?? ACCURATE_DEFAULT,
    verify: blocks.at(-1)?.verify ?? '',
    readFifo: any((block) => block.readFifo),
    aclSupport: any((block) => block.aclSupport),
    xattrSupport: any((block) => block.xattrSupport),
  };
}

function compressionOf({ compression }: Options): EntryCompression {
  switch (compression?.codec) {
    case Codec.GZIP:
      return { codec: 'gzip', level: Math.min(9, compression.level || 6) };
    case Codec.ZSTD:
      return { codec: 'zstd', level: Math.min(19, compression.level || 3) };
    default:
      return NO_COMPRESSION;
  }
}
