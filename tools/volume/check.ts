import { availableParallelism } from 'node:os';
import { withCommas } from '../../text/numbers.ts';
import { printablePath } from '../../text/printable.ts';
import { messageOf } from '../../errors/operator-error.ts';
import { libdeflate } from '../../native/libdeflate.ts';
import { decodeBlockContentAsync } from '../../volume/block.ts';
import { decodeRecordsContent } from '../../volume/control-member.ts';
import { MemberKind, type MemberHeader } from '../../volume/member.ts';
import { unpackRecords } from '../../volume/record-batch.ts';
import { walkMembers } from '../../volume/walk.ts';
import { volumeArguments } from './volume-arguments.ts';
import { openVolume, type VolumeOnDisk } from './volume-on-disk.ts';
import { sessionName } from './volume-sessions.ts';

export const CHECK_USAGE = `usage: noctule volume check [--deep] [-v] VOLUME...
       noctule volume check [--deep] [-v] -V NAME|NAME [-c SD-CONF] DEVICE

Reads volumes whole and checks every byte by its checksums; --deep inflates every block as well. Names what is damaged by volume, block
and file. Exit status 0 when all is sound, 1 when not.
`;

/** A stretch of a job's stream that cannot be had. */
interface Lost {
  readonly session: string;
  readonly from: number;
  readonly to: number;
}

interface Finding {
  readonly text: string;
  /** Undefined: nobody can tell what stood there. */
  readonly lost: Lost | undefined;
}

/** `noctule volume check`. Resolves with the exit status. */
export async function check(args: readonly string[]): Promise<number> {
  const { paths, values, verbose } = volumeArguments(args, { deep: { type: 'boolean', default: false } });
  const lost: Lost[] = [];
  let isSound = true;
  for (const path of paths) {
    await using volume = await openVolume(path);
    const { findings, summary } = await checkVolume(volume, values.deep === true);
    for (const { text } of findings) print(`Volume "${volume.name}": ${text}`);
    lost.push(...findings.flatMap((finding) => (finding.lost ? [finding.lost] : [])));
    if (findings.length === 0 || verbose) print(`Volume "${volume.name}": ${summary}`);
    isSound &&= findings.length === 0;
  }
  // A file may be told of on a volume behind the one that holds its beginning.
  for (const path of lost.length > 0 ? paths : []) {
    await using volume = await openVolume(path);
    await nameFiles(volume, lost);
  }
  return isSound ? 0 : 1;
}

async function checkVolume(
  { reader, label }: VolumeOnDisk,
  isDeep: boolean,
): Promise<{ findings: Finding[]; summary: string }> {
  const findings: Finding[] = label === undefined ? [{ text: 'its label is damaged', lost: undefined }] : [];
  const inflating = new InflateWindow((finding) => findings.push(finding));
  /** Of the session before: which block and place must come next. */
  let next: { session: string; blockNumber: number; streamOffset: number } | undefined;
  let [blocks, sessions] = [0, 0];
  for await (const step of walkMembers(reader, { checkBlocksFrom: 0, reuse: !isDeep })) {
    if (step.type === 'damage') {
      if (step.volumeOffset > 0) findings.push(damage(step.header, step.volumeOffset, step.bytes));
      next = undefined;
      continue;
    }
    const { header, member, volumeOffset } = step;
    if (header.kind === MemberKind.SESSION_START) sessions += 1;
    if (header.kind !== MemberKind.BLOCK || member === undefined) continue;
    blocks += 1;
    const session = sessionName(header);
    if (next?.session === session && next.blockNumber !== header.blockNumber) {
      const lost = { session, from: next.streamOffset, to: header.streamOffset };
      findings.push({
        text: `blocks ${next.blockNumber} to ${header.blockNumber - 1} of session ${session} are missing before byte ${volumeOffset}`,
        lost,
      });
    }
    next = {
      session,
      blockNumber: header.blockNumber + 1,
      streamOffset: header.streamOffset + header.contentBytes,
    };
    if (isDeep) await inflating.check(header, member);
  }
  await inflating.end();
  const summary = `${sessions} sessions, ${withCommas(blocks)} blocks, ${withCommas(reader.sizeBytes)} bytes: ${findings.length === 0 ? 'sound' : 'damaged'}`;
  return { findings, summary };
}

function damage(header: MemberHeader | undefined, volumeOffset: number, bytes: number): Finding {
  if (header === undefined) {
    return { text: `${withCommas(bytes)} bytes at ${volumeOffset} are damaged`, lost: undefined };
  }
  const session = sessionName(header);
  if (header.kind !== MemberKind.BLOCK) {
    return {
      text: `a member of session ${session} at byte ${volumeOffset} is damaged; its blocks are not`,
      lost: undefined,
    };
  }
  const { blockNumber, streamOffset, contentBytes } = header;
  const lost = { session, from: streamOffset, to: streamOffset + contentBytes };
  return { text: `block ${blockNumber} of session ${session} at byte ${volumeOffset} is damaged`, lost };
}

/** Inflates as many blocks at once as there are processors. */
class InflateWindow {
  readonly #found: (finding: Finding) => void;
  readonly #running = new Set<Promise<void>>();

  constructor(found: (finding: Finding) => void) {
    this.#found = found;
  }

  async check(header: MemberHeader, member: Buffer): Promise<void> {
    while (this.#running.size >= availableParallelism()) await Promise.race(this.#running);
    const running = this.#inflate(header, member).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async end(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #inflate(header: MemberHeader, member: Buffer): Promise<void> {
    try {
      await decodeBlockContentAsync(member, libdeflate()?.inflate);
    } catch (error) {
      const { streamOffset, contentBytes } = header;
      const lost = { session: sessionName(header), from: streamOffset, to: streamOffset + contentBytes };
      this.#found({ text: messageOf(error), lost });
    }
  }
}

/** Says which files have something in what is lost. */
async function nameFiles({ reader, name }: VolumeOnDisk, lost: readonly Lost[]): Promise<void> {
  for await (const step of walkMembers(reader, { checkBlocksFrom: Infinity })) {
    if (step.type !== 'member' || step.header.kind !== MemberKind.RECORDS || step.member === undefined)
      continue;
    const here = lost.filter(({ session }) => session === sessionName(step.header));
    if (here.length === 0) continue;
    for (const { path, streamOffset, streamBytes } of unpackRecords(decodeRecordsContent(step.member))) {
      const isHit = here.some(({ from, to }) => streamOffset < to && streamOffset + streamBytes > from);
      if (isHit) print(`Volume "${name}": file "${printablePath(path)}" is hit`);
    }
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
