import type { BigIntStats } from 'node:fs';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';

/** What becomes of a file that is already there. */
export type ReplaceRule = 'always' | 'ifNewer' | 'ifOlder' | 'never';

/** The modification time that was saved. */
export function mtimeNsOf({ mtimeSeconds, mtimeNanoseconds }: FileRecord): bigint {
  return BigInt(mtimeSeconds) * 1_000_000_000n + BigInt(mtimeNanoseconds);
}

/** Whether the saved file takes the place of `existing`. `ifNewer`: the saved one is the newer, by mtime. */
export function mayReplace(rule: ReplaceRule, record: FileRecord, existing: BigIntStats): boolean {
  const savedNs = mtimeNsOf(record);
  switch (rule) {
    case 'always':
      return true;
    case 'ifNewer':
      return savedNs > existing.mtimeNs;
    case 'ifOlder':
      return savedNs < existing.mtimeNs;
    case 'never':
      return false;
  }
}
