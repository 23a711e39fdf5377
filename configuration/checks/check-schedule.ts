import { firingTimesOf } from '../../calendar/firing-times.ts';
import { nextCommonReading } from '../../calendar/readings.ts';
import type { JobResource, ScheduledRunLine, ScheduleResource } from '../director-resources.ts';
import type { Problems } from '../problem.ts';
import { labelOf, placeInNode, type ResourceNode } from '../resource-node.ts';
import { checkedOf } from './check-conf.ts';
import { BACKUP_LEVELS, LEVELS_THAT_RUN, whyItCannotRun } from './check-job.ts';

/** A Schedule of more lines was made by a program, and comparing each with each would take long. */
const COMPARED_LINES_MAX = 40;

/** Schedules that start nothing, or start a job twice. */
export function checkSchedules(nodes: readonly ResourceNode[], problems: Problems): void {
  const used = new Set(checkedOf<JobResource>(nodes, 'Job').map(({ resource }) => resource.schedule?.name));
  for (const { node, resource } of checkedOf<ScheduleResource>(nodes, 'Schedule')) {
    if (!node.spans.has('runs') && !node.spans.has('cron')) {
      problems.add('warning', node.block.name, `${labelOf(node)} has no Run or Cron line: it starts nothing`);
    } else if (resource.name !== undefined && !used.has(resource.name)) {
      problems.add('notice', node.block.name, `no Job has ${labelOf(node)}`);
    }
    checkTwice(node, resource.runs ?? [], problems);
    for (const { line } of resource.runs ?? []) {
      const { level } = line.overrides;
      if (level === undefined || LEVELS_THAT_RUN.includes(level) || !BACKUP_LEVELS.includes(level)) continue;
      const message = `"${line.text}" of ${labelOf(node)} ${whyItCannotRun(level)}`;
      problems.add('warning', placeInNode(node, 'runs'), message);
    }
  }
}

/** Two lines that fire in the same minute start the job twice. */
function checkTwice(node: ResourceNode, runs: readonly ScheduledRunLine[], problems: Problems): void {
  if (runs.length > COMPARED_LINES_MAX) return;
  const entries = node.block.entries.filter((entry) => entry.key === 'run' || entry.key === 'cron');
  for (const [index, { line }] of runs.entries()) {
    const times = firingTimesOf(line.times);
    const twin = runs
      .slice(index + 1)
      .find((other) => nextCommonReading(times, firingTimesOf(other.line.times), 0) !== undefined);
    if (!twin) continue;
    problems.add(
      'warning',
      entries[index]?.name ?? node.block.name,
      `this line and "${twin.line.text}" can fire in the same minute: that starts two jobs`,
      'take the days of one line out of the other',
    );
  }
}
