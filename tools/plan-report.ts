import type { DirectorConf, JobResource } from '../configuration/director-conf.ts';
import { firingPriority, firingsBetween, type Firing } from '../configuration/runs/firings.ts';
import { askedLevel, chosenPool, chosenStorage } from '../configuration/runs/run-choice.ts';
import { formatPlanTime } from '../text/civil-time.ts';
import { renderTable } from '../text/text-table.ts';
import { planRemarks } from './plan-remarks.ts';

/** A plan of more runs is cut off, and says so. */
const RUNS_MAX = 100_000;

export interface PlanSpan {
  /** Runs after this. */
  readonly from: Date;
  /** Runs up to this. */
  readonly until: Date;
}

/**
 * What the schedules of a conf start in a span of time, as a table, and what of them is surely not meant. Times are
 * in the time zone of the process, which is that of a Director on this machine.
 */
export function planReport(conf: DirectorConf, { from, until }: PlanSpan): string {
  const firings = firingsBetween(conf, from, until, RUNS_MAX + 1);
  const shown = firings.slice(0, RUNS_MAX);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const heading = `${conf.director.name} from ${formatPlanTime(from)} to ${formatPlanTime(until)}, ${zone}\n\n`;
  const cut = firings.length > RUNS_MAX ? `There are more: only the first ${RUNS_MAX} are shown.\n` : '';
  const runs =
    shown.length === 0 ? 'Nothing is started.\n' : renderTable(COLUMNS, shown.map(row)) + cut + LEVEL_NOTE;
  const remarks = planRemarks(conf, from);
  const listed = remarks.map((remark) => `  - ${remark}\n`).join('');
  return heading + runs + (remarks.length === 0 ? '' : `\nRemarks:\n${listed}`);
}

const COLUMNS = ['When', 'Job', 'Level', 'Pool', 'Storage', 'Priority'];
const LEVEL_NOTE = 'A backup without a good Full before it runs as Full, into the pool for Full.\n';

function row(firing: Firing): (string | number)[] {
  const { at, job, run } = firing;
  const level = askedLevel(job, run.line.overrides.level);
  const where = writes(job) ? placeOf(firing, level) : ['', ''];
  return [formatPlanTime(at), job.name, levelText(job, level), ...where, firingPriority(firing)];
}

/** Pool and Storage; Admin jobs have them in the conf and use none. */
function placeOf({ job, run }: Firing, level: string | undefined): [pool: string, storage: string] {
  const choice = { ...run, job };
  const pool = chosenPool(choice, level).resource;
  const storage = chosenStorage(choice, pool)?.resource;
  return [pool.name, storage ? `${storage.name}${storage.enabled ? '' : ' (disabled)'}` : ''];
}

function writes(job: JobResource): boolean {
  return job.type !== 'Admin' && job.type !== 'Verify';
}

function levelText({ type }: JobResource, level: string | undefined): string {
  if (type === 'Backup') return level ?? '';
  return type === 'Verify' ? `${type} ${level}` : type;
}
