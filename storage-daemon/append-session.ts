import { OperatorError, messageOf } from '../errors/operator-error.ts';
import {
  SessionMessageType,
  type AppendFinished,
  type SessionStatus,
  type StoreResponse,
} from '../proto/noctule/storage/v1/storage_daemon.ts';
import { SessionEndStatus } from '../volume/control-member.ts';
import { MemberKind } from '../volume/member.ts';
import { untilAborted } from './abortable.ts';
import { takeDrive } from './device.ts';
import { DirectorTalk, type DirectorLink } from './director-talk.ts';
import { MemberSequence, type SessionMember } from './member-sequence.ts';
import { Patience } from './patience.ts';
import { SessionPart, isVolumeFailure } from './session-part.ts';
import type { OpenVolume, RunningSession } from './session-table.ts';
import { endOfMediumText, transferText } from './session-text.ts';
import { NoRoom, SessionCutShort, type VolumeUnusable } from './storage-errors.ts';
import { isNoRoom } from './storage-file.ts';
import type { WakeUp } from './wake-up.ts';
import { VolumeSupply, type VolumeSupplyOptions } from './volume-supply.ts';

export interface AppendSessionOptions extends VolumeSupplyOptions {
  readonly volSessionId: number;
  readonly volSessionTime: number;
  readonly director: DirectorLink;
  /** Lets the session look again for what it waits for. */
  readonly wakeUp: WakeUp;
  readonly clientConnectTimeoutMs: number;
  /** Told of what ended the session and is no OperatorError: a bug, or a failure nobody foresaw. */
  onFault(error: unknown): void;
}

/**
 * One backup session: takes the members a file daemon sends, puts them on the volumes the Director gives, and tells
 * the Director what is durable.
 *
 *     mount a volume -> wait for the file daemon -> its members -> all durable -> finished
 *          ^                                            |
 *          +------------- the volume is full -----------+         any failure or abort: cut back, finished
 *
 * Memory is a window: one member is taken at a time, and the part on the volume keeps what is not durable yet.
 */
export class AppendSession implements RunningSession {
  readonly options: AppendSessionOptions;
  readonly startedAt = new Date();
  readonly #ending = new AbortController();
  readonly #talk: DirectorTalk;
  readonly #patience: Patience;
  readonly #supply: VolumeSupply;
  readonly #sequence: MemberSequence;
  readonly #stored = Promise.withResolvers<AsyncIterable<Buffer>>();
  readonly #response = Promise.withResolvers<StoreResponse>();
  #isStoreOpen = false;
  #part: SessionPart | undefined;
  /** Volumes that hold a part of the session, without the present one. */
  #partCount: number;
  /** Why another volume is wanted, when that is worth a word. */
  #problem = '';
  #files = 0;
  #memberBytes = 0;
  #errors = 0;

