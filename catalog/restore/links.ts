import { FileType } from '../../proto/noctule/record/v1/file_record.ts';
import type { Chain } from '../chain.ts';
import type { Connection } from '../connection.ts';
import { fileAt } from '../file-runs.ts';
import { addRange, rangeOf, removeFile, type PlanFile } from './plan-ranges.ts';

/** Links looked at at once. */
const LINKS_PER_PAGE = 1_000;

const NEXT_LINKS = `
  SELECT JobRank AS jobRank, FileIndex AS fileIndex FROM PlanLink
   WHERE PlanId = :planId AND (JobRank, FileIndex) > (:jobRank, :fileIndex)
   ORDER BY JobRank, FileIndex LIMIT :limit`;

const ADD_STAND_IN = 'INSERT INTO PlanStandIn VALUES (:planId, :jobRank, :fileIndex, :name)';

/**
 * Deals with hard links whose first name is not in the plan. The content lies under the first name only, so that file
 * joins the plan, to be restored under the name of the link: it stands in for the link. Further links of it stay links,
 * to the stand-in. Gives the bytes of content that came in so.
 */
export function addStandIns(db: Connection, planId: number, chain: Chain): number {
  let bytes = 0;
  let after: PlanFile = { jobRank: -1, fileIndex: 0 };
  for (;;) {
    const links = db.all<PlanFile>(NEXT_LINKS, { planId, ...after, limit: LINKS_PER_PAGE });
    const last = links.at(-1);
    if (last === undefined) return bytes;
    for (const link of links) bytes += addStandIn(db, planId, chain, link);
    after = last;
  }
}

function addStandIn(db: Connection, planId: number, chain: Chain, link: PlanFile): number {
  const { jobRank } = link;
  const jobId = chain.jobIds[jobRank] ?? 0;
  const range = rangeOf(db, planId, link);
  const entry = fileAt(db, jobId, link.fileIndex)?.entry;
  if (range === undefined || entry === undefined) return 0;
  const fileIndex = entry.linkFileIndex;
  const first = fileAt(db, jobId, fileIndex)?.entry;
  if (first === undefined || rangeOf(db, planId, { jobRank, fileIndex }) !== undefined) return 0;
  removeFile(db, planId, range, link.fileIndex);
  addRange(db, planId, { jobRank, first: fileIndex, last: fileIndex, pathId: range.pathId });
  db.run(ADD_STAND_IN, { planId, jobRank, fileIndex, name: entry.name });
  return first.type === FileType.REGULAR ? first.size : 0;
}
