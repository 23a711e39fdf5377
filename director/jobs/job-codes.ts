/**
 * The single letters that the catalog keeps for job types and levels, and the words of the conf file
 * (reference of Bacula's codes: docs/catalog.md).
 */

export type JobType = 'B' | 'R' | 'V' | 'D' | 'c' | 'g';
/** Levels of a backup that its client takes part in. */
export type BackupLevel = 'F' | 'D' | 'I' | 'S';
/** Catalog, InitCatalog, VolumeToCatalog, DiskToCatalog, Data. */
export type VerifyLevel = 'C' | 'V' | 'O' | 'd' | 'A';

const TYPE_LETTERS: Readonly<Record<string, JobType>> = {
  Backup: 'B',
  Restore: 'R',
  Verify: 'V',
  Admin: 'D',
  Copy: 'c',
  Migrate: 'g',
};

const LEVEL_LETTERS: Readonly<Record<string, string>> = {
  Full: 'F',
  Differential: 'D',
  Incremental: 'I',
  Since: 'S',
  VirtualFull: 'f',
  Base: 'B',
  Catalog: 'C',
  InitCatalog: 'V',
  VolumeToCatalog: 'O',
  DiskToCatalog: 'd',
  Data: 'A',
};

const LEVEL_NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(LEVEL_LETTERS).map(([name, letter]) => [letter, name])),
  f: 'Virtual Full',
};

/** The catalog's letter of a Job resource's type. */
export function typeLetter(typeName: string): JobType {
  const letter = TYPE_LETTERS[typeName];
  if (!letter) throw new Error(`unknown job type ${JSON.stringify(typeName)}`);
  return letter;
}

/** The catalog's letter of a level word in any case; `undefined` when there is no such level. */
export function levelLetter(levelName: string): string | undefined {
  const wanted = levelName.toLowerCase();
  return Object.entries(LEVEL_LETTERS).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The word for a level letter as the job report prints it; empty for jobs without a level. */
export function levelName(letter: string): string {
  return LEVEL_NAMES[letter] ?? '';
}

/** The word for a level letter as the conf has it; empty when there is no such level. */
export function levelWord(letter: string): string {
  return Object.entries(LEVEL_LETTERS).find(([, one]) => one === letter)?.[0] ?? '';
}

export function isBackupLevel(letter: string): letter is BackupLevel {
  return letter === 'F' || letter === 'D' || letter === 'I' || letter === 'S';
}

export function isVerifyLevel(letter: string): letter is VerifyLevel {
  return letter === 'C' || letter === 'V' || letter === 'O' || letter === 'd' || letter === 'A';
}
