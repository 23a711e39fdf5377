import { pathFromBytes } from '../../file-daemon/byte-path.ts';
import { formatReportTime, formatDateTime } from '../../text/civil-time.ts';
import { modeText } from '../../text/mode-text.ts';
import { withCommas } from '../../text/numbers.ts';
import { printablePath } from '../../text/printable.ts';
import { decodeRecordsContent } from '../../volume/control-member.ts';
import { MemberKind } from '../../volume/member.ts';
import { unpackRecords } from '../../volume/record-batch.ts';
import { walkMembers } from '../../volume/walk.ts';
import { volumeArguments } from './volume-arguments.ts';
import { openVolume, type VolumeOnDisk } from './volume-on-disk.ts';
import { continues, sessionName, sessionsOf } from './volume-sessions.ts';
import { LIST_OPTIONS, wantedPaths } from './wanted-paths.ts';

export const LIST_USAGE = `usage: noctule volume ls [-j | -k | -L] [-i FILE] [-e FILE] [-v] VOLUME...
       noctule volume ls [-j | -k | -L] [-i FILE] [-e FILE] [-v] -V NAME|NAME [-c SD-CONF] DEVICE

Lists what is on volumes: the files (without an option), the jobs (-j), the blocks (-k), the labels (-L). -i: only
files that FILE names, a path in each line, directories with all below; -e: all but these. -v: labels as well.
`;

/** `noctule volume ls`, in other places called bls. Resolves with the exit status. */
export async function list(args: readonly string[]): Promise<number> {
  const { paths, values, verbose } = volumeArguments(args, {
    jobs: { type: 'boolean', short: 'j', default: false },
    blocks: { type: 'boolean', short: 'k', default: false },
    labels: { type: 'boolean', short: 'L', default: false },
    ...LIST_OPTIONS,
  });
  const isWanted = wantedPaths(values);
  for (const path of paths) {
    await using volume = await openVolume(path);
    if (verbose || values.labels) printLabel(volume);
    if (values.labels) continue;
    if (values.jobs) await printSessions(volume);
    else if (values.blocks) await printBlocks(volume);
    else await printFiles(volume, isWanted);
  }
  return 0;
}

function printLabel({ name, label, reader }: VolumeOnDisk): void {
  print(`Volume "${name}": ${withCommas(reader.sizeBytes)} bytes`);
  if (label === undefined) return print('  Its label is damaged.');
  print(`  Pool:        ${label.poolName}`);
  print(`  Media type:  ${label.mediaType}`);
  print(`  Labelled:    ${formatReportTime(new Date(label.labelledAtMs))} by ${label.writtenBy}`);
}

async function printSessions(volume: VolumeOnDisk): Promise<void> {
  for (const part of await sessionsOf(volume)) {
    const { start, end, volSessionId, volSessionTime } = part;
    const session = `SessId=${volSessionId} SessTime=${volSessionTime} JobId=${start?.job?.jobId ?? '?'}`;
    print(`Begin Job Session Record: ${session}`);
    if (start?.job) {
      const { job, jobLevel, jobType } = start.job;
      const date = formatReportTime(new Date(start.startedAtMs));
      print(
        `   Job=${job} Date=${date} Level=${jobLevel} Type=${jobType}${start.volumeIndex > 0 ? ` Part=${start.volumeIndex + 1}` : ''}`,
      );
    }
    if (end === undefined) {
      print(`End Job Session Record: none: the session did not end on this volume`);
    } else if (continues(part)) {
      print(`End Job Session Record: ${session} goes on in another volume`);
    } else {
      const { files, contentBytes, errors, status, endedAtMs } = end;
      print(`End Job Session Record: ${session}`);
      print(
        `   Date=${formatReportTime(new Date(endedAtMs))} Files=${withCommas(files)} Bytes=${withCommas(contentBytes)} Errors=${errors} Status=${status}`,
      );
    }
  }
}

async function printBlocks({ reader }: VolumeOnDisk): Promise<void> {
  for await (const step of walkMembers(reader, { checkBlocksFrom: Infinity })) {
    if (step.type === 'damage') {
      print(`Damaged: ${withCommas(step.bytes)} bytes at ${step.volumeOffset}`);
    } else if (step.header.kind === MemberKind.BLOCK) {
      const { header, volumeOffset } = step;
      print(
        `Block: ${header.blockNumber} SessId=${sessionName(header)} addr=${volumeOffset} size=${header.memberBytes} content=${header.contentBytes}`,
      );
    }
  }
}

/** As `ls -l` would. */
async function printFiles({ reader }: VolumeOnDisk, isWanted: (path: string) => boolean): Promise<void> {
  for await (const step of walkMembers(reader, { checkBlocksFrom: Infinity })) {
    if (step.type !== 'member' || step.header.kind !== MemberKind.RECORDS || step.member === undefined)
      continue;
    for (const record of unpackRecords(decodeRecordsContent(step.member))) {
      const { mode, linkCount, uid, gid, sizeBytes, mtimeSeconds, path, linkTarget, deleted } = record;
      if (!isWanted(pathFromBytes(path))) continue;
      const owner = `${String(uid).padEnd(8)} ${String(gid).padEnd(8)}`;
      const what = deleted ? 'deleted   ' : modeText(mode);
      const target = (mode & 0o170000) === 0o120000 ? ` -> ${printablePath(linkTarget)}` : '';
      const date = formatDateTime(new Date(mtimeSeconds * 1000));
      print(
        `${what} ${String(linkCount).padStart(3)} ${owner} ${String(sizeBytes).padStart(12)} ${date}  ${printablePath(path)}${target}`,
      );
    }
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
