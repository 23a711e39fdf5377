import type { JobResource } from '../../configuration/director-conf.ts';
import { regexWhereOfJob } from './path-relocation.ts';
import type { RestoreRequest } from '../services.ts';
import { EVERYTHING } from './everything.ts';

/** What a Restore job does by itself with a bootstrap file. */
export function bootstrapRestore(job: JobResource, bootstrap: string): RestoreRequest {
  return {
    bootstrap,
    selection: { jobIds: [], rules: EVERYTHING },
    restoreClient: job.restoreClient ?? job.client,
    where: job.where ?? '',
    regexWhere: regexWhereOfJob(job),
    replace: job.replace.toLowerCase() as RestoreRequest['replace'],
  };
}
