import type { MemberHeader } from './member.ts';

/** As a storage daemon reports them; see BlockRun in storage_daemon.proto, whose package this folder does not know. */
interface BlockRun {
  readonly firstBlock: number;
  readonly volumeOffset: number;
  readonly streamOffset: number;
  readonly memberBytes: number[];
  readonly contentBytes: number[];
  readonly gapBytes: number[];
}

/** Likewise Durable. */
interface Durable {
  readonly volumeName: string;
  readonly blocks: BlockRun | undefined;
  readonly records: Buffer[];
  readonly volumeBytes: number;
}

/** Collects blocks of a session that follow each other on a volume, and the records between them, as if they were written now. */
export class DurableRun {
  readonly #volumeName: string;
  #blocks: BlockRun | undefined;
  #records: Buffer[] = [];
  #blockEnd = 0;
  #endOffset = 0;

  constructor(volumeName: string) {
    this.#volumeName = volumeName;
  }

  get blockCount(): number {
    return this.#blocks?.memberBytes.length ?? 0;
  }

  block({ blockNumber, streamOffset, memberBytes, contentBytes }: MemberHeader, volumeOffset: number): void {
    const isFirst = this.#blocks === undefined;
    this.#blocks ??= {
      firstBlock: blockNumber,
      volumeOffset,
      streamOffset,
      memberBytes: [],
      contentBytes: [],
      gapBytes: [],
    };
    this.#blocks.gapBytes.push(isFirst ? 0 : volumeOffset - this.#blockEnd);
    this.#blocks.memberBytes.push(memberBytes);
    this.#blocks.contentBytes.push(contentBytes);
    this.#blockEnd = volumeOffset + memberBytes;
    this.#endOffset = this.#blockEnd;
  }

  records(content: Buffer, endOffset: number): void {
    this.#records.push(content);
    this.#endOffset = endOffset;
  }

  take(): Durable | undefined {
    if (this.#blocks === undefined && this.#records.length === 0) return undefined;
    const durable = {
      volumeName: this.#volumeName,
      blocks: this.#blocks,
      records: this.#records,
      volumeBytes: this.#endOffset,
    };
    this.#blocks = undefined;
    this.#records = [];
    return durable;
  }
}
