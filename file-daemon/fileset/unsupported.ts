import type { FileSet, Options } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { lostWithoutNative } from '../without-native.ts';
import type { FileNotice } from '../walk/file-notice.ts';

/** Options that are understood but not carried out yet, with what that means for the job. */
const UNSUPPORTED: readonly [isSet: (options: Options) => boolean, text: string][] = [
  [(options) => options.readFifo, '"readfifo": FIFOs are saved as FIFOs, not read'],
];

/** One notice for each thing in the FileSet that this file daemon cannot do. Data that is left out is an error. */
export function unsupportedNotices({ name, includes }: FileSet): FileNotice[] {
  const options = includes.flatMap((include) => include.options);
  const warnings = UNSUPPORTED.filter(([isSet]) => options.some(isSet)).map(([, text]): FileNotice => ({
    type: 'warning',
    path: '',
    text: `FileSet "${name}" asks for ${text} (not supported yet)`,
  }));
  const plugins = includes.flatMap((include) => include.plugins);
  const missing = plugins.map((plugin): FileNotice => ({
    type: 'notSaved',
    path: '',
    text: `Plugin "${plugin}" of FileSet "${name}" is not supported yet: its data is not saved`,
  }));
  const needsNative = options.some((one) => one.xattrSupport || one.aclSupport || one.honorNodumpFlag);
  const problem = needsNative ? lostWithoutNative() : undefined;
  if (problem !== undefined) warnings.push({ type: 'warning', path: '', text: problem });
  return [...warnings, ...missing];
}
