import type { Migration } from './migration.ts';

/**
 * File records are packed with other times from here on (packed-entries.ts). Rows stay as they are, since each says how it is
 * packed; but programs before this step must not take the new ones for old ones.
 */
export const nearTimes: Migration = { version: 7, sql: '' };
