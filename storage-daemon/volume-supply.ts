import type { JobIdentity, SessionStart } from '../proto/noctule/record/v1/volume_members.ts';
import {
  SessionMessageType,
  UseMode,
  type ResumedSession,
  type UseVolume,
  type VolumeWanted,
} from '../proto/noctule/storage/v1/storage_daemon.ts';
import { encodeSessionStart } from '../volume/control-member.ts';
import type { SessionPlace } from '../volume/member.ts';
import { pollMsOf, type Device } from './device.ts';
import type { DirectorTalk } from './director-talk.ts';
import { deviceForNew, mountForAppend, type MountedVolume } from './mount-volume.ts';
import type { Patience } from './patience.ts';
import { SessionPart } from './session-part.ts';
import { mountedTexts, newVolumeText, repairedText } from './session-text.ts';
import {
  DeviceNotReady,
  NoRoom,
  SessionCutShort,
  VolumeEndsInsideJob,
  VolumeProblem,
} from './storage-errors.ts';

export interface VolumeSupplyOptions {
  readonly job: JobIdentity;
  /** The session goes on after it was broken off. */
  readonly resumed?: ResumedSession | undefined;
  /** In order of preference; at least one. */
  readonly devices: readonly Device[];
  /** Name and version of this daemon, for labels. */
  readonly writtenBy: string;
  /** How often a full disk is looked at again. */
  readonly roomPollMs?: number;
}

const ROOM_POLL_MS = 10_000;
const ROOM_CURE =
  'Free space on the disk: "prune" and "truncate" volumes, "explain volume=NAME" says what keeps one; or lower Minimum Free Space';
/** A Director that offers so many volumes, one directly after the other, of which none will do is not going to find one. */
const VOLUME_TRIES_MAX = 100;

/** Where an append session gets its volumes from: it asks the Director, opens what he names, and says so. */
export class VolumeSupply {
  readonly #options: VolumeSupplyOptions;
  readonly #talk: DirectorTalk;
  readonly #patience: Patience;

  constructor(options: VolumeSupplyOptions, talk: DirectorTalk, patience: Patience) {
    this.#options = options;
    this.#talk = talk;
    this.#patience = patience;
  }

  /**
   * Asks the Director for volumes until one will do. `problem` says why another is wanted, when that is worth a word;
   * `volumeIndex` is how many volumes hold a part of the session already.
   * @throws SessionCutShort
   */
  async next(problem: string, volumeIndex: number): Promise<SessionPart> {
    let wanted: VolumeWanted = { problem, problemCode: '', problemVolume: '' };
    for (let tries = 0; tries < VOLUME_TRIES_MAX; tries++) {
      await this.#talk.tell({ $case: 'volumeWanted', value: wanted });
      const use = await this.#talk.nextVolume();
      try {
        return await this.#mount(use, volumeIndex);
      } catch (error) {
        if (error instanceof DeviceNotReady) {
          await this.#waitForDevice(error);
          // Asked again, the Director may know better: meanwhile an admin may have told him about the volume.
          wanted = { problem: error.message, problemCode: 'device', problemVolume: use.volumeName };
          tries = 0;
          continue;
        }
        if (!(error instanceof VolumeProblem || error instanceof VolumeEndsInsideJob)) throw error;
        await this.#talk.say(error.message, SessionMessageType.WARNING);
        const problemCode = error instanceof VolumeProblem ? error.kind : '';
        wanted = { problem: error.message, problemCode, problemVolume: use.volumeName };
        if (error instanceof VolumeEndsInsideJob) await this.#tellFull(use, error.message);
      }
    }
    throw new SessionCutShort(
      `None of the ${VOLUME_TRIES_MAX} volumes that the Director offered could be used`,
    );
  }

  /** Waits a while; says, but not every time, that `problem` holds the job. */
  waitForRoom(problem: string): Promise<void> {
    return this.#patience.wait({
      what: 'room on the device',
      problem: `${problem}. ${ROOM_CURE}`,
      pollMs: this.#options.roomPollMs ?? ROOM_POLL_MS,
    });
  }

  #waitForDevice({ message }: DeviceNotReady): Promise<void> {
    const pollMs = pollMsOf(this.#options.devices);
    return this.#patience.wait({ what: 'its device', problem: message, pollMs });
  }

  /** The catalog believes that this volume can be appended to; it cannot. */
  async #tellFull({ volumeName, expectedVolumeBytes }: UseVolume, reason: string): Promise<void> {
    const closed = { volumeName, status: 'Full', reason, volumeBytes: expectedVolumeBytes };
    await this.#talk.tell({ $case: 'volumeClosed', value: closed });
  }

  async #mount(use: UseVolume, volumeIndex: number): Promise<SessionPart> {
    const volume = await this.#openWithRoom(use);
    try {
      await this.#announce(volume, use.mode, volumeIndex);
    } catch (error) {
      await volume[Symbol.asyncDispose]();
      throw error;
    }
    return new SessionPart({
      volume,
      volumeBytesMax: lowerLimit(use.volumeBytesMax, volume.device.settings.maximumVolumeBytes),
      encodeStart: (place) => encodeSessionStart(place, this.#startAt(place, volumeIndex)),
      onDurable: (report) => this.#talk.tell({ $case: 'durable', value: report }),
    });
  }

  #startAt({ blockNumber }: SessionPlace, volumeIndex: number): SessionStart {
    const { job, resumed } = this.#options;
    const start = { job, volumeIndex, startedAtMs: Date.now() };
    return blockNumber === resumed?.blockNumber ? { ...start, resumedBehind: resumed.fileIndex } : start;
  }

  /** A new volume is made only when there is room to begin it. */
  async #openWithRoom(use: UseVolume): Promise<MountedVolume> {
    const { devices, writtenBy } = this.#options;
    for (;;) {
      const problem =
        use.mode === UseMode.CREATE ? await deviceForNew(devices)?.roomProblemToBegin() : undefined;
      if (problem !== undefined) {
        await this.waitForRoom(problem);
        continue;
      }
      try {
        return await mountForAppend(use, devices, writtenBy);
      } catch (error) {
        if (!(error instanceof NoRoom)) throw error;
        await this.waitForRoom(error.message);
      }
    }
  }

  async #announce(volume: MountedVolume, mode: UseMode, volumeIndex: number): Promise<void> {
    const { device, writer, isFresh, repairedBytes } = volume;
    const { volumeName, endBytes: volumeBytes } = writer;
    const { name: deviceName, text: deviceText } = device;
    const archiveDevice = device.path;
    await this.#talk.tell({
      $case: 'volumeMounted',
      value: { volumeName, deviceName, archiveDevice, volumeBytes, mode, repairedBytes },
    });
    // No warning: the job that died has said so itself, and to this one nothing happened.
    if (repairedBytes > 0) await this.#talk.say(repairedText(volumeName, repairedBytes));
    for (const text of mountedTexts({ volumeName, device: deviceText, mode, isFresh, volumeBytes })) {
      await this.#talk.say(text);
    }
    if (volumeIndex > (this.#options.resumed?.volumes ?? 0))
      await this.#talk.say(newVolumeText(volumeName, deviceText, new Date()));
  }
}

/** Of two limits of which 0 is none. */
function lowerLimit(one: number, other: number): number {
  return one === 0 || other === 0 ? one + other : Math.min(one, other);
}
