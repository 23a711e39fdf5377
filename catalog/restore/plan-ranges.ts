import type { Connection } from '../connection.ts';

/** What a plan restores, as ranges of files: table PlanRange. Ranges of a job do not overlap. */

export interface PlanFile {
  readonly jobRank: number;
  readonly fileIndex: number;
}

export interface PlanRange {
  readonly jobRank: number;
  readonly first: number;
  readonly last: number;
  readonly pathId: number;
}

const ADD = 'INSERT INTO PlanRange VALUES (:planId, :jobRank, :first, :last, :pathId)';

/** The last range that begins at or before the file; the file is in it unless it ends before. */
const RANGE_BEFORE = `
  SELECT JobRank AS jobRank, FirstIndex AS first, LastIndex AS last, PathId AS pathId FROM PlanRange
   WHERE PlanId = :planId AND JobRank = :jobRank AND FirstIndex <= :fileIndex ORDER BY FirstIndex DESC LIMIT 1`;

const REMOVE = 'DELETE FROM PlanRange WHERE PlanId = :planId AND JobRank = :jobRank AND FirstIndex = :first';

export function addRange(db: Connection, planId: number, range: PlanRange): void {
  db.run(ADD, { planId, ...range });
}

/** The range with this file in it; undefined when the file is not in the plan. */
export function rangeOf(
  db: Connection,
  planId: number,
  { jobRank, fileIndex }: PlanFile,
): PlanRange | undefined {
  const range = db.get<PlanRange>(RANGE_BEFORE, { planId, jobRank, fileIndex });
  return range !== undefined && range.last >= fileIndex ? range : undefined;
}

/** Takes one file out of the range that it is in. */
export function removeFile(db: Connection, planId: number, range: PlanRange, fileIndex: number): void {
  db.run(REMOVE, { planId, jobRank: range.jobRank, first: range.first });
  if (range.first < fileIndex) addRange(db, planId, { ...range, last: fileIndex - 1 });
  if (range.last > fileIndex) addRange(db, planId, { ...range, first: fileIndex + 1 });
}
