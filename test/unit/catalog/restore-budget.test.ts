import { afterEach, expect, test, vi } from 'vitest';
import { Connection, type Parameters } from '../../../catalog/connection.ts';
import type { PlanCursor } from '../../../catalog/inputs.ts';
import { operations } from '../../../catalog/operations.ts';
import { EntryReader } from '../../../catalog/packed-entries.ts';
import { entriesOf } from '../../support/restore-entries.ts';
import { Site, type TestFile } from './site.ts';

/** What a restore may ask of the catalog for each file: counted, since time depends on the machine. */

const DIRECTORIES = 200;
const FILES_IN_EACH = 50;
const FILES = 1 + DIRECTORIES * (1 + FILES_IN_EACH);
const PAGE_FILES = 1000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts statements, and the rows that they give of tables that grow with the files of a job; from now on. */
function countQuestions(): { statements: number; rows: number } {
  const counts = { statements: 0, rows: 0 };
  for (const method of ['get', 'all', 'run'] as const) {
    const original = Reflect.get(Connection.prototype, method) as (sql: string, of: Parameters) => unknown;
    vi.spyOn(Connection.prototype, method).mockImplementation(function (this: Connection, sql, of = {}) {
      const result = original.call(this, sql, of);
      counts.statements += 1;
      if (/FROM (FileRun|PlanRange)/.test(sql)) counts.rows += Array.isArray(result) ? result.length : 1;
      return result;
    });
  }
  return counts;
}

function manyFiles(): TestFile[] {
  const files: TestFile[] = [{ path: '/' }];
  for (let d = 0; d < DIRECTORIES; d++) {
    files.push({ path: `/d${d}/` });
    for (let f = 0; f < FILES_IN_EACH; f++) files.push({ path: `/d${d}/file-${f}`, size: 100 });
  }
  return files;
}

test('the pages of a restore are made of few rows and statements, and of no object for a file', () => {
  using site = new Site();
  const jobId = site.backup({ start: 1, files: manyFiles() });
  const rules = [{ path: Buffer.from('/'), recursive: true, marked: true }];
  const making = countQuestions();
  const { planId } = operations.openRestorePlan.run(site.db, { jobIds: [jobId], rules });
  vi.restoreAllMocks();

  const counts = countQuestions();
  const record = vi.spyOn(EntryReader.prototype, 'record');
  const pages = [];
  let after: PlanCursor | undefined;
  do {
    const page = operations.restorePlanPage.run(site.db, {
      planId,
      limit: PAGE_FILES,
      ...(after && { after }),
    });
    pages.push(page);
    after = page.next;
  } while (after);

  expect(pages.flatMap((page) => entriesOf(page))).toHaveLength(FILES);
  expect(record).not.toHaveBeenCalled();
  expect(counts.statements / pages.length).toBeLessThan(18);
  expect(counts.rows / FILES).toBeLessThan(0.4);
  expect(making.statements / DIRECTORIES).toBeLessThan(6);
});
