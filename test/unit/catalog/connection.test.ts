import { chmodSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, expect, test, vi } from 'vitest';
import { backupCatalog } from '../../../catalog/care.ts';
import { Connection } from '../../../catalog/connection.ts';
import { Site } from './site.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const BY_NAME = `
  SELECT v.MediaId, p.Name FROM Volume v LEFT JOIN VolumePool p USING (PoolId) WHERE v.VolumeName = :volumeName`;

/** How often SQLite prepared a statement with rows: better-sqlite3 then makes a function for them. */
function preparations(ask: () => unknown): number {
  const made = vi.spyOn(globalThis, 'Function');
  ask();
  const { length } = made.mock.calls;
  made.mockRestore();
  return length;
}

test('a statement is prepared once, whatever values it is given', () => {
  using site = new Site();
  const names = [site.volume(), site.volume(), site.volume()].map(({ volumeName }) => volumeName);
  const asked = preparations(() => names.map((volumeName) => site.db.get(BY_NAME, { volumeName })));
  expect(asked).toBe(1);
  // What SQLite does when it is left to itself; no longer so: the pluses in Connection can go.
  const plain = new Database(site.file).prepare(BY_NAME);
  expect(preparations(() => names.map((volumeName) => plain.get({ volumeName })))).toBe(3);
});

test('parameters reach SQLite as they are: text, numbers, bytes and nothing', () => {
  using site = new Site();
  const values = { text: '07', real: 1.5, large: 2n ** 62n, bytes: Buffer.from([0xff, 0]), none: null };
  expect(
    site.db.get(
      `SELECT :text || '' AS text, :real AS real, typeof(:large) AS large, :bytes AS bytes, :none AS none,
              typeof(:text) || typeof(:bytes) AS types`,
      values,
    ),
  ).toEqual({ ...values, large: 'integer', types: 'textblob' });
});

test('a catalog, its log and its backup are for their user and group; rights that an admin gave stay', () => {
  using site = new Site();
  site.volume();
  const rights = (file: string) => (statSync(file).mode & 0o777).toString(8);
  const backup = `${site.file}.backup`;
  backupCatalog(site.file, backup);
  expect(['', '-wal', '-shm', '.backup'].map((suffix) => rights(site.file + suffix))).toEqual(
    new Array(4).fill('640'),
  );
  chmodSync(backup, 0o604);
  new Connection(backup, 'write')[Symbol.dispose]();
  expect(rights(backup)).toBe('604');
});
