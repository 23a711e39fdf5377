import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { compileRegexWhere } from '../../text/regex-where.ts';
import { pathFromBytes, pathToBytes, type BytePath } from '../byte-path.ts';

export interface RewriteOptions {
  /** Absolute prefix; '' = in place. The paths of the records are left without it. */
  readonly where: BytePath;
  /** Substitutions; '' = none. */
  readonly regexWhere: string;
  /** Absolute targets of symbolic links are relocated as the files are. */
  readonly prefixLinks: boolean;
}

/** Gives a record as it is to be restored. Whether its path may be is not looked at. */
export type RecordRewrite = (record: FileRecord) => FileRecord;

/** @throws RegexWhereRefused */
export function recordRewrite({ where, regexWhere, prefixLinks }: RewriteOptions): RecordRewrite {
  if (regexWhere === '' && !prefixLinks) return (record) => record;
  const substitute = regexWhere === '' ? (path: BytePath) => path : compileRegexWhere(regexWhere);
  const renamed = (path: BytePath) => substitute(path).replace(/\/{2,}/g, '/');

  const linkTargetOf = ({ type, linkTarget }: FileRecord) => {
    const target = pathFromBytes(linkTarget);
    if (type === FileType.HARD_LINK) return pathToBytes(renamed(target));
    const isRelocated = type === FileType.SYMLINK && prefixLinks && target.startsWith('/');
    return isRelocated ? pathToBytes(where + renamed(target)) : linkTarget;
  };
  return (record) => {
    const path = pathFromBytes(record.path);
    const newPath = record.type === FileType.DIRECTORY ? directoryRenamed(path, renamed) : renamed(path);
    return { ...record, path: pathToBytes(newPath), linkTarget: linkTargetOf(record) };
  };
}

/** Expressions tell a directory by the slash at its end. */
function directoryRenamed(path: BytePath, renamed: (path: BytePath) => BytePath): BytePath {
  return renamed(path.endsWith('/') ? path : `${path}/`).replace(/(.)\/$/s, '$1');
}
