import type { FileSet, Options } from '../../proto/noctule/filedaemon/v1/fileset.ts';

/** Directives that are understood but not carried out yet, with what that means for the job. */
const UNSUPPORTED: readonly [isSet: (options: Options) => boolean, text: string][] = [
  [(options) => options.sparse, '"sparse": holes are saved as zeros'],
  [(options) => options.aclSupport, '"aclsupport": access control lists are not saved'],
  [(options) => options.xattrSupport, '"xattrsupport": extended attributes are not saved'],
  [(options) => options.honorNodumpFlag, '"honor nodump flag": files with the flag are saved as well'],
  [(options) => options.readFifo, '"readfifo": FIFOs are saved as FIFOs, not read'],
  [(options) => options.stripPath > 0, '"strippath": paths are saved whole'],
];

/** One sentence for each option of the FileSet that this file daemon cannot honour. */
export function unsupportedOptions(fileSet: FileSet): string[] {
  const options = fileSet.includes.flatMap((include) => include.options);
  return UNSUPPORTED.filter(([isSet]) => options.some(isSet)).map(
    ([, text]) => `FileSet "${fileSet.name}" asks for ${text} (not supported yet)`,
  );
}
