import { notYet } from '../directive.ts';
import { resourceType } from '../resource-type.ts';
import { MESSAGES } from '../tables/messages.ts';
import { STATISTICS } from '../tables/statistics.ts';

/** In the conf of each daemon. */
export const MESSAGES_TYPE = resourceType('Messages', MESSAGES, 'Where messages go, by their type.');
/** In the conf of each daemon. */
export const STATISTICS_TYPE = resourceType(
  'Statistics',
  STATISTICS,
  'Numbers about the daemon, sent away regularly.',
  { status: notYet('metrics are not collected yet') },
);
