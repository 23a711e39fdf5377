import { levelName } from '../jobs/job-codes.ts';

/** The single letters of the catalog in the words of the console. */

const TYPES: Readonly<Record<string, string>> = {
  B: 'Backup',
  R: 'Restore',
  V: 'Verify',
  D: 'Admin',
  c: 'Copy',
  g: 'Migrate',
  C: 'Job Copy',
  M: 'Migrated',
};

/** At most eight letters, for the tables of terminated jobs. */
const SHORT_STATUSES: Readonly<Record<string, string>> = {
  T: 'OK',
  W: 'Warnings',
  E: 'Error',
  e: 'Error',
  f: 'Error',
  D: 'Diffs',
  A: 'Cancel',
  I: 'Incompl.',
};

/** Of Backup jobs, in the order of the `mod` menu. */
export const BACKUP_LEVELS = ['Full', 'Incremental', 'Differential', 'Since', 'VirtualFull'] as const;
export const VERIFY_LEVELS = ['Catalog', 'InitCatalog', 'VolumeToCatalog', 'DiskToCatalog', 'Data'] as const;

/** Four letters for the status tables; a job without levels shows its type. */
export function shortLevel(type: string, level: string): string {
  return (hasLevel(type) ? levelName(level) : typeWord(type)).slice(0, 4);
}

export function hasLevel(type: string): boolean {
  return type !== 'R' && type !== 'D';
}

export function typeWord(letter: string): string {
  return TYPES[letter] ?? letter;
}

export function shortStatus(letter: string): string {
  return SHORT_STATUSES[letter] ?? letter;
}
