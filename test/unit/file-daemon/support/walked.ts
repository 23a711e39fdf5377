import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFileSet } from '../../../../file-daemon/fileset/include-rules.ts';
import { isDirectory } from '../../../../file-daemon/walk/file-kind.ts';
import type { FileNotice } from '../../../../file-daemon/walk/file-notice.ts';
import { Walker } from '../../../../file-daemon/walk/walker.ts';
import type { FileSet } from '../../../../proto/noctule/filedaemon/v1/fileset.ts';
import type { DigestAlgorithm } from '../../../../proto/noctule/record/v1/file_record.ts';

export interface Walked {
  /** Relative to the root (latin1), in the order of the walk; directories with a slash. */
  paths: string[];
  digests: DigestAlgorithm[];
  notices: FileNotice[];
  /** Relative to the root. */
  unseen: string[];
}

export function walk(root: string, set: FileSet, entering: (path: string) => void = () => undefined): Walked {
  const walked: Walked = { paths: [], digests: [], notices: [], unseen: [] };
  new Walker(compileFileSet(set), {
    unseen: (path) => walked.unseen.push(path.slice(root.length)),
    entry({ path, stat, options: { digest } }) {
      walked.paths.push(path.slice(root.length) + (isDirectory(stat.mode) ? '/' : ''));
      walked.digests.push(digest);
    },
    notice: (notice) => walked.notices.push(notice),
    entering,
  }).run();
  return walked;
}

/** Makes files and, of names with a slash at the end, directories. */
export function makeFiles(root: string, ...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    if (name.endsWith('/')) mkdirSync(join(root, name), { recursive: true });
    else writeFileSync(join(root, name), name);
  }
}
