import { RunRefused } from '../director-errors.ts';
import { rangeText, type BootstrapSection, type NumberRange } from './bootstrap.ts';

/** One job as a bootstrap file names it: a session on volumes. */
export interface WantedSession {
  readonly volSessionId: number;
  readonly volSessionTime: number;
  /** In the order of the file. */
  readonly volumes: readonly WantedVolume[];
  /** Empty: all of its files. */
  readonly fileIndexes: readonly NumberRange[];
  /** What the file says of its job. */
  readonly conditions: readonly BootstrapSection[];
}

export interface WantedVolume {
  readonly volumeName: string;
  /** Names as the file has them. */
  readonly storage: string | undefined;
  readonly mediaType: string | undefined;
}

/** In one section. */
const SESSIONS_MAX = 1_000;

type Draft = { -readonly [K in keyof WantedSession]: WantedSession[K] };

/**
 * The sessions of a bootstrap file in the order in which it names them first.
 * @param fileName For messages.
 * @throws RunRefused when a section names none, or chooses files by what is not in the records.
 */
export function wantedSessions(sections: readonly BootstrapSection[], fileName: string): WantedSession[] {
  const sessions = new Map<string, Draft>();
  const whole = new Set<Draft>();
  for (const section of sections) {
    const at = `${fileName}:${section.line}: the section that begins here`;
    if (section.unused.length > 0) {
      throw new RunRefused(`${at} chooses files by ${section.unused.join(', ')}, which a restore does not`, {
        hint: 'Take these lines out, and choose by FileIndex.',
      });
    }
    for (const { id, time } of sessionsOf(section, at)) {
      const name = sessionText({ volSessionId: id, volSessionTime: time });
      const session = sessions.get(name) ?? {
        ...{ volSessionId: id, volSessionTime: time },
        ...{ volumes: [], fileIndexes: [], conditions: [] },
      };
      sessions.set(name, session);
      const { storage, mediaType } = section;
      const isNew = (volumeName: string) => session.volumes.every((known) => known.volumeName !== volumeName);
      session.volumes = [
        ...session.volumes,
        ...section.volumes.filter(isNew).map((volumeName) => ({ volumeName, storage, mediaType })),
      ];
      session.conditions = [...session.conditions, section];
      if (section.fileIndexes.length === 0) whole.add(session);
      session.fileIndexes = whole.has(session) ? [] : [...session.fileIndexes, ...section.fileIndexes];
    }
  }
  return [...sessions.values()];
}

/** `7/1767222000`: as messages name a session. */
export function sessionText({
  volSessionId,
  volSessionTime,
}: Pick<WantedSession, 'volSessionId' | 'volSessionTime'>): string {
  return `${volSessionId}/${volSessionTime}`;
}

function sessionsOf(
  { volSessionIds, volSessionTimes }: BootstrapSection,
  at: string,
): { id: number; time: number }[] {
  if (volSessionIds.length === 0 || volSessionTimes.length === 0) {
    throw new RunRefused(`${at} names no session of its Volume`, {
      hint: 'Add VolSessionId and VolSessionTime; "llist jobid=" and "noctule bls -j" show them.',
    });
  }
  const [ids, times] = [volSessionIds, volSessionTimes].map((ranges) => {
    const count = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    if (count <= SESSIONS_MAX) return ranges.flatMap(numbersOf);
    throw new RunRefused(`${at} names ${count} sessions (${ranges.map(rangeText).join(',')})`, {
      hint: `Name those that are there; a section takes ${SESSIONS_MAX}.`,
    });
  }) as [number[], number[]];
  return times.flatMap((time) => ids.map((id) => ({ id, time })));
}

function numbersOf({ first, last }: NumberRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
