import { describe, expect, test } from 'vitest';
import { platform, versionShort } from '../../../../daemon/version.ts';
import { restoreReport, type RestoreReport } from '../../../../director/reports/restore-report.ts';

const restored: RestoreReport = {
  directorName: 'peer-dir',
  jobId: 6,
  job: 'RestoreFiles.2026-11-21_03.41.10_21',
  client: 'peer-fd',
  where: '/srv/restore',
  regexWhere: '',
  replace: 'Always',
  storages: ['File'],
  startTime: new Date(2026, 10, 21, 3, 41, 12),
  endTime: new Date(2026, 10, 21, 3, 41, 12),
  filesExpected: 47,
  filesRestored: 47,
  filesSkipped: 0,
  bytesRestored: 21_314_678,
  fdErrors: 0,
  fdStatus: 'OK',
  sdStatus: 'OK',
  status: 'T',
};

describe('the report of a restore', () => {
  test('is laid out as Bacula lays it out, line for line', () => {
    expect(restoreReport(restored)).toBe(`Noctule peer-dir ${versionShort()}:
  Build OS:               ${platform()}
  JobId:                  6
  Job:                    RestoreFiles.2026-11-21_03.41.10_21
  Restore Client:         peer-fd
  Where:                  /srv/restore
  Replace:                Always
  Start time:             21-Nov-2026 03:41:12
  End time:               21-Nov-2026 03:41:12
  Elapsed time:           1 sec
  Files Expected:         47
  Files Restored:         47
  Bytes Restored:         21,314,678 (21.31 MB)
  Rate:                   21314.7 KB/s
  FD Errors:              0
  FD termination status:  OK
  SD termination status:  OK
  Termination:            Restore OK
`);
  });

  test.each([
    [{ status: 'W', filesRestored: 46 }, 'Restore OK -- warning file count mismatch'],
    [{ status: 'W' }, 'Restore OK -- with warnings'],
    [{ status: 'e' }, 'Restore OK -- with errors'],
    [{ status: 'f' }, '*** Restore Error ***'],
    [{ status: 'A' }, 'Restore Canceled'],
  ])('with %j says %s', (changes, termination) => {
    expect(restoreReport({ ...restored, ...changes })).toContain(
      `\n  Termination:            ${termination}\n`,
    );
  });

  test('counts files that Replace leaves alone as dealt with', () => {
    const report = restoreReport({ ...restored, status: 'W', filesRestored: 40, filesSkipped: 7 });
    expect(report).toContain('Restore OK -- with warnings');
  });
});
