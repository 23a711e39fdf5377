import { describe, expect, test } from 'vitest';
import { platform, versionShort } from '../../../../daemon/version.ts';
import { backupReport, type BackupReport } from '../../../../director/reports/backup-report.ts';

/** Civil times of the process: the report shows those. */
function at(hour: number, minute: number, second: number): Date {
  return new Date(2026, 10, 21, hour, minute, second);
}

const upgraded: BackupReport = {
  directorName: 'peer-dir',
  jobId: 2,
  job: 'Article.2026-11-21_03.40.00_08',
  level: 'F',
  upgradedFrom: 'I',
  client: 'peer-fd',
  clientVersion: '9.6.7 (10Dec20) x86_64-pc-linux-gnu,debian,bookworm/sid',
  fileSet: 'Article',
  fileSetTime: at(3, 40, 0),
  pool: { name: 'A-Full-Pool', from: 'Job FullPool override' },
  catalog: { name: 'MyCatalog', from: 'Client resource' },
  storage: { name: 'File1', from: 'Job resource' },
  scheduledTime: at(3, 40, 0),
  startTime: at(3, 40, 2),
  endTime: at(3, 40, 3),
  priority: 10,
  fdFiles: 76,
  sdFiles: 76,
  fdBytes: 2_229_331,
  readBytes: 22_420_000,
  compressed: true,
  sdBytes: 2_239_306,
  accurate: false,
  volumeNames: ['A-Full-0001'],
  volSessionId: 2,
  volSessionTime: 1_795_232_374,
  lastVolumeBytes: 4_534_176,
  fdErrors: 0,
  sdErrors: 0,
  fdStatus: 'OK',
  sdStatus: 'OK',
  status: 'T',
};

describe('the report of a backup', () => {
  test('is laid out as Bacula lays it out, line for line', () => {
    expect(backupReport(upgraded)).toBe(`Noctule peer-dir ${versionShort()}:
  Build OS:               ${platform()}
  JobId:                  2
  Job:                    Article.2026-11-21_03.40.00_08
  Backup Level:           Full (upgraded from Incremental)
  Client:                 "peer-fd" 9.6.7 (10Dec20) x86_64-pc-linux-gnu,debian,bookworm/sid
  FileSet:                "Article" 2026-11-21 03:40:00
  Pool:                   "A-Full-Pool" (From Job FullPool override)
  Catalog:                "MyCatalog" (From Client resource)
  Storage:                "File1" (From Job resource)
  Scheduled time:         21-Nov-2026 03:40:00
  Start time:             21-Nov-2026 03:40:02
  End time:               21-Nov-2026 03:40:03
  Elapsed time:           1 sec
  Priority:               10
  FD Files Written:       76
  SD Files Written:       76
  FD Bytes Written:       2,229,331 (2.229 MB)
  SD Bytes Written:       2,239,306 (2.239 MB)
  Rate:                   2229.3 KB/s
  Software Compression:   90.1% 10.1:1
  Comm Line Compression:  None
  Snapshot/VSS:           no
  Encryption:             no
  Accurate:               no
  Volume name(s):         A-Full-0001
  Volume Session Id:      2
  Volume Session Time:    1795232374
  Last Volume Bytes:      4,534,176 (4.534 MB)
  Non-fatal FD errors:    0
  SD Errors:              0
  FD termination status:  OK
  SD termination status:  OK
  Termination:            Backup OK
`);
  });

  test('of an Incremental without changes has no volumes, no rate, and a second of time', () => {
    const report = backupReport({
      ...upgraded,
      level: 'I',
      upgradedFrom: undefined,
      since: at(3, 39, 56),
      endTime: upgraded.startTime,
      fdFiles: 0,
      fdBytes: 0,
      readBytes: 0,
      volumeNames: [],
      lastVolumeBytes: 585,
    });
    expect(report).toContain('\n  Backup Level:           Incremental, since=2026-11-21 03:39:56\n');
    expect(report).toContain('\n  Elapsed time:           1 sec\n');
    expect(report).toContain('\n  FD Bytes Written:       0 (0 B)\n');
    expect(report).toContain('\n  Rate:                   0.0 KB/s\n');
    expect(report).toContain('\n  Software Compression:   None\n');
    expect(report).toContain('\n  Volume name(s):         \n');
    expect(report).toContain('\n  Last Volume Bytes:      585 (585 B)\n');
  });

  test('of a job that spans volumes joins their names', () => {
    const report = backupReport({ ...upgraded, volumeNames: ['Tiny-0006', 'Tiny-0007', 'Tiny-0008'] });
    expect(report).toContain('\n  Volume name(s):         Tiny-0006|Tiny-0007|Tiny-0008\n');
  });

  test('rates by the full seconds of the elapsed time', () => {
    const times = { startTime: at(3, 42, 36), endTime: at(3, 42, 47), fdBytes: 22_519_161 };
    const report = backupReport({ ...upgraded, ...times });
    expect(report).toContain('\n  Elapsed time:           11 secs\n');
    expect(report).toContain('\n  Rate:                   2047.2 KB/s\n');
  });

  test.each([
    ['T', 'Backup OK'],
    ['W', 'Backup OK -- with warnings'],
    ['A', 'Backup Canceled'],
    ['I', 'Backup failed -- Incomplete'],
    ['f', '*** Backup Error ***'],
    ['E', '*** Backup Error ***'],
  ])('of a job with status %s says %s', (status, termination) => {
    expect(backupReport({ ...upgraded, status })).toMatch(
      new RegExp(`^  Termination:            ${termination.replaceAll('*', '\\*')}$`, 'm'),
    );
  });

  test('shows compression only where something was gained by it', () => {
    expect(backupReport({ ...upgraded, compressed: false })).toContain('Software Compression:   None');
    const nothingGained = { ...upgraded, fdBytes: 1000, readBytes: 1001 };
    expect(backupReport(nothingGained)).toContain('Software Compression:   None');
  });

  test('of a job that never reached its client leaves the version out', () => {
    expect(backupReport({ ...upgraded, clientVersion: '' })).toContain(
      '\n  Client:                 "peer-fd"\n',
    );
  });
});
