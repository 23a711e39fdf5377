import type { Bandwidth } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';

/** Tells the client a limit; resolves with the one that holds there, which may be smaller. */
export type TellClient = (limit: Bandwidth) => Promise<Bandwidth | undefined>;

/** How fast a job may move its data. The limit can change at any time; while data moves, the client hears of it. */
export class JobBandwidth {
  #limit: Bandwidth;
  #tell: TellClient | undefined;

  /** In bytes per second; 0 = no limit. */
  constructor(bytesPerSecond: number) {
    this.#limit = { bytesPerSecond };
  }

  get limit(): Bandwidth {
    return this.#limit;
  }

  /** Replaces the limit and resolves with what holds now. @throws OperatorError when the client could not be told. */
  async set(bytesPerSecond: number): Promise<number> {
    this.#limit = { bytesPerSecond };
    const holds = await this.#tell?.(this.#limit);
    return holds?.bytesPerSecond ?? bytesPerSecond;
  }

  /** The client has the job, with the limit `sent`. It hears of changes, one that came meanwhile included. */
  async connect(sent: Bandwidth | undefined, tell: TellClient): Promise<void> {
    this.#tell = tell;
    if (this.#limit !== sent) await tell(this.#limit);
  }

  disconnect(): void {
    this.#tell = undefined;
  }
}
