import { describe, expect, test } from 'vitest';
import { copyReport } from '../../../../director/reports/copy-report.ts';
import { verifyReport, type VerifyReport } from '../../../../director/reports/verify-report.ts';
import { virtualFullReport } from '../../../../director/reports/virtual-full-report.ts';

const at = new Date(2026, 10, 21, 3, 41, 12);
const named = (name: string) => ({ name, from: 'Job resource' });
const COMMON = {
  ...{ directorName: 'peer-dir', jobId: 7, job: 'Work.2026-11-21_03.41.10_07', client: 'peer-fd' },
  ...{ fileSet: 'Gzip', catalog: named('MyCatalog'), startTime: at, endTime: at, priority: 10, status: 'T' },
  stored: {
    ...{ sdFiles: 2, sdBytes: 1000, volumeNames: ['Copy-0001', 'Copy-0002'], lastVolumeBytes: 5000 },
    ...{ volSessionId: 3, volSessionTime: 1_700_000_000, sdErrors: 0, sdStatus: 'OK' },
  },
};
const VERIFY: VerifyReport = {
  ...COMMON,
  ...{ level: 'O', checked: { jobId: 5, name: 'Gzip' }, accurate: false },
  ...{ filesExpected: 2, filesExamined: 2, fdErrors: 0, fdStatus: 'OK' },
  storage: { errors: 0, status: 'OK' },
};

const labels = (report: string) => [...report.matchAll(/^ {2}([^:]+):/gm)].map((match) => match[1]);
const STORED = [
  'Volume name(s)',
  'Volume Session Id',
  'Volume Session Time',
  'Last Volume Bytes',
  'SD Errors',
  'SD termination status',
];

describe('Labels, in order', () => {
  test('VirtualFull: the same as a backup without client-side lines; level line reads Virtual Full', () => {
    const report = virtualFullReport({ ...COMMON, level: 'F', scheduledTime: at, accurate: true });
    expect(report).toMatch(/^ {2}Backup Level: +Virtual Full$/m);
    expect(report).toMatch(/^ {2}Volume name\(s\): +Copy-0001\|Copy-0002$/m);
    expect(labels(report)).toEqual([
      ...['Build OS', 'JobId', 'Job', 'Backup Level', 'Client', 'FileSet', 'Pool', 'Catalog', 'Storage'],
      ...['Scheduled time', 'Start time', 'End time', 'Elapsed time', 'Priority'],
      ...['SD Files Written', 'SD Bytes Written', 'Rate', 'Accurate', ...STORED, 'Termination'],
    ]);
  });

  test('Verify', () => {
    expect(labels(verifyReport(VERIFY))).toEqual([
      ...['Build OS', 'JobId', 'Job', 'FileSet', 'Verify Level', 'Client', 'Verify JobId', 'Verify Job'],
      ...['Start time', 'End time', 'Elapsed time', 'Accurate', 'Files Expected', 'Files Examined'],
      ...['Non-fatal FD errors', 'SD Errors', 'FD termination status', 'SD termination status'],
      'Termination',
    ]);
  });

  test('Verify at a level that reads no volumes has no lines of a storage daemon, and InitCatalog checks no job', () => {
    const { storage: _, ...ofDisk } = VERIFY;
    const report = verifyReport({ ...ofDisk, storage: undefined, level: 'V', checked: undefined });
    expect(labels(report)).toEqual([
      ...['Build OS', 'JobId', 'Job', 'FileSet', 'Verify Level', 'Client'],
      ...['Start time', 'End time', 'Elapsed time', 'Files Examined', 'Non-fatal FD errors'],
      ...['FD termination status', 'Termination'],
    ]);
  });

  test('Copy/Migrate', () => {
    const source = { jobId: 5, job: 'Gzip.2026-11-20_03.41.10_05', level: 'F' };
    const report = copyReport({
      ...COMMON,
      ...{ source, newJobId: 8, migrates: false, readStorages: ['File1'] },
      ...{ readPool: named('Full'), writePool: named('Copies'), writeStorage: named('File2') },
    });
    expect(labels(report)).toEqual([
      ...['Build OS', 'Prev Backup JobId', 'Prev Backup Job', 'New Backup JobId', 'Current JobId'],
      ...['Current Job', 'Backup Level', 'Client', 'FileSet', 'Read Pool', 'Read Storage', 'Write Pool'],
      ...['Write Storage', 'Catalog', 'Start time', 'End time', 'Elapsed time', 'Priority'],
      ...['SD Files Written', 'SD Bytes Written', 'Rate', ...STORED, 'Termination'],
    ]);
  });
});
