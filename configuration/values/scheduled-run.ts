import { parseCronLine, type CronLine } from '../../calendar/cron-line.ts';
import { parseRunLine, type RunLine } from '../../calendar/run-line.ts';
import type { Span } from '../source.ts';
import type { AssignedType, PendingReference, ReadContext, Ref } from '../value-type.ts';
import { readScheduleText } from './schedule-text.ts';
import { spanOfTokens } from './single-token.ts';

/** A `Run =` or `Cron =` line of a Schedule before its names are resolved. */
export interface ScheduledRun {
  readonly line: RunLine | CronLine;
  readonly pool?: Ref<'Pool'>;
  readonly fullPool?: Ref<'Pool'>;
  readonly incrementalPool?: Ref<'Pool'>;
  readonly differentialPool?: Ref<'Pool'>;
  readonly nextPool?: Ref<'Pool'>;
  readonly storage?: Ref<'Storage'>;
  readonly messages?: Ref<'Messages'>;
}

/** The overrides of a Run line that name resources, with the type they name. */
const RUN_REFERENCES = {
  pool: 'Pool',
  fullPool: 'Pool',
  incrementalPool: 'Pool',
  differentialPool: 'Pool',
  nextPool: 'Pool',
  storage: 'Storage',
  messages: 'Messages',
} as const;

type RunReference = keyof typeof RUN_REFERENCES;
const REFERENCE_KEYS = Object.keys(RUN_REFERENCES) as RunReference[];

/** `Run = overrides days at time`. */
export const scheduledRuns = scheduleLines({
  title: 'overrides, days and a time',
  example: 'Level=Full 1st sat at 23:05',
  parse: parseRunLine,
});

/** `Cron = overrides "minute hour day month weekday"`. */
export const cronRuns = scheduleLines({
  title: 'overrides and an expression of cron',
  example: 'Level=Full "5 23 * * 6#1"',
  parse: parseCronLine,
  checkPlace: (span, context) => {
    const end: Span = { source: span.source, start: span.end, end: span.end + 1 };
    if (span.source.text[span.end] !== '#') return true;
    context.error(end, '"#" begins a comment here, so the expression ends', 'put the expression in quotes');
    return false;
  },
});

/** Lines that may stand many times, each in its own notation and all in one list. */
function scheduleLines(notation: {
  readonly title: string;
  readonly example: string;
  readonly parse: (text: string) => RunLine | CronLine;
  /** Reports what is wrong around the value. */
  readonly checkPlace?: (span: Span, context: ReadContext) => boolean;
}): AssignedType<readonly ScheduledRun[]> {
  const { title, example } = notation;
  return {
    form: 'assigned',
    title,
    example,
    repeated: 'adds',
    read(assignment, context) {
      const span = spanOfTokens(assignment.value) ?? assignment.name;
      if (notation.checkPlace?.(span, context) === false) return undefined;
      const read = readScheduleText(assignment, context, notation.parse);
      if (!read) return undefined;
      const { line, within } = read;
      const references: Partial<Record<RunReference, PendingReference>> = {};
      for (const key of REFERENCE_KEYS) {
        const name = line.overrides[key];
        if (name === undefined) continue;
        const place = within(line.overrideColumns[key] ?? 1, name.length);
        references[key] = { resourceType: RUN_REFERENCES[key], name, span: place, owner: context.owner };
      }
      return [{ line, ...references }];
    },
    format: (value) => value.map((run) => run.line.text),
    print: (value) => value.map(({ line }) => `${line.notation} = ${line.text}`),
    resolve: (value, resolver) =>
      value.map((run) => {
        const resolved: { -readonly [K in RunReference]?: ScheduledRun[K] } = {};
        for (const key of REFERENCE_KEYS) {
          const reference = run[key];
          if (reference) Object.assign(resolved, { [key]: resolver.resolve<string>(reference) });
        }
        return { line: run.line, ...resolved };
      }),
  };
}
