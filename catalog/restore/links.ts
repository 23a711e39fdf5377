import { FileType } from '../../proto/noctule/record/v1/file_record.ts';
import type { Connection } from '../connection.ts';
import { attributesOfType, unpackRecord } from '../file-attributes.ts';

/**
 * Hard links whose first name is not in the plan. The content lies under the first name only, so the first name's
 * entry joins the plan, to be restored under the link's name: it stands in for the link. Further links of that file stay
 * links, to the stand-in.
 */

const PAGE = 1_000;

interface Link {
  readonly JobRank: number;
  readonly JobId: number;
  readonly FileIndex: number;
  readonly PathId: number;
  readonly Name: Buffer;
  readonly Size: number;
  readonly Attributes: Buffer;
}

const NEXT_LINKS = `
  SELECT e.JobRank, j.JobId, e.FileIndex, e.PathId, f.Name, f.Size, f.Attributes
    FROM PlanEntry e
    CROSS JOIN PlanJob j ON j.PlanId = e.PlanId AND j.JobRank = e.JobRank
    CROSS JOIN FileEntry f ON f.FileId = (j.JobId << 32) | e.FileIndex
   WHERE e.PlanId = :planId AND (e.JobRank, e.FileIndex) > (:jobRank, :fileIndex)
     AND f.Attributes >= :first AND f.Attributes < :end
   ORDER BY e.JobRank, e.FileIndex LIMIT :limit`;

const IS_IN_PLAN = `
  SELECT 1 FROM PlanEntry WHERE PlanId = :planId AND JobRank = :jobRank AND FileIndex = :firstIndex`;

const IS_SAVED = 'SELECT 1 FROM FileEntry WHERE FileId = (:jobId << 32) | :firstIndex';

const LINK_STEPS_BACK = `
  DELETE FROM PlanEntry WHERE PlanId = :planId AND JobRank = :jobRank AND FileIndex = :fileIndex`;

const FIRST_NAME_STEPS_IN = 'INSERT INTO PlanEntry VALUES (:planId, :jobRank, :firstIndex, :pathId)';

const UNDER_THE_NAME_OF_THE_LINK = 'INSERT INTO PlanStandIn VALUES (:planId, :jobRank, :firstIndex, :name)';

/** Gives every hard link of the plan an entry with content to link to. */
export function addStandIns(db: Connection, planId: number): void {
  let after = { jobRank: -1, fileIndex: 0 };
  for (;;) {
    const links = db.all<Link>(NEXT_LINKS, {
      planId,
      ...after,
      ...attributesOfType(FileType.HARD_LINK),
      limit: PAGE,
    });
    for (const link of links) addStandIn(db, planId, link);
    const last = links.at(-1);
    if (last === undefined) return;
    after = { jobRank: last.JobRank, fileIndex: last.FileIndex };
  }
}

function addStandIn(db: Connection, planId: number, link: Link): void {
  const { JobRank: jobRank, JobId: jobId, FileIndex: fileIndex, PathId: pathId, Name: name } = link;
  const { linkFileIndex: firstIndex } = unpackRecord({
    path: name,
    fileIndex,
    size: link.Size,
    attributes: link.Attributes,
  });
  if (db.value(IS_IN_PLAN, { planId, jobRank, firstIndex }) !== undefined) return;
  if (db.value(IS_SAVED, { jobId, firstIndex }) === undefined) return;
  db.run(LINK_STEPS_BACK, { planId, jobRank, fileIndex });
  db.run(FIRST_NAME_STEPS_IN, { planId, jobRank, firstIndex, pathId });
  db.run(UNDER_THE_NAME_OF_THE_LINK, { planId, jobRank, firstIndex, name });
}
