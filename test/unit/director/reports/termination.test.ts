import { describe, expect, test } from 'vitest';
import {
  adminTermination,
  backupTermination,
  copyTermination,
  endedWell,
  exitStatusText,
  restoreTermination,
  verifyTermination,
} from '../../../../director/reports/termination.ts';

const texts = (statuses: string, textOf: (status: string) => string) => [...statuses].map(textOf);

describe('Termination texts (monitoring scripts grep for these)', () => {
  test('of a Backup', () => {
    expect(texts('TWEfAI', backupTermination)).toEqual([
      'Backup OK',
      'Backup OK -- with warnings',
      '*** Backup Error ***',
      '*** Backup Error ***',
      'Backup Canceled',
      'Backup failed -- Incomplete',
    ]);
  });

  test('of a Restore, which tells when not all files came back', () => {
    const all = { expected: 2, restored: 2 };
    expect(texts('TWefEAI', (status) => restoreTermination(status, all))).toEqual([
      'Restore OK',
      'Restore OK -- with warnings',
      'Restore OK -- with errors',
      '*** Restore Error ***',
      '*** Restore Error ***',
      'Restore Canceled',
      'Restore Incomplete',
    ]);
    expect(restoreTermination('W', { expected: 2, restored: 1 })).toBe(
      'Restore OK -- warning file count mismatch',
    );
  });

  test('of a Verify', () => {
    expect(texts('TWeDfEA', verifyTermination)).toEqual([
      'Verify OK',
      'Verify OK -- with warnings',
      'Verify warnings',
      'Verify Differences',
      '*** Verify Error ***',
      '*** Verify Error ***',
      'Verify Canceled',
    ]);
  });

  test('of an Admin job', () => {
    expect(texts('TWfEA', adminTermination)).toEqual([
      'Admin OK',
      'Admin OK',
      '*** Admin Error ***',
      '*** Admin Error ***',
      'Admin Canceled',
    ]);
  });

  test('of a Copy and a Migration, by the same pattern', () => {
    const of = (migrates: boolean) =>
      texts('TWfEA', (status) => copyTermination(status, { migrates, isIdle: false }));
    expect(of(false)).toEqual([
      'Copying OK',
      'Copying OK -- with warnings',
      '*** Copying Error ***',
      '*** Copying Error ***',
      'Copying Canceled',
    ]);
    expect(of(true)).toEqual(of(false).map((text) => text.replace('Copying', 'Migration')));
  });

  test('"No files to migrate/copy" ends OK', () => {
    expect(copyTermination('T', { migrates: true, isIdle: true })).toBe('Migration -- no files to migrate');
    expect(copyTermination('T', { migrates: false, isIdle: true })).toBe('Copying -- no files to copy');
  });
});

test('%e is the exit status as text', () => {
  expect(texts('TWEefADI', exitStatusText)).toEqual([
    'OK',
    'OK -- with warnings',
    'Error',
    'Error',
    'Fatal Error',
    'Canceled',
    'Differences',
    'Incomplete',
  ]);
});

test('mail on error is for all jobs whose status is neither T nor W, mail on success for the others', () => {
  expect([...'TWEefADI'].filter(endedWell)).toEqual(['T', 'W']);
});
