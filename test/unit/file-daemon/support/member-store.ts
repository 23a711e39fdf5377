import type { BackupStore } from '../../../../file-daemon/backup/backup-job.ts';
import type { MemberSource } from '../../../../transport/bulk.ts';
import { decodeRecordsContent } from '../../../../volume/control-member.ts';
import { MemberKind, parseMemberHeader } from '../../../../volume/member.ts';
import { unpackRecords } from '../../../../volume/record-batch.ts';
import type { RestoreEntry } from '../../../support/restore-entries.ts';

/** A storage daemon that keeps the members in memory. */
export class MemberStore implements BackupStore {
  readonly members: Buffer[] = [];
  readonly failed: Promise<never> = new Promise(() => undefined);

  async write(member: MemberSource): Promise<void> {
    const bytes = Buffer.alloc(member.length);
    member.copy(bytes, 0);
    this.members.push(bytes);
  }

  async finish() {
    return { complete: true, reason: '' };
  }

  get kinds(): MemberKind[] {
    return this.members.map((member) => parseMemberHeader(member)!.kind);
  }

  /** What a Director would ask a restore for: everything. */
  get entries(): RestoreEntry[] {
    return this.members.flatMap((member) => {
      const { kind, volSessionId, volSessionTime } = parseMemberHeader(member)!;
      if (kind !== MemberKind.RECORDS) return [];
      const records = unpackRecords(decodeRecordsContent(member));
      return records.map((record) => ({ volSessionId, volSessionTime, record }));
    });
  }
}
