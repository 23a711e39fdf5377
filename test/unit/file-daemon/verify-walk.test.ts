import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pluginFileRecord, recordOf } from '../../../file-daemon/backup/record-of.ts';
import { PriorState } from '../../../file-daemon/backup/prior-state.ts';
import { compileFileSet } from '../../../file-daemon/fileset/include-rules.ts';
import { runVerifyWalk } from '../../../file-daemon/verify/verify-walk.ts';
import { FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { FileRecordBatch } from '../../../proto/noctule/record/v1/volume_members.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include } from './support/file-sets.ts';

it('does not miss on disk what a plugin made, but what was a file', () => {
  using root = temporaryDirectory();
  writeFileSync(join(root.path, 'a'), 'a');
  const of = (name: string, type: FileType): FileRecord =>
    recordOf(join(root.path, name), statSync(join(root.path, 'a'), { bigint: true }), type);
  const records = [
    of('a', FileType.REGULAR),
    of('gone', FileType.REGULAR),
    pluginFileRecord(join(root.path, 'plugin'), 'bpipe:/x:cat:cat'),
    recordOf(root.path, statSync(root.path, { bigint: true }), FileType.DIRECTORY),
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
