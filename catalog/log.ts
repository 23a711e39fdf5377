import { toColumn, type Connection } from './connection.ts';
import type { EventEntry, LogEntry } from './inputs.ts';
import type { LogRow } from './rows.ts';

/** In the order in which they stand. */
export function appendLog(db: Connection, entries: readonly LogEntry[]): void {
  for (const { jobId, time, text } of entries) {
    db.run('INSERT INTO JobLog (JobId, Time, LogText) VALUES (:jobId, :time, :text)', {
      jobId,
      time: toColumn(time),
      text,
    });
  }
}

/** The messages of the job in the order in which they came. */
export function jobLog(db: Connection, jobId: number): LogRow[] {
  const rows = db.all<{ Time: number; LogText: string }>(
    'SELECT Time, LogText FROM JobLog WHERE JobId = :jobId ORDER BY LogId',
    { jobId },
  );
  return rows.map(({ Time, LogText }) => ({ time: new Date(Time), text: LogText }));
}

const APPEND_EVENT = `
  INSERT INTO Event (EventsCode, EventsType, EventsTime, EventsDaemon, EventsSource, EventsText)
  VALUES (:code, :type, :time, :daemon, :source, :text)`;

export function appendEvent(db: Connection, { code, type, time, daemon, source, text }: EventEntry): void {
  db.run(APPEND_EVENT, { code, type, time: toColumn(time), daemon, source, text });
}
