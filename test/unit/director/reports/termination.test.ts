import { describe, expect, test } from 'vitest';
import {
  adminTermination,
  copyTermination,
  restoreTermination,
  verifyTermination,
} from '../../../../director/reports/termination.ts';

const texts = (statuses: string, textOf: (status: string) => string) => [...statuses].map(textOf);

describe('Termination texts (monitoring scripts grep for these)', () => {
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

  test('of a restore that was broken off', () => {
    expect(restoreTermination('I', { expected: 2, restored: 1 })).toBe('Restore Incomplete');
  });
});
