import type { FoundVolume } from './volume-search.ts';

export type ProblemCure =
  /** The volume is not there, and nothing is lost by it: label it anew. */
  | 'label'
  /** Look for another volume; this one is left alone by this job. */
  | 'skip'
  /** The volume is not what the catalog believes: never write to it again. */
  | 'error'
  /** No volume can be made now (labelling not allowed, directory gone): the operator is asked. */
  | 'wait'
  /** The volume may be as good as ever: the storage daemon has waited for its device, and now it is looked for again. */
  | 'again'
  /** It can be read, but not written. */
  | 'readOnly';

/**
 * What to do about the volume that the storage daemon could not use, by its problem code (VolumeWanted.problem_code).
 */
export function cureFor(problemCode: string, found: FoundVolume): ProblemCure {
  switch (problemCode) {
    case 'busy':
      return 'skip';
    case 'missing':
      if (found.action === 'label') return 'wait';
      return found.action === 'append' && found.media.volJobs > 0 ? 'error' : 'label';
    case 'device':
      return 'again';
    case 'protected':
      return 'readOnly';
    case 'exists':
    case 'label':
    case 'short':
      return 'error';
    default:
      return found.action === 'append' ? 'error' : 'wait';
  }
}
