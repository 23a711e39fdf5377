import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { MemberKind, MEMBER_HEADER_BYTES, type MemberHeader } from '../../volume/member.ts';
import { filesNotWhole } from '../support/half-restored.ts';
import { membersOf } from '../support/members.ts';
import {
  backUp,
  reported,
  restoreAll,
  siteUnderTest,
  type SiteUnderTest,
} from '../support/site-under-test.ts';

const MIB = 1 << 20;

/** Each large one begins a block of its own. */
function makeSource(directory: string): void {
  mkdirSync(directory);
  writeFileSync(join(directory, 'a-text'), 'the quick brown fox jumps over the lazy dog\n'.repeat(60_000));
  writeFileSync(join(directory, 'b-random'), randomBytes(2 * MIB));
  writeFileSync(join(directory, 'c-small'), 'small');
  writeFileSync(join(directory, 'd-text'), 'pack my box with five dozen liquor jugs\n'.repeat(60_000));
}

describe('one bit of a volume that has flipped', () => {
  let held: SiteUnderTest;
  let volume: string;
  let sound: Buffer;
  let members: MemberHeader[];
  beforeAll(async () => {
    held = await siteUnderTest({ makeSource });
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
    volume = join(held.site.volumesDirectory, 'Full-0001');
    sound = readFileSync(volume);
    members = membersOf(sound);
  });
  afterAll(async () => held[Symbol.asyncDispose]());
  beforeEach(() => writeFileSync(volume, sound));

  async function restoreWith(damagedAt: number): Promise<string> {
    const damaged = Buffer.from(sound);
    damaged.writeUInt8(damaged.readUInt8(damagedAt) ^ 0x10, damagedAt);
    writeFileSync(volume, damaged);
    return restoreAll(held);
  }
  const middleOf = ({ volumeOffset, memberBytes }: MemberHeader) =>
    volumeOffset + Math.floor(memberBytes / 2);
  const blocks = () => members.filter(({ kind }) => kind === MemberKind.BLOCK);
  const notRestored = (output: string) =>
    [...output.matchAll(/Could not restore ".*\/(.*)": /g)].map(([, name]) => name);

  it.each([
    [
      'a compressed block',
      'a-text',
      () => blocks().find((block) => block.memberBytes < block.contentBytes / 2),
    ],
    ['a stored block', 'b-random', () => blocks().find((block) => block.memberBytes > block.contentBytes)],
  ])('in %s costs the file that is in it, and no other', async (_, name, find) => {
    const block = find();
    const output = await restoreWith(middleOf(block!));
    expect(notRestored(output)).toEqual([name]);
    expect(reported(output, 'Termination')).toBe('Restore OK -- with errors');
    expect(output).toContain('Volume "Full-0001"');
    expect(existsSync(join(held.restoredSource, name))).toBe(false);
    expect(filesNotWhole(held.restoredSource, held.source)).toEqual([]);
    expect(compareTrees(held.source, held.restoredSource).differences).toMatchObject([{ path: name }]);
  });

  it('in the header of a block costs the file that is in it, and no other', async () => {
    const block = blocks().find(({ memberBytes, contentBytes }) => memberBytes > contentBytes);
    const output = await restoreWith(block!.volumeOffset + 30);
    expect(notRestored(output)).toEqual(['b-random']);
    expect(reported(output, 'Termination')).toBe('Restore OK -- with errors');
    expect(compareTrees(held.source, held.restoredSource).differences).toMatchObject([{ path: 'b-random' }]);
  });

  it('in the records costs nothing: the catalog has them', async () => {
    const records = members.find(({ kind }) => kind === MemberKind.RECORDS);
    expect(reported(await restoreWith(middleOf(records!)), 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, held.restoredSource).differences).toEqual([]);
  });

  it('in the label makes the volume refused, by a message that names it', async () => {
    const output = await restoreWith(MEMBER_HEADER_BYTES + 4);
    expect(reported(output, 'Termination')).toBe('Restore OK -- with errors');
    expect(output.match(/^.* Error: .*its blocks are left out$/gm)).toEqual([
      expect.stringContaining('Full-0001'),
    ]);
    expect(filesNotWhole(held.restoredSource, held.source)).toEqual([]);
    expect(notRestored(output)).toEqual(['a-text', 'b-random', 'c-small', 'd-text']);
  });
});
