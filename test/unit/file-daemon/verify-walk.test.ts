import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pluginFileRecord, recordOf } from '../../../file-daemon/backup/record-of.ts';
import { PriorState } from '../../../file-daemon/backup/prior-state.ts';
import { compileFileSet } from '../../../file-daemon/fileset/include-rules.ts';
import { runVerifyWalk } from '../../../file-daemon/verify/verify-walk.ts';
import { statOfEntry } from '../../../file-daemon/walk/entry-stat.ts';
import { FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../../proto/noctule/record/v1/volume_members.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include, options } from './support/file-sets.ts';

it('does not miss on disk what a plugin made, but what was a file', () => {
  using root = temporaryDirectory();
  writeFileSync(join(root.path, 'a'), 'a');
  const of = (name: string, type: FileType): FileRecord =>
    recordOf(join(root.path, name), statOfEntry(join(root.path, 'a')), type);
  const records = [
    of('a', FileType.REGULAR),
    of('gone', FileType.REGULAR),
    pluginFileRecord(join(root.path, 'plugin'), 'bpipe:/x:cat:cat'),
    recordOf(root.path, statOfEntry(root.path), FileType.DIRECTORY),
    pluginFileRecord('/~/dump', 'bpipe:/x:cat:cat'),
  ];
  const batch = new Uint8Array(FileRecordBatch.encode({ records }).finish());
  const texts: string[] = [];
  const counts = runVerifyWalk(
    {
      fileSet: compileFileSet(fileSet([include([root.path])])),
      sinceNs: undefined,
      prior: new PriorState(() => ({ batch, isLast: true })),
    },
    { notice: ({ text }) => void texts.push(text), progress: () => undefined, records: () => undefined },
  );
  expect(counts).toMatchObject({ files: 2, differences: 1 });
  expect(texts.at(-1)).toBe(`      ${join(root.path, 'gone')}`);
});

it.each([
  ['Without letters only new and missing files are reported', '', []],
  ['With letters so are the fields that differ', 's', ['changed']],
])('%s', (_, verify, changed) => {
  using root = temporaryDirectory();
  const at = (name: string) => join(root.path, name);
  for (const name of ['changed', 'missing', 'same']) writeFileSync(at(name), name);
  const records = ['changed', 'missing', 'same'].map((name) =>
    recordOf(at(name), statOfEntry(at(name)), FileType.REGULAR),
  );
  records.push(recordOf(root.path, statOfEntry(root.path), FileType.DIRECTORY));
  const batch = new Uint8Array(FileRecordBatch.encode({ records }).finish());
  appendFileSync(at('changed'), 'more');
  rmSync(at('missing'));
  writeFileSync(at('new'), 'new');
  const texts: string[] = [];
  runVerifyWalk(
    {
      fileSet: compileFileSet(fileSet([include([root.path], [options({ verify })])])),
      sinceNs: undefined,
      prior: new PriorState(() => ({ batch, isLast: true })),
    },
    { notice: ({ text }) => void texts.push(text), progress: () => undefined, records: () => undefined },
  );
  const told = ['changed', 'missing', 'same', 'new'].filter((name) => texts.join('\n').includes(at(name)));
  expect(told).toEqual([...changed, 'missing', 'new']);
});
