import { Options, type FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';

/** A FileSet of one directory and what lies directly in it. */
export function directoryFileSet(directory: Buffer): FileSet {
  const path = directory.length > 1 && directory.at(-1) === 0x2f ? directory.subarray(0, -1) : directory;
  // A `*` matches slashes too: this fits everything that lies deeper.
  const deeper = Buffer.concat([quoted(path.length > 1 ? path : Buffer.alloc(0)), Buffer.from('/*/*')]);
  const plain: Options = { ...Options.decode(Buffer.alloc(0)), recurse: true, hardLinks: true, oneFs: true };
  return {
    name: '',
    includes: [
      {
        options: [{ ...plain, exclude: true, wild: [deeper] }, plain],
        files: [path],
        clientFileLists: [],
        excludeDirContaining: [],
        plugins: [],
      },
    ],
    excludes: [],
    clientExcludeLists: [],
  };
}

/** With a backslash before what a shell pattern would take for more than itself. */
function quoted(path: Buffer): Buffer {
  return Buffer.from(path.toString('latin1').replace(/[*?[\\]/g, '\\$&'), 'latin1');
}
