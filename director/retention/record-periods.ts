import type { JobRow } from '../../catalog/rows.ts';
import type { ClientResource, PoolResource } from '../../configuration/director-conf.ts';
import { endedWell } from '../reports/termination.ts';

const DAY_SECONDS = 86_400;

/** What Bacula takes when a Client says nothing. */
const UNSAID = { fileRetention: 60 * DAY_SECONDS, jobRetention: 180 * DAY_SECONDS } as const;

export type RecordRetention = keyof typeof UNSAID;

/** The periods as the catalog's row of a client shows them, in seconds. */
export function clientRetentions(client: ClientResource): Record<RecordRetention, number> {
  const { fileRetention = UNSAID.fileRetention, jobRetention = UNSAID.jobRetention } = client;
  return { fileRetention, jobRetention };
}

/**
 * How long the catalog keeps the files or the row of a job, in seconds from its end; 0 = no longer and no shorter than
 * its volumes keep its data. The Pool's word beats the Client's. Where neither says anything, good backups go with
 * their volumes: who keeps volumes for a year wants to restore from them for a year (docs/differences.md).
 */
export function recordPeriod(
  kind: RecordRetention,
  { type, jobStatus }: Pick<JobRow, 'type' | 'jobStatus'>,
  client: ClientResource,
  pool: PoolResource | undefined,
): number {
  const said = pool?.[kind] ?? client[kind];
  if (said !== undefined) return said;
  return type === 'B' && endedWell(jobStatus) ? 0 : UNSAID[kind];
}
