import { parseRunLine, type RunLine } from '../../calendar/run-line.ts';
import { RunLineError } from '../../calendar/run-line-error.ts';
import type { Span } from '../source.ts';
import { writtenText } from '../syntax.ts';
import type { AssignedType, PendingReference, Ref } from '../value-type.ts';
import { spanOfTokens } from './single-token.ts';

/** A `Run =` line of a Schedule before its names are resolved. */
export interface ScheduledRun {
  readonly line: RunLine;
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

/** `Run = overrides dates at time`. */
export const scheduledRuns: AssignedType<readonly ScheduledRun[]> = {
  form: 'assigned',
  title: 'overrides, days and a time',
  example: 'Level=Full 1st sat at 23:05',
  repeated: 'adds',
  read(assignment, context) {
    const text = writtenText(assignment.value);
    const span = spanOfTokens(assignment.value) ?? assignment.name;
    /** The stretch of the line from a 1-based column on. */
    const within = (column: number, length: number): Span => {
      const start = Math.min(span.start + column - 1, Math.max(span.start, span.end - 1));
      return { source: span.source, start, end: Math.min(start + length, span.end) };
    };
    try {
      const line = parseRunLine(text);
      for (const warning of line.warnings) context.warning(span, warning);
      const references: Partial<Record<RunReference, PendingReference>> = {};
      for (const key of REFERENCE_KEYS) {
        const name = line.overrides[key];
        if (name === undefined) continue;
        const place = within(line.overrideColumns[key] ?? 1, name.length);
        references[key] = { resourceType: RUN_REFERENCES[key], name, span: place, owner: context.owner };
      }
      return [{ line, ...references }];
    } catch (error) {
      if (!(error instanceof RunLineError)) throw error;
      context.error(within(error.column, error.length), error.message, error.hint);
      return undefined;
    }
  },
  format: (value) => value.map((run) => run.line.text),
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
