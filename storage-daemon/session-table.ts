import { randomInt } from 'node:crypto';
import type {
  MountedVolume,
  SessionStatus,
  TerminatedSession,
} from '../proto/noctule/storage/v1/storage_daemon.ts';
import { RequestRefused } from './storage-errors.ts';

/** What a storage daemon may start to number its sessions with; as many again are left for those that it runs. */
const FIRST_VOL_SESSION_ID_MAX = 2 ** 31;

/** A volume that a session has open, and on which device. */
export interface OpenVolume extends MountedVolume {
  readonly deviceName: string;
}

/** A session as the table sees it. */
export interface RunningSession {
  status(): SessionStatus;
  openVolume(): OpenVolume | undefined;
  abort(reason: string): void;
}

const TERMINATED_MAX = 10;

/** The sessions that run now, and the last ones that ended. */
export class SessionTable {
  /** Seconds since the epoch. With the number of a session it names that session on the volumes for ever. */
  readonly volSessionTime: number;
  readonly #running = new Set<RunningSession>();
  readonly #terminated: TerminatedSession[] = [];
  #nextVolSessionId: number;
  #endedCount = 0;
  #idle: PromiseWithResolvers<void> | undefined;
  #isClosed = false;
  /** At once; a session beyond is refused. */
  sessionsMax: number;

  /**
   * @param firstVolSessionId drawn, in a daemon: two storage daemons of a site may start in the same second, and the Director
   * puts together what they wrote.
   */
  constructor(startedAt: Date, sessionsMax: number, firstVolSessionId = drawVolSessionId()) {
    this.#nextVolSessionId = firstVolSessionId;
    this.volSessionTime = Math.trunc(startedAt.getTime() / 1000);
    this.sessionsMax = sessionsMax;
  }

  get running(): RunningSession[] {
    return [...this.#running];
  }

  /** The newest last. */
  get terminated(): readonly TerminatedSession[] {
    return this.#terminated;
  }

  get endedCount(): number {
    return this.#endedCount;
  }

  nextVolSessionId(): number {
    return this.#nextVolSessionId++;
  }

  #admit(): void {
    if (this.#isClosed) {
      throw new RequestRefused('The storage daemon is stopping', 'Run the job again when it is back.');
    }
    if (this.#running.size >= this.sessionsMax) {
      throw new RequestRefused(
        `The storage daemon already has ${this.#running.size} jobs, its Maximum Concurrent Jobs`,
        'Raise Maximum Concurrent Jobs of the storage daemon, or lower it in its Storage resource at the Director.',
      );
    }
  }

  /**
   * Runs `work` as that of `session`, which shows in the table meanwhile; its status letter stays a while after.
   * @throws RequestRefused when there are too many, or the daemon is stopping
   */
  async during<R extends { status: string }>(session: RunningSession, work: () => Promise<R>): Promise<R> {
    this.#admit();
    this.#running.add(session);
    let status = 'E';
    try {
      const result = await work();
      ({ status } = result);
      return result;
    } finally {
      const { jobId, job, level, files, bytes } = session.status();
      this.#running.delete(session);
      this.#endedCount += 1;
      this.#terminated.push({ jobId, job, level, files, bytes, status, endedAtMs: Date.now() });
      this.#terminated.splice(0, this.#terminated.length - TERMINATED_MAX);
      if (this.#running.size === 0) this.#idle?.resolve();
    }
  }

  /** Takes no more sessions, lets those that run end by themselves for `graceMs`, then aborts them. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#running.size === 0) return;
    this.#idle = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      for (const session of this.#running) session.abort('The storage daemon was stopped');
    }, graceMs);
    await this.#idle.promise;
    clearTimeout(timer);
  }
}

function drawVolSessionId(): number {
  return randomInt(1, FIRST_VOL_SESSION_ID_MAX);
}
