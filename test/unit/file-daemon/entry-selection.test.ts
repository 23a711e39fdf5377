import fc from 'fast-check';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pluginFileRecord } from '../../../file-daemon/backup/record-of.ts';
import { isErrno } from '../../../errors/operator-error.ts';
import { PriorState } from '../../../file-daemon/backup/prior-state.ts';
import { pathFromBytes } from '../../../file-daemon/byte-path.ts';
import { compareWalkOrder } from '../../../file-daemon/walk/walk-order.ts';
import { DigestAlgorithm, FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../../proto/noctule/record/v1/volume_members.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { collectBackup } from './support/collected-backup.ts';
import { fileSet, include, options } from './support/file-sets.ts';
import { asOrdinaryUser, makeReadableByAll } from './support/ordinary-user.ts';

/** A state of so many records a batch, as the Director would send it. */
function priorOf(records: readonly FileRecord[], batchRecords = 3): PriorState {
  const bare = ({ path }: FileRecord) => pathFromBytes(path).replace(/(.)\/$/, '$1');
  const left = [...records].sort((a, b) => compareWalkOrder(bare(a), bare(b)));
  return new PriorState(() => {
    const batch = FileRecordBatch.encode({ records: left.splice(0, batchRecords) }).finish();
    return { batch, isLast: left.length === 0 };
  });
}

class Tree implements Disposable {
  readonly #root = temporaryDirectory();
  readonly path = this.#root.path;
  letters = '';
  signature: DigestAlgorithm = DigestAlgorithm.SHA1;
  mtimeOnly = false;

  write(name: string, content = name): string {
    mkdirSync(join(this.path, name, '..'), { recursive: true });
    writeFileSync(join(this.path, name), content);
    return join(this.path, name);
  }

  /** Saves all of it, or what differs from `before`. Paths relative to the tree. */
  save(before?: readonly FileRecord[], sinceNs?: bigint) {
    const block = options({ accurate: this.letters, signature: this.signature, mtimeOnly: this.mtimeOnly });
    const { records, notices, result } = collectBackup(fileSet([include([this.path], [block])]), {
      ...(sinceNs !== undefined && { sinceNs }),
      ...(before && { prior: priorOf(before) }),
    });
    const names = (deleted: boolean) =>
      records
        .filter((record) => record.deleted === deleted)
        .map(({ path }) => path.toString().slice(this.path.length));
    return { records, saved: names(false), gone: names(true), notices, files: result.files };
  }

  [Symbol.dispose](): void {
    this.#root[Symbol.dispose]();
  }
}

const treeName = fc
  .array(fc.constantFrom('a', 'b', 'b!', 'c'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'));

/** A file, unless something that is no directory stands in its way. */
function makeIn(tree: Tree, name: string): void {
  try {
    tree.write(name);
  } catch (error) {
    if (!isErrno(error, 'ENOTDIR') && !isErrno(error, 'EEXIST')) throw error;
  }
}

describe('an accurate backup', () => {
  it('saves nothing when nothing has changed', () => {
    using tree = new Tree();
    for (const name of ['a', 'b/c', 'b/d/e', 'b!', 'f']) tree.write(name);
    const { records } = tree.save();
    expect(tree.save(records)).toMatchObject({ saved: [], gone: [], files: 0 });
  });

  it('of a FileSet with strippath goes by times, and says so', () => {
    using tree = new Tree();
    for (const name of ['a', 'b/c']) tree.write(name);
    const { records } = tree.save();
    const set = fileSet([include([tree.path], [options({ stripPath: 1 })])]);
    const sinceNs = BigInt(Date.now() + 60_000) * 1_000_000n;
    const { records: saved, notices } = collectBackup(set, { sinceNs, prior: priorOf(records) });
    expect(saved).toEqual([]);
    expect(notices).toMatchObject([
      { type: 'warning', text: expect.stringContaining('not accurate') as string },
    ]);
  });

  it('neither saves again nor takes for gone what File entries name inside one another', () => {
    using tree = new Tree();
    for (const name of ['out/in/x', 'out/y', 'z', 'a!', 'a/b']) tree.write(name);
    const files = [tree.path, join(tree.path, 'out/in'), join(tree.path, 'a/b'), join(tree.path, 'none')];
    const set = fileSet([include(files)], [join(tree.path, 'out')]);
    const first = collectBackup(set);
    expect(first.records).toHaveLength(7);
    expect(collectBackup(set, { prior: priorOf(first.records) }).records).toEqual([]);
  });

  it('keeps the file of a plugin whose program fails: what it printed before is still good', () => {
    using tree = new Tree();
    tree.write('a');
    const { records } = tree.save();
    const dump = pluginFileRecord('/DB/dump.sql', 'bpipe:/DB/dump.sql:false:');
    const set = fileSet([include([tree.path], [], { plugins: ['bpipe:/DB/dump.sql:false:'] })]);
    const { records: saved, notices } = collectBackup(set, { prior: priorOf([dump, ...records]) });
    expect(saved).toEqual([]);
    expect(notices.filter(({ type }) => type === 'notSaved')).toMatchObject([{ path: '/DB/dump.sql' }]);
  });

  it('saves what is new, however old it looks, and notes what is gone', () => {
    using tree = new Tree();
    tree.letters = 'mcs';
    for (const name of ['a', 'b/c', 'b/d/e', 'b!', 'z']) tree.write(name);
    const { records } = tree.save();
    rmSync(join(tree.path, 'b/d'), { recursive: true });
    rmSync(join(tree.path, 'z'));
    const movedIn = tree.write('b/new');
    utimesSync(movedIn, 1000, 1000);
    const farFuture = BigInt(Date.now() + 3_600_000) * 1_000_000n;
    const { saved, gone } = tree.save(records, farFuture);
    expect(saved).toEqual(['/b/new', '/b/', '/']);
    expect(gone).toEqual(['/b/d/e', '/b/d/', '/z']);
  });

  it('sees a file where a directory was, and the other way round', () => {
    using tree = new Tree();
    for (const name of ['a/x', 'a/y', 'b']) tree.write(name);
    const { records } = tree.save();
    rmSync(join(tree.path, 'a'), { recursive: true });
    rmSync(join(tree.path, 'b'));
    tree.write('a');
    tree.write('b/z');
    const { saved, gone } = tree.save(records);
    expect(saved).toEqual(['/a', '/b/z', '/b/', '/']);
    expect(gone).toEqual(['/a/x', '/a/y']);
  });

  it('of which all is gone notes every entry', () => {
    using tree = new Tree();
    for (let index = 0; index < 50; index++) tree.write(`d/f${index}`);
    const { records } = tree.save();
    rmSync(join(tree.path, 'd'), { recursive: true });
    expect(tree.save(records).gone).toHaveLength(51);
  });

  it('does not take for gone what it may not look at', () => {
    using tree = new Tree();
    for (const name of ['a', 'closed/x', 'closed/y/z', 'd']) tree.write(name);
    makeReadableByAll(tree.path);
    const { records } = tree.save();
    chmodSync(join(tree.path, 'closed'), 0o000);
    try {
      const { gone, notices } = asOrdinaryUser(() => tree.save(records));
      expect(gone).toEqual([]);
      expect(notices).toMatchObject([{ type: 'notSaved' }]);
    } finally {
      chmodSync(join(tree.path, 'closed'), 0o755);
    }
  });

  it('compares content only where the letters ask for it and nothing else has changed', () => {
    using tree = new Tree();
    tree.letters = 's1';
    const file = tree.write('f', 'one');
    const { records } = tree.save();
    writeFileSync(file, 'two');
    tree.write('g', 'same');
    const second = tree.save(records);
    expect(second.saved).toEqual(['/f', '/g']);
    utimesSync(file, 5, 5);
    chmodSync(file, 0o600);
    const merged = [...records.filter(({ path }) => !path.toString().endsWith('/f')), ...second.records];
    expect(tree.save(merged).saved).toEqual([]);
  });

  it('says once that there is no checksum to compare with, and saves nothing for that', () => {
    using tree = new Tree();
    tree.letters = '5';
    tree.signature = DigestAlgorithm.UNSPECIFIED;
    for (const name of ['a', 'b']) tree.write(name);
    const { records } = tree.save();
    const { saved, notices } = tree.save(records);
    expect(saved).toEqual([]);
    expect(notices).toMatchObject([
      { type: 'warning', text: expect.stringContaining('no checksum') as string },
    ]);
  });

  it('asks the content of a file with several names once, and takes all names by the answer', () => {
    using tree = new Tree();
    tree.letters = '1';
    const file = tree.write('a', 'one');
    linkSync(file, join(tree.path, 'b'));
    const { records } = tree.save();
    utimesSync(file, 5, 5);
    expect(tree.save(records).saved).toEqual([]);
    writeFileSync(file, 'two');
    const second = tree.save(records);
    expect(second.saved).toEqual(['/a', '/b']);
    expect(second.records.map(({ type }) => type)).toEqual([FileType.REGULAR, FileType.HARD_LINK]);
  });

  it('saves a further name of a file that may have changed when the first name is gone', () => {
    using tree = new Tree();
    tree.letters = '1';
    const first = tree.write('a', 'one');
    const second = join(tree.path, 'b');
    linkSync(first, second);
    const { records } = tree.save();
    rmSync(first);
    writeFileSync(second, 'two');
    const { saved, gone } = tree.save(records);
    expect(saved).toEqual(['/b']);
    expect(gone).toEqual(['/a']);
  });

  it('with the letter M goes by the since time, and by mtimeonly, as an Incremental does', () => {
    using tree = new Tree();
    tree.letters = 'M';
    for (const name of ['old', 'new']) tree.write(name);
    const { records } = tree.save();
    const [past, now] = [new Date(1_000_000), new Date()];
    utimesSync(join(tree.path, 'old'), past, past);
    utimesSync(tree.path, past, past);
    const sinceNs = BigInt(now.getTime() - 1_000_000_000) * 1_000_000n;
    expect(tree.save(records, sinceNs).saved).toEqual(['/new', '/old', '/']);
    tree.mtimeOnly = true;
    expect(tree.save(records, sinceNs).saved).toEqual(['/new']);
  });

  it('counts what it saved and what it noted as gone, and numbers only what it saved', () => {
    using tree = new Tree();
    for (const name of ['a', 'b', 'c']) tree.write(name);
    const { records } = tree.save();
    rmSync(join(tree.path, 'a'));
    tree.write('d');
    const second = tree.save(records);
    expect(second.records.map(({ fileIndex, deleted }) => [fileIndex, deleted])).toEqual([
      [0, true],
      [1, false],
      [2, false],
    ]);
    expect(second.files).toBe(3);
  });

  it('notes all that is below a File entry that is gone', () => {
    using tree = new Tree();
    for (const name of ['kept/a', 'lost/b', 'lost/c/d']) tree.write(name);
    const set = fileSet([
      include(
        ['kept', 'lost'].map((name) => join(tree.path, name)),
        [options({})],
      ),
    ]);
    const { records } = collectBackup(set);
    rmSync(join(tree.path, 'lost'), { recursive: true });
    const second = collectBackup(set, { prior: priorOf(records) });
    expect(
      second.records.map(({ path, deleted }) => [String(path).slice(tree.path.length), deleted]),
    ).toEqual(['/lost/b', '/lost/c/d', '/lost/c/', '/lost/'].map((path) => [path, true]));
    expect(second.notices).toMatchObject([{ type: 'notSaved' }]);
  });

  it('agrees with a comparison of two whole lists, whatever happened in between', () => {
    fc.assert(
      fc.property(
        fc.array(treeName, { maxLength: 12 }),
        fc.array(treeName, { maxLength: 12 }),
        (first, then) => {
          using tree = new Tree();
          tree.letters = 'i';
          const make = (names: readonly string[]) => {
            for (const name of names) if (!existsSync(join(tree.path, name))) makeIn(tree, name);
          };
          make(first);
          const { records } = tree.save();
          for (const name of then) rmSync(join(tree.path, name), { recursive: true, force: true });
          make(then.slice(1));
          const { records: all } = tree.save();
          const key = ({ path, type, inode }: FileRecord) => `${String(path)} ${type} ${inode}`;
          const [before, after] = [new Set(records.map(key)), new Set(all.map(key))];
          const bare = ({ path }: FileRecord) => String(path).replace(/\/$/, '');
          const there = new Set(all.map(bare));
          const second = tree.save(records);
          const pathsOf = (wanted: readonly FileRecord[]) => wanted.map(bare);
          expect(pathsOf(second.records.filter(({ deleted }) => !deleted))).toEqual(
            pathsOf(all.filter((record) => !before.has(key(record)))),
          );
          expect(pathsOf(second.records.filter(({ deleted }) => deleted))).toEqual(
            pathsOf(records.filter((record) => !there.has(bare(record)) && !after.has(key(record)))),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sees a rename as one that is gone and one that is new', () => {
    using tree = new Tree();
    tree.letters = 'm';
    tree.write('old');
    const { records } = tree.save();
    renameSync(join(tree.path, 'old'), join(tree.path, 'new'));
    const { mtime, atime } = statSync(tree.path);
    utimesSync(tree.path, atime, mtime);
    const { saved, gone } = tree.save(records);
    expect(saved).toContain('/new');
    expect(gone).toEqual(['/old']);
  });
});
