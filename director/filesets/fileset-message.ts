import type { FileSetResource, IncludeBlock, OptionsBlock } from '../../configuration/director-conf.ts';
import {
  Codec,
  type FileSet,
  type Include,
  type Options,
} from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { DigestAlgorithm } from '../../proto/noctule/record/v1/file_record.ts';
import type { CodeValues } from '../../commands/substitution.ts';
import { expandFiles, ListRoom } from './file-lists.ts';

const DIGESTS = {
  MD5: DigestAlgorithm.MD5,
  SHA1: DigestAlgorithm.SHA1,
  SHA256: DigestAlgorithm.SHA256,
  SHA512: DigestAlgorithm.SHA512,
} as const;

const CODECS = { gzip: Codec.GZIP, zstd: Codec.ZSTD } as const;

export interface FileSetContext {
  /** False: the storage takes no compressed data (Allow Compression = no). */
  readonly allowCompression: boolean;
  /** Values of the `%` codes in `|command` lines. */
  readonly codes: CodeValues;
  readonly signal: AbortSignal;
}

/**
 * A FileSet as the client is told it: the lists of the Director's side are read now.
 * @throws FileListFailed
 */
export async function fileSetMessage(fileSet: FileSetResource, context: FileSetContext): Promise<FileSet> {
  const room = new ListRoom(fileSet.name);
  const excluded = await expandFiles(
    fileSet.excludes.flatMap((block) => block.files),
    { fileSetName: fileSet.name, room, ...context },
  );
  return {
    name: fileSet.name,
    includes: await Array.fromAsync(fileSet.includes, (block) =>
      includeMessage(block, { fileSetName: fileSet.name, room, ...context }),
    ),
    excludes: excluded.paths,
    clientExcludeLists: excluded.clientLists,
  };
}

async function includeMessage(
  block: IncludeBlock,
  context: FileSetContext & { readonly fileSetName: string; readonly room: ListRoom },
): Promise<Include> {
  const { paths, clientLists } = await expandFiles(block.files, context);
  return {
    options: block.options.map((options) => optionsMessage(options, context.allowCompression)),
    files: paths,
    clientFileLists: clientLists,
    excludeDirContaining:
      block.excludeDirContaining === undefined ? [] : [Buffer.from(block.excludeDirContaining)],
    plugins: [...block.plugins],
  };
}

function optionsMessage(options: OptionsBlock, allowCompression: boolean): Options {
  const { compression, signature } = options;
  return {
    signature: signature ? DIGESTS[signature] : DigestAlgorithm.UNSPECIFIED,
    compression:
      compression && allowCompression
        ? { codec: CODECS[compression.codec], level: compression.level }
        : undefined,
    oneFs: options.oneFs,
    exclude: options.exclude,
    wild: options.wild.map(toBytes),
    wildDir: options.wildDir.map(toBytes),
    wildFile: options.wildFile.map(toBytes),
    regex: [...options.regex],
    regexDir: [...options.regexDir],
    regexFile: [...options.regexFile],
    ignoreCase: options.ignoreCase,
    recurse: options.recurse,
    sparse: options.sparse,
    noAtime: options.noAtime,
    keepAtime: options.keepAtime,
    mtimeOnly: options.mtimeOnly,
    checkFileChanges: options.checkFileChanges,
    hardLinks: options.hardLinks,
    honorNodumpFlag: options.honorNodumpFlag,
    aclSupport: options.aclSupport,
    xattrSupport: options.xattrSupport,
    fsTypes: [...options.fsTypes],
    readFifo: options.readFifo,
    stripPath: options.stripPath,
    verify: options.verify ?? '',
    accurate: options.accurate ?? '',
    driveTypes: [...options.driveTypes],
  };
}

function toBytes(text: string): Buffer {
  return Buffer.from(text);
}
