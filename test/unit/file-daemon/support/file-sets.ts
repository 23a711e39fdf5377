import {
  Codec,
  type FileSet,
  type Include,
  type Options,
} from '../../../../proto/noctule/filedaemon/v1/fileset.ts';
import { DigestAlgorithm } from '../../../../proto/noctule/record/v1/file_record.ts';

type Patterns = 'wild' | 'wildDir' | 'wildFile';
type WrittenOptions = Partial<Omit<Options, Patterns> & Record<Patterns, string[]>>;

/** An Options block with the defaults of the conf language; patterns as text. */
export function options(written: WrittenOptions = {}): Options {
  const { wild = [], wildDir = [], wildFile = [], ...others } = written;
  const bytes = (patterns: string[]) => patterns.map((pattern) => Buffer.from(pattern));
  return {
    signature: DigestAlgorithm.UNSPECIFIED,
    compression: undefined,
    oneFs: true,
    exclude: false,
    regex: [],
    regexDir: [],
    regexFile: [],
    ignoreCase: false,
    recurse: true,
    sparse: false,
    noAtime: false,
    keepAtime: false,
    mtimeOnly: false,
    checkFileChanges: false,
    hardLinks: true,
    honorNodumpFlag: false,
    aclSupport: false,
    xattrSupport: false,
    fsTypes: [],
    readFifo: false,
    stripPath: 0,
    verify: '',
    accurate: '',
    driveTypes: [],
    wild: bytes(wild),
    wildDir: bytes(wildDir),
    wildFile: bytes(wildFile),
    ...others,
  };
}

export const SHA1_AND_GZIP: Options = options({
  signature: DigestAlgorithm.SHA1,
  compression: { codec: Codec.GZIP, level: 6 },
});

export function include(
  files: (string | Buffer)[],
  blocks: Options[] = [],
  more: Partial<Include> = {},
): Include {
  return {
    options: blocks,
    files: files.map((file) => Buffer.from(file)),
    clientFileLists: [],
    excludeDirContaining: [],
    plugins: [],
    ...more,
  };
}

export function fileSet(includes: Include[], excludes: string[] = [], more: Partial<FileSet> = {}): FileSet {
  return {
    name: 'Test Set',
    includes,
    excludes: excludes.map((exclude) => Buffer.from(exclude)),
    clientExcludeLists: [],
    ...more,
  };
}
