import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { messageOf } from '../../errors/operator-error.ts';
import { pathFromBytes } from '../../file-daemon/byte-path.ts';
import { ProgramFailed } from '../../file-daemon/plugins/program-link.ts';
import type { StreamBlock } from '../../file-daemon/restore/block-source.ts';
import { runRestore, type WantedEntries } from '../../file-daemon/restore/restore-run.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { withCommas } from '../../text/numbers.ts';
import { libdeflate } from '../../native/libdeflate.ts';
import { decodeBlockContentAsync } from '../../volume/block.ts';
import { decodeRecordsContent } from '../../volume/control-member.ts';
import { MemberKind } from '../../volume/member.ts';
import { unpackRecords } from '../../volume/record-batch.ts';
import { walkMembers } from '../../volume/walk.ts';
import { volumeArguments } from './volume-arguments.ts';
import { openVolume, type VolumeOnDisk } from './volume-on-disk.ts';
import {
  bySession,
  isKeptBlock,
  keptRecords,
  sessionName,
  sessionsOf,
  type SessionPart,
} from './volume-sessions.ts';
import { LIST_OPTIONS, wantedPaths } from './wanted-paths.ts';

export const EXTRACT_USAGE = `usage: noctule volume extract [-i FILE] [-e FILE] [-j JOBID] VOLUME... TARGET
       noctule volume extract [-i FILE] [-e FILE] [-j JOBID] -V NAME|NAME [-c SD-CONF] DEVICE TARGET

Restores files from volumes into the directory TARGET, with all their attributes. Name all volumes of a job, in their order. -i: only what
FILE names, a path in each line, directories with all below; -e: all but that. -j: of this job only. What is damaged is named and left
out; the rest comes. Exit status 0 when all came, 1 when not.
`;

/** `noctule volume extract`, in other places called bextract. Resolves with the exit status. */
export async function extract(args: readonly string[]): Promise<number> {
  const { paths, values, rest } = volumeArguments(
    args,
    {
      ...LIST_OPTIONS,
      job: { type: 'string', short: 'j' },
    },
    1,
  );
  const target = resolve(rest[0] ?? '');
  mkdirSync(target, { recursive: true });
  const isWanted = wantedPaths(values);
  await using opened = new AsyncDisposableStack();
  const parts: SessionPart[] = [];
  for (const path of paths) parts.push(...(await sessionsOf(opened.use(await openVolume(path)))));
  const sessions = bySession(
    parts.filter(({ start }) => values.job === undefined || String(start?.job?.jobId) === values.job),
  );

  let errors = 0;
  const complain = (text: string) => {
    errors += 1;
    process.stderr.write(`${text}\n`);
  };
  const counts = await runRestore(
    {
      jobId: process.pid,
      where: pathFromBytes(Buffer.from(target)),
      regexWhere: '',
      prefixLinks: false,
      replace: 'always',
      workingDirectory: tmpdir(),
    },
    { entries: wantedEntries(sessions, isWanted), blocks: blocksOf(sessions, complain) },
    {
      notice: ({ type, text }) => {
        if (type === 'error') complain(text);
        else process.stdout.write(`${text}\n`);
      },
      progress: () => undefined,
      programs: noPrograms,
    },
  );
  for (const session of sessions) await complainOfUntold(session, complain);
  process.stdout.write(`${withCommas(counts.files)} files restored.\n`);
  return errors === 0 ? 0 : 1;
}

/** What a plugin printed comes as a file: its writer is the business of a restore. */
const noPrograms = {
  start(): never {
    throw new ProgramFailed('no programs are run here');
  },
};

/** Tells of each session, also of one from which nothing is wanted: its blocks come all the same. */
async function* wantedEntries(
  sessions: readonly (readonly SessionPart[])[],
  isWanted: (path: string) => boolean,
): AsyncGenerator<WantedEntries> {
  for (const parts of sessions) {
    const session = sessionName(parts[0]!);
    yield { session, records: [] };
    for (const part of parts) {
      for await (const records of recordsOf(part)) {
        const wanted = records.filter(({ path, deleted }) => !deleted && isWanted(pathFromBytes(path)));
        if (wanted.length > 0) yield { session, records: wanted.map(asFile) };
      }
    }
  }
}

/** Says of a job that died that it has files of which no record tells. */
async function complainOfUntold(
  parts: readonly SessionPart[],
  complain: (text: string) => void,
): Promise<void> {
  let told = 0;
  let written = 0;
  for (const part of parts) {
    const { volume, from, to } = part;
    for await (const step of walkMembers(volume.reader, { from, to, checkBlocksFrom: Infinity })) {
      if (step.type !== 'member') continue;
      const { header, member } = step;
      if (header.kind === MemberKind.BLOCK && isKeptBlock(part, header))
        written = header.streamOffset + header.contentBytes;
      if (header.kind !== MemberKind.RECORDS || member === undefined) continue;
      const records = keptRecords(part, unpackRecords(decodeRecordsContent(member)));
      for (const { streamOffset, streamBytes } of records) told = Math.max(told, streamOffset + streamBytes);
    }
  }
  if (written <= told) return;
  const names = parts.map(({ volume }) => `"${volume.name}"`).join(', ');
  complain(
    `JobId ${parts[0]?.start?.job?.jobId ?? '?'} on Volume ${names} breaks off, and no record tells of its last files. ` +
      'Name all volumes of the job, or unpack them with "zcat VOLUME | tar -x", or "zstd -dc" if ZSTD.',
  );
}

function asFile(record: FileRecord): FileRecord {
  return record.type === FileType.REGULAR ? { ...record, linkTarget: Buffer.alloc(0) } : record;
}

async function* recordsOf(part: SessionPart): AsyncGenerator<FileRecord[]> {
  const { volume, from, to } = part;
  for await (const step of walkMembers(volume.reader, { from, to, checkBlocksFrom: Infinity })) {
    if (step.type !== 'member' || step.header.kind !== MemberKind.RECORDS || step.member === undefined)
      continue;
    yield keptRecords(part, unpackRecords(decodeRecordsContent(step.member)));
  }
}

async function* blocksOf(
  sessions: readonly (readonly SessionPart[])[],
  complain: (text: string) => void,
): AsyncGenerator<StreamBlock> {
  for (const part of sessions.flat()) {
    const { volume, from, to } = part;
    for await (const step of walkMembers(volume.reader, { from, to, checkBlocksFrom: 0 })) {
      if (step.type === 'damage') {
        complain(damageText(volume, step.volumeOffset, step.header?.blockNumber));
      } else if (
        step.header.kind === MemberKind.BLOCK &&
        step.member !== undefined &&
        isKeptBlock(part, step.header)
      ) {
        try {
          const content = await decodeBlockContentAsync(step.member, libdeflate()?.inflate);
          yield { session: sessionName(part), streamOffset: step.header.streamOffset, content };
        } catch (error) {
          complain(`Volume "${volume.name}": ${messageOf(error)}`);
        }
      }
    }
  }
}

function damageText({ name }: VolumeOnDisk, volumeOffset: number, blockNumber: number | undefined): string {
  const what = blockNumber === undefined ? 'something' : `block ${blockNumber}`;
  return `Volume "${name}": ${what} at byte ${volumeOffset} is damaged`;
}
