import { quote } from '../../configuration/values/text.ts';

/** Both ends included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/**
 * A part of a bootstrap file (reference bacula-jobs, section 7): which sessions are to be read from some volumes, and which of
 * their files. An empty list of numbers or names takes them all.
 */
export interface BootstrapSection {
  /** Of the file, counted from 1: where it begins. */
  readonly line: number;
  readonly storage: string | undefined;
  /** At least one. */
  readonly volumes: readonly string[];
  readonly mediaType: string | undefined;
  readonly volSessionIds: readonly NumberRange[];
  readonly volSessionTimes: readonly NumberRange[];
  /** Where the session lies on the volume, in bytes: it is found without, too. */
  readonly volAddrs: readonly NumberRange[];
  readonly fileIndexes: readonly NumberRange[];
  /** How many files are meant, told for the reader. */
  readonly count: number | undefined;
  readonly clients: readonly string[];
  /** Unique names of jobs. */
  readonly jobs: readonly string[];
  readonly jobIds: readonly NumberRange[];
  /** Letters of the catalog. */
  readonly jobTypes: readonly string[];
  readonly jobLevels: readonly string[];
  /** Keywords of the section that choose files in a way that no restore of Noctule does. */
  readonly unused: readonly string[];
}

/** What Write Bootstrap writes of a job for each volume that it lies on. */
export type WrittenSection = Pick<BootstrapSection, 'volumes' | 'storage' | 'mediaType'> & {
  readonly volSessionId: number;
  readonly volSessionTime: number;
  readonly volAddr: NumberRange;
  readonly fileIndex: NumberRange;
};

/** The lines of a section, as Bacula's programs read them too. */
export function sectionText(section: WrittenSection): string {
  const { storage, volumes, mediaType, volSessionId, volSessionTime, volAddr, fileIndex } = section;
  const lines = [
    storage !== undefined && `Storage = ${quote(storage)}`,
    `Volume = ${quote(volumes.join('|'))}`,
    mediaType !== undefined && `MediaType = ${quote(mediaType)}`,
    `VolSessionId = ${volSessionId}`,
    `VolSessionTime = ${volSessionTime}`,
    `VolAddr = ${rangeText(volAddr)}`,
    `FileIndex = ${rangeText(fileIndex)}`,
    `Count = ${fileIndex.last - fileIndex.first + 1}`,
  ];
  return `${lines.filter((line) => line !== false).join('\n')}\n`;
}

export function rangeText({ first, last }: NumberRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

export function isWithin(value: number, ranges: readonly NumberRange[]): boolean {
  return ranges.some(({ first, last }) => value >= first && value <= last);
}
