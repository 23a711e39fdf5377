import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PriorState } from '../../../file-daemon/backup/prior-state.ts';
import { rememberSavedLinks } from '../../../file-daemon/backup/saved-links.ts';
import { compareWalkOrder } from '../../../file-daemon/walk/walk-order.ts';
import { HardLinks } from '../../../file-daemon/walk/hard-links.ts';
import type { ResumedWalk } from '../../../file-daemon/backup/backup-walk.ts';
import { FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../../proto/noctule/record/v1/volume_members.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup, contentOf } from './support/collected-backup.ts';
import { fileSet, include, SHA1_AND_GZIP } from './support/file-sets.ts';
import { makeReadableTree } from './support/readable-tree.ts';

function stateOf(records: readonly FileRecord[]): PriorState {
  const left = [...records];
  return new PriorState(() => {
    const batch = FileRecordBatch.encode({ records: left.splice(0, 5) }).finish();
    return { batch, isLast: left.length === 0 };
  });
}

/** As the Director would let a job go on of which these records are in the catalog. */
function resumedBehind(records: readonly FileRecord[]): ResumedWalk {
  const saved = records.filter(({ deleted }) => !deleted);
  const last = saved.at(-1)!;
  const regular = saved.filter(({ type }) => type === FileType.REGULAR);
  const hardLinks = new HardLinks();
  rememberSavedLinks(
    stateOf(saved.filter(({ linkCount, type }) => linkCount > 1 && type !== FileType.DIRECTORY)),
    hardLinks,
  );
  return {
    hardLinks,
    from: {
      blockNumber: 1,
      streamOffset: last.streamOffset + last.streamBytes,
      fileIndex: last.fileIndex,
      savedPath: last.path,
      deletedPath: records.findLast(({ deleted }) => deleted)?.path ?? Buffer.alloc(0),
      files: records.length,
      contentBytes: regular.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      sentBytes: 0,
    },
  };
}

const setOf = (directory: string, accurate = '') =>
  fileSet([include([directory], [{ ...SHA1_AND_GZIP, accurate }])]);

describe('a backup that goes on', () => {
  it('behind any of its files saves what it would have saved without the break, links across it included', () => {
    using root = temporaryDirectory();
    makeReadableTree(root.path);
    // It is saved once for each entry.
    for (const name of ['random-3-MiB', 'linked', 'text-5-MiB', 'many'])
      rmSync(join(root.path, name), { recursive: true });
    const whole = collectBackup(setOf(root.path));
    const links = whole.records.filter(({ type }) => type === FileType.HARD_LINK);
    expect(links.length).toBeGreaterThan(0);
    for (let kept = 1; kept <= whole.records.length; kept++) {
      const rest = collectBackup(setOf(root.path), { resume: resumedBehind(whole.records.slice(0, kept)) });
      const bare = (record: FileRecord) => ({ ...record, atimeSeconds: 0, atimeNanoseconds: 0 });
      expect(rest.records.map(bare)).toEqual(whole.records.slice(kept).map(bare));
      const { files, contentBytes, streamBytes } = whole.result;
      expect(rest.result).toMatchObject({ files, contentBytes, streamBytes });
    }
  });

  it('leaves what comes before as it was saved, although it was changed or deleted since or is new', () => {
    using root = temporaryDirectory();
    for (const name of ['a', 'b', 'm', 'x', 'y']) writeFileSync(join(root.path, name), name);
    const { records } = collectBackup(setOf(root.path));
    writeFileSync(join(root.path, 'a'), 'changed');
    writeFileSync(join(root.path, 'c'), 'new');
    rmSync(join(root.path, 'b'));
    rmSync(join(root.path, 'm'));
    const rest = collectBackup(setOf(root.path), { resume: resumedBehind(records.slice(0, 3)) });
    expect(rest.records.map(({ path }) => String(path).slice(root.path.length))).toEqual(['/x', '/y', '/']);
  });

  it('saves the content of a further name when the file was touched since its first name was saved', () => {
    using root = temporaryDirectory();
    mkdirSync(join(root.path, 'd'));
    writeFileSync(join(root.path, 'd', 'first'), 'one');
    linkSync(join(root.path, 'd', 'first'), join(root.path, 'other'));
    const { records } = collectBackup(setOf(root.path));
    writeFileSync(join(root.path, 'd', 'first'), 'two');
    const rest = collectBackup(setOf(root.path), { resume: resumedBehind(records.slice(0, 1)) });
    const other = rest.records.find(({ path }) => String(path).endsWith('/other'))!;
    expect(other.type).toBe(FileType.REGULAR);
    const at = { ...other, streamOffset: other.streamOffset - records[0]!.streamBytes };
    expect(String(contentOf(rest, at))).toBe('two');
  });

  it('notes each entry of an accurate job that is gone once, whichever came last before the break', () => {
    using root = temporaryDirectory();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) writeFileSync(join(root.path, name), name);
    const prior = collectBackup(setOf(root.path)).records;
    const priorState = () => stateOf([...prior].sort((a, b) => compareWalkOrder(bare(a), bare(b))));
    for (const name of ['a', 'c', 'e']) rmSync(join(root.path, name));
    for (const name of ['b', 'd', 'f']) writeFileSync(join(root.path, name), 'changed');
    const set = setOf(root.path, 'mcs');
    const whole = collectBackup(set, { prior: priorState() }).records;
    const shown = (records: readonly FileRecord[]) =>
      records.map(({ path, deleted }) => `${deleted ? '-' : '+'}${path.toString()}`);
    expect(shown(whole).filter((name) => name.startsWith('-'))).toHaveLength(3);
    for (let kept = 2; kept <= whole.length; kept++) {
      const resume = resumedBehind(whole.slice(0, kept));
      const rest = collectBackup(set, { prior: priorState(), resume }).records;
      expect(shown(rest)).toEqual(shown(whole.slice(kept)));
    }
  });
});

function bare({ path }: FileRecord): string {
  return path.toString('latin1').replace(/(.)\/$/, '$1');
}
