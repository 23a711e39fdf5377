import type { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { lostWithoutNative } from '../without-native.ts';
import { isBpipe } from '../plugins/bpipe.ts';
import type { FileNotice } from '../walk/file-notice.ts';

/** One notice for each thing in the FileSet that this file daemon cannot do. Data that is left out is an error. */
export function unsupportedNotices({ name, includes }: FileSet): FileNotice[] {
  const plugins = includes.flatMap((include) => include.plugins).filter((line) => !isBpipe(line));
  const missing = plugins.map((plugin): FileNotice => ({
    type: 'notSaved',
    path: '',
    text: `Plugin "${plugin}" of FileSet "${name}" is not one that this client has (bpipe): its data is not saved`,
  }));
  const options = includes.flatMap((include) => include.options);
  const needsNative = options.some((one) => one.xattrSupport || one.aclSupport || one.honorNodumpFlag);
  const problem = needsNative ? lostWithoutNative() : undefined;
  return problem === undefined ? missing : [...missing, { type: 'warning', path: '', text: problem }];
}
