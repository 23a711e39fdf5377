import type { BlockRun, Durable } from '../proto/noctule/storage/v1/storage_daemon.ts';
import { controlContent } from '../volume/control-member.ts';
import { MemberKind } from '../volume/member.ts';
import type { SessionMember } from './member-sequence.ts';

/** A member of a session, and where it was put. */
export interface WrittenMember extends SessionMember {
  readonly volumeOffset: number;
}

/** A message to the Director stays well below the largest that is accepted. */
const RECORDS_BYTES_MAX = 1024 * 1024;

/**
 * What the Director is told about members of one session that became durable, in order and each once (durability
 * rule 1). `volumeBytes` is how much of the volume is durable now.
 */
export function durableReports(
  volumeName: string,
  written: readonly WrittenMember[],
  volumeBytes: number,
): Durable[] {
  const reports: Durable[] = [];
  let records: Buffer[] = [];
  let recordsBytes = 0;
  let blocks: WrittenMember[] = [];
  const finish = () => {
    reports.push({ volumeName, blocks: blockRun(blocks), records, volumeBytes });
    records = [];
    recordsBytes = 0;
    blocks = [];
  };
  for (const one of written) {
    if (one.header.kind === MemberKind.BLOCK) blocks.push(one);
    if (one.header.kind !== MemberKind.RECORDS) continue;
    const content = controlContent(one.member, MemberKind.RECORDS);
    if (recordsBytes + content.length > RECORDS_BYTES_MAX) finish();
    records.push(content);
    recordsBytes += content.length;
  }
  if (written.length > 0) finish();
  return reports;
}

function blockRun(blocks: readonly WrittenMember[]): BlockRun | undefined {
  const [first] = blocks;
  if (first === undefined) return undefined;
  return {
    firstBlock: first.header.blockNumber,
    volumeOffset: first.volumeOffset,
    streamOffset: first.header.streamOffset,
    memberBytes: blocks.map(({ header }) => header.memberBytes),
    contentBytes: blocks.map(({ header }) => header.contentBytes),
    gapBytes: blocks.map((block, i) => {
      const before = blocks[i - 1];
      return before === undefined ? 0 : block.volumeOffset - before.volumeOffset - before.header.memberBytes;
    }),
  };
}