  constructor(options: AppendSessionOptions) {
    this.options = options;
    const { signal } = this.#ending;
    this.#talk = new DirectorTalk(options.director, signal);
    this.#patience = new Patience({
      job: options.job.job,
      waiter: this.#talk,
      wakeUp: options.wakeUp,
      signal,
    });
    this.#supply = new VolumeSupply(options, this.#talk, this.#patience);
    const { volSessionId, volSessionTime, resumed } = options;
    const { blockNumber = 0, streamOffset = 0, volumes = 0 } = resumed ?? {};
    this.#sequence = new MemberSequence({ volSessionId, volSessionTime, blockNumber, streamOffset });
    this.#partCount = volumes;
  }

  status(): SessionStatus {
    const { job, devices } = this.options;
    const device = this.#part?.volume.device ?? devices[0];
    return {
      jobId: job.jobId,
      job: job.job,
      direction: 'append',
      level: job.jobLevel,
      deviceName: device?.name ?? '',
      volumeName: this.#part?.volumeName ?? '',
      poolName: job.poolName,
      files: this.#files,
      bytes: this.#memberBytes,
      waitingFor: this.#talk.waitingFor,
      startedAtMs: this.startedAt.getTime(),
    };
  }

  openVolume(): OpenVolume | undefined {
    const part = this.#part;
    if (part === undefined) return undefined;
    const { job } = this.options;
    return {
      deviceName: part.volume.device.name,
      volumeName: part.volumeName,
      poolName: job.poolName,
      volumeBytes: part.volume.writer.endBytes,
      writing: true,
      jobId: job.jobId,
    };
  }

  /** Ends the session for `reason`, unless it is over. */
  abort(reason: string): void {
    this.#ending.abort(new SessionCutShort(reason));
  }

  /**
   * The file daemon's side: takes its members and answers when they are durable, or when the session ends without.
   * @throws SessionCutShort when there is a Store for this session already.
   */
  async store(members: AsyncIterable<Buffer>, signal: AbortSignal): Promise<StoreResponse> {
    if (this.#isStoreOpen) throw new SessionCutShort('This session already has its file daemon');
    this.#isStoreOpen = true;
    const onGone = () => this.abort('The file daemon broke off its connection before the job was complete');
    if (signal.aborted) onGone();
    else signal.addEventListener('abort', onGone, { once: true });
    this.#stored.resolve(members);
    return this.#response.promise;
  }

  /** Runs the session to its end. Resolves with what became of it; the Director was told, if he is there. */
  async run(): Promise<AppendFinished> {
    let status: string = SessionEndStatus.COMPLETE;
    let reason = '';
    try {
      await this.#transfer();
    } catch (error) {
      status = SessionEndStatus.CUT_SHORT;
      reason = messageOf(error);
      this.#errors += 1;
      if (!(error instanceof OperatorError)) this.options.onFault(error);
      this.abort(reason);
      await this.#cutShort();
    }
    await this.#closePart();
    this.abort('The session is over');
    this.#response.resolve({ complete: status === SessionEndStatus.COMPLETE, reason });
    const finished = {
      status,
      reason,
      files: this.#files,
      memberBytes: this.#memberBytes,
      errors: this.#errors,
    };
    await this.#talk.tellLast({ $case: 'finished', value: finished });
    return finished;
  }

  async #transfer(): Promise<void> {
    using _drive = await takeDrive(this.options.devices, this.#patience);
    this.#part = await this.#supply.next('', this.#partCount);
    for await (const bytes of untilAborted(await this.#fileDaemon(), this.#ending.signal)) {
      const item = this.#sequence.accept(bytes);
      await this.#write([item]);
      this.#files += item.recordCount;
      if (item.header.kind === MemberKind.BLOCK) this.#memberBytes += item.header.memberBytes;
    }
    if (this.#sequence.end === undefined) {
      throw new SessionCutShort('The file daemon stopped sending before the end of the job');
    }
    await this.#flush();
    this.#files = this.#sequence.end.files;
    await this.#talk.say(transferText(this.#memberBytes, Date.now() - this.startedAt.getTime()));
  }

  /** The members of the file daemon, once it has connected. */
  async #fileDaemon(): Promise<AsyncIterable<Buffer>> {
    const { clientConnectTimeoutMs, job } = this.options;
    const seconds = Math.round(clientConnectTimeoutMs / 1000);
    const timer = setTimeout(() => {
      this.abort(`The file daemon of Client "${job.clientName}" did not connect within ${seconds} seconds`);
    }, clientConnectTimeoutMs);
    try {
      return await this.#talk.waitFor('the Client to connect', this.#stored.promise);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Puts members on the volume, and on as many next ones as it takes. */
  async #write(items: readonly SessionMember[]): Promise<void> {
    const queue = [...items];
    for (let item = queue[0]; item !== undefined; item = queue[0]) {
      const part = await this.#partWithRoomFor(item);
      try {
        await part.write(item);
        queue.shift();
      } catch (error) {
        if (!isVolumeFailure(error)) throw error;
        queue.unshift(...(await this.#leaveOrWait(part, error)));
      }
    }
  }

  /** Makes all durable; what a volume fails to keep goes to the next. */
  async #flush(): Promise<void> {
    for (;;) {
      try {
        return await this.#part?.flush();
      } catch (error) {
        if (!isVolumeFailure(error) || this.#part === undefined) throw error;
        await this.#write(await this.#leaveOrWait(this.#part, error));
      }
    }
  }

  /** The part to write `item` to: the present one, unless its volume or its device has come to its limit. */
  async #partWithRoomFor(item: SessionMember): Promise<SessionPart> {
    for (;;) {
      const part = (this.#part ??= await this.#supply.next(this.#problem, this.#partCount));
      if (part.isFullFor(item)) {
        await this.#write(
          await this.#leave(part, { status: 'Full', reason: 'Maximum Volume Bytes reached' }),
        );
        continue;
      }
      const isEnd = item.header.kind === MemberKind.SESSION_END; // always let in: it frees the job
      const problem = isEnd ? undefined : await part.volume.device.roomProblem(item.header.memberBytes);
      if (problem === undefined) return part;
      await this.#write(await this.#leaveOrWait(part, new NoRoom(problem)));
    }
  }

  /** After a write that failed. Resolves with the members that have to be written again. */
  async #leaveOrWait(part: SessionPart, failure: NoRoom | VolumeUnusable): Promise<readonly SessionMember[]> {
    const isFull = failure instanceof NoRoom || isNoRoom(failure.cause);
    if (isFull && !(await part.keepsBlocks())) {
      // Another volume on the same full disk would not help, and this one would be closed for nothing.
      await this.#supply.waitForRoom(failure.message);
      return part.takeBack();
    }
    return this.#leave(part, {
      status: isFull ? 'Full' : 'Error',
      reason: failure.message,
      problem: failure.message,
    });
  }

  /** Closes the present volume; the next write asks for another. Resolves with what has to be written again there. */
  async #leave(
    part: SessionPart,
    why: { status: 'Full' | 'Error'; reason: string; problem?: string },
  ): Promise<readonly SessionMember[]> {
    const { carried, isMarked } = await part.leave();
    const { volumeName } = part;
    const volumeBytes = part.volume.writer.endBytes;
    const status = isMarked ? why.status : 'Error';
    const reason = isMarked ? why.reason : `${why.reason}; it cannot even be marked as going on elsewhere`;
    if (status === 'Error') {
      this.#errors += 1;
      await this.#talk.say(`Marking Volume "${volumeName}" in Error: ${reason}`, SessionMessageType.ERROR);
    }
    await this.#talk.say(
      endOfMediumText({ volumeName, bytes: volumeBytes, blocks: part.blockCount, at: new Date() }),
    );
    await this.#talk.tell({
      $case: 'volumeClosed',
      value: { volumeName, status, reason, volumeBytes },
    });
    if (part.isBegun) this.#partCount += 1;
    this.#problem = why.problem ?? '';
    await this.#closePart();
    return carried;
  }

  /** Takes back what is on the present volume behind the last entry boundary, and tells the Director. */
  async #cutShort(): Promise<void> {
    const part = this.#part;
    if (part === undefined) return;
    try {
      const volumeBytes = await part.cutShort();
      if (volumeBytes === undefined) return;
      const report = { volumeName: part.volumeName, blocks: undefined, records: [], volumeBytes };
      await this.#talk.tellLast({ $case: 'durable', value: report });
    } catch (error) {
      const text = `Volume "${part.volumeName}" is left for repair at its next use: ${messageOf(error)}`;
      await this.#talk.sayLast(text, SessionMessageType.ERROR);
    }
  }

  async #closePart(): Promise<void> {
    const part = this.#part;
    this.#part = undefined;
    await part?.[Symbol.asyncDispose]();
  }
}
