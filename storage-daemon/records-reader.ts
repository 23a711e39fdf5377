import type {
  ReadRecordsRequest,
  ReadRecordsResponse,
  SessionName,
} from '../proto/noctule/storage/v1/storage_daemon.ts';
import {
  controlContent,
  decodeLabel,
  decodeSessionEnd,
  decodeSessionStart,
} from '../volume/control-member.ts';
import { DurableRun } from '../volume/durable-run.ts';
import { MemberKind } from '../volume/member.ts';
import { walkMembers } from '../volume/walk.ts';
import { onDeviceThatHas, type Device } from './device.ts';
import { VolumeProblem } from './storage-errors.ts';
import { openVolume, type VolumeFile } from './volume-file.ts';

/** Blocks in one message, about as many as were reported at once when they were written. */
const BLOCKS_AT_ONCE = 256;

/** Encoded records in one message, at least: small against the transport's limit. */
const RECORDS_BYTES_AT_ONCE = 256 * 1024;

/**
 * Steps over the blocks of a volume, and gives what it says of the sessions asked for, in its order. The volume is held
 * against overwriting meanwhile.
 * @throws VolumeProblem when it is missing, another one, or damaged. @throws DeviceNotReady
 */
export async function* readRecords(
  devices: readonly Device[],
  { volumeName, sessions }: ReadRecordsRequest,
  signal: AbortSignal,
): AsyncGenerator<ReadRecordsResponse> {
  await using held = new AsyncDisposableStack();
  const volume = await onDeviceThatHas(devices, async (device) => {
    await using opening = new AsyncDisposableStack();
    opening.use(device.claim(volumeName, 'read'));
    const file = opening.use(await openVolume(device.placeOf(volumeName), 'read'));
    held.use(opening.move());
    return file;
  });
  const wanted = new Map(sessions.map((session) => [nameOf(session), session]));
  const run = new DurableRun(volumeName);
  let at: SessionName | undefined;
  let recordsBytes = 0;
  let damagedAt: number | undefined;
  function* flush(): Generator<ReadRecordsResponse> {
    const durable = run.take();
    recordsBytes = 0;
    if (durable) yield { session: at, event: { $case: 'durable', value: durable } };
  }
  for await (const step of walkMembers(volume.salvagingReader(), { checkBlocksFrom: Infinity })) {
    signal.throwIfAborted();
    if (step.type === 'damage') {
      // Between other sessions it is none of our business; but whose it was cannot be told yet.
      damagedAt = step.volumeOffset;
      if (at === undefined) continue;
      throw damaged(volume, damagedAt);
    }
    const { header, member, volumeOffset } = step;
    if (header.kind === MemberKind.LABEL) {
      const label = decodeLabel(member!);
      yield {
        session: undefined,
        event: { $case: 'volume', value: { label, volumeBytes: volume.sizeBytes } },
      };
      continue;
    }
    const session = wanted.get(nameOf(header));
    if (session !== at) {
      yield* flush();
      const isBegun = header.kind === MemberKind.SESSION_START;
      if (session && !isBegun && damagedAt !== undefined) throw damaged(volume, damagedAt);
    }
    at = session;
    if (session === undefined) continue;
    if (header.kind === MemberKind.SESSION_START) {
      yield { session, event: { $case: 'start', value: decodeSessionStart(member!) } };
    } else if (header.kind === MemberKind.BLOCK) {
      run.block(header, volumeOffset);
    } else if (header.kind === MemberKind.RECORDS) {
      const content = controlContent(member!, MemberKind.RECORDS);
      run.records(content, volumeOffset + header.memberBytes);
      recordsBytes += content.length;
    } else if (header.kind === MemberKind.SESSION_END) {
      yield* flush();
      yield { session, event: { $case: 'end', value: decodeSessionEnd(member!) } };
      at = undefined;
    }
    if (run.blockCount >= BLOCKS_AT_ONCE || recordsBytes >= RECORDS_BYTES_AT_ONCE) yield* flush();
  }
  yield* flush();
}

function nameOf({ volSessionId, volSessionTime }: SessionName): string {
  return `${volSessionId}/${volSessionTime}`;
}

function damaged({ place }: VolumeFile, offset: number): VolumeProblem {
  return new VolumeProblem(
    'io',
    `Volume "${place.volumeName}" on device ${place.deviceText} is damaged at byte ${offset}, in a session whose records are wanted`,
  );
}
