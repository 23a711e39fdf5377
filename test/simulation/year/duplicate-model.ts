import type { DuplicateWords, Level } from './big-site.ts';

/**
 * Who goes when a run meets another one of its Job, by the reference (bacula-jobs, section 4, duplicates); `asked`: the
 * levels asked for, or of a run that has begun, its real one.
 */
export function whoGoes(
  words: DuplicateWords,
  asked: Level,
  other: { readonly level: Level; readonly isWaiting: boolean },
): 'new' | 'other' {
  if (words.lowerLevel) {
    if (asked === 'F' && other.level !== 'F') return 'other';
    if (asked === 'D' && other.level === 'I') return 'other';
    if (asked === 'D' && other.level === 'F') return 'new';
    if (asked === 'I' && other.level !== 'I') return 'new';
  }
  if (words.queued && other.isWaiting) return 'other';
  return words.running ? 'other' : 'new';
}
