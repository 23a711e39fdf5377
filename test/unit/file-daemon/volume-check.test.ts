import { chmodSync, linkSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { sessionKey, type StreamBlock } from '../../../file-daemon/restore/block-source.ts';
import type { WantedEntries } from '../../../file-daemon/restore/restore-run.ts';
import { runVolumeCheck } from '../../../file-daemon/verify/volume-check.ts';
import type { CollectedBackup } from './support/collected-backup.ts';
import { RestoreSite, named } from './support/restore-site.ts';

const BLOCK_BYTES = 64 * 1024;
const session = sessionKey({ volSessionId: 1, volSessionTime: 1 });

interface Changes {
  readonly letters?: string;
  readonly content?: boolean;
  readonly records?: (records: FileRecord[]) => FileRecord[];
  readonly isLost?: (block: StreamBlock) => boolean;
}

async function check(
  { records, stream }: CollectedBackup,
  { letters = 'pugm', content = true, records: changed = (all) => all, isLost = () => false }: Changes = {},
) {
  async function* entries(): AsyncGenerator<WantedEntries> {
    yield { session, records: changed(records.map((record) => ({ ...record }))) };
  }
  async function* blocks(): AsyncGenerator<StreamBlock> {
    // As a file daemon cuts them: headers lie in one block.
    for (const { streamOffset, streamBytes } of records) {
      const end = streamOffset + streamBytes;
      for (let at = streamOffset; at < end; at += BLOCK_BYTES) {
        const content = Buffer.from(stream.subarray(at, Math.min(end, at + BLOCK_BYTES)));
        const block = { session, streamOffset: at, content };
        if (!isLost(block)) yield block;
      }
    }
  }
  const texts: string[] = [];
  const counts = await runVolumeCheck(
    { letters, content },
    { entries: entries(), blocks: blocks() },
    { notice: ({ text }) => void texts.push(text), progress: () => undefined },
  );
  return { ...counts, texts };
}

function saved(site: RestoreSite): CollectedBackup {
  site.write('a', 'content of a');
  site.write('large', 'x'.repeat(200_000));
  site.write(`${'long/'.repeat(60)}deep`, 'deep');
  site.write('old', 'from 1969');
  utimesSync(join(site.source, 'old'), -1.5, -1.5);
  linkSync(join(site.source, 'a'), join(site.source, 'z-link'));
  symlinkSync('a', join(site.source, 'symlink'));
  chmodSync(join(site.source, 'a'), 0o4755);
  return site.save();
}

const change = (name: string, to: Partial<FileRecord>) => (records: FileRecord[]) =>
  records.map((record) => (named(name)(record) ? { ...record, ...to } : record));

describe('the check of volumes against the catalog', () => {
  it('finds nothing when all is as it was saved', async () => {
    using site = new RestoreSite();
    const backup = saved(site);
    expect(await check(backup)).toMatchObject({ files: backup.records.length, differences: 0, texts: [] });
  });

  it.each([
    ['permissions', { mode: 0o100644 }, '      st_mode  differ. Cat: 644 File: 4755'],
    ['the owner', { uid: 4711 }, `      st_uid   differ. Cat: 4711 File: ${process.getuid!()}`],
    ['the group', { gid: 4712 }, `      st_gid   differ. Cat: 4712 File: ${process.getgid!()}`],
    ['the time', { mtimeNanoseconds: 1 }, '      st_mtime differs'],
    ['the digest', { digest: Buffer.alloc(20, 1) }, 'SHA1 digest differs. File='],
  ])('names the file of which %s differ', async (_, to, line) => {
    using site = new RestoreSite();
    const found = await check(saved(site), { records: change('/a', to) });
    expect(found).toMatchObject({ differences: 1, errors: 0 });
    expect(found.texts).toEqual([`File: ${join(site.source, 'a')}`, expect.stringContaining(line)]);
  });

  it('compares attributes by the letters only, and digests only when asked for', async () => {
    using site = new RestoreSite();
    const records = change('/a', { mode: 0o100644, uid: 4711, digest: Buffer.alloc(20, 1) });
    expect(await check(saved(site), { letters: '', content: false, records })).toMatchObject({
      differences: 0,
    });
  });

  it('names a file of another size or type, or under another name, and the others are sound', async () => {
    using site = new RestoreSite();
    const backup = saved(site);
    for (const to of [
      { sizeBytes: 11 },
      { type: FileType.FIFO },
      { path: Buffer.from(join(site.source, 'b')) },
    ]) {
      const found = await check(backup, { records: change('/a', to) });
      expect(found).toMatchObject({ differences: 1, errors: 1 });
      expect(found.texts).toEqual([expect.stringMatching(/is damaged on the Volume\(s\): the volume holds/)]);
    }
  });

  it('names the files in a lost block, also without digests, and goes on', async () => {
    using site = new RestoreSite();
    const backup = saved(site);
    const large = backup.records.find(named('/large'))!;
    const inLarge = large.streamOffset + 100_000;
    const isLost = ({ streamOffset: at, content }: StreamBlock) =>
      at <= inLarge && at + content.length > inLarge;
    const found = await check(backup, { content: false, isLost });
    expect(found).toMatchObject({ files: backup.records.length, differences: 1, errors: 1 });
    expect(found.texts).toEqual([
      `File: ${join(site.source, 'large')} is damaged on the Volume(s): a block that holds it is missing or damaged`,
    ]);
  });

  it.each(['/a', '/deep', '/symlink'])('names %s as new when the catalog does not know it', async (name) => {
    using site = new RestoreSite();
    const backup = saved(site);
    const path = backup.records.find(named(name))!.path.toString();
    const records = (all: FileRecord[]) => all.filter((record) => !named(name)(record));
    expect(await check(backup, { records })).toMatchObject({ differences: 1, texts: [`New file: ${path}`] });
  });
});
