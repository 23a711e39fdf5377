import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemberKind, parseMemberHeader } from '../../../volume/member.ts';
import { compareTrees } from '../../../tools/compare-trees.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { options } from './support/file-sets.ts';
import { makeReadableTree } from './support/readable-tree.ts';
import type { MemberStore } from './support/member-store.ts';
import { restore, save } from './support/round-trip.ts';

describe('what the file daemon saves', () => {
  const root = temporaryDirectory();
  const source = join(root.path, 'source');
  let store: MemberStore;
  beforeAll(async () => {
    makeReadableTree(source);
    store = await save(source);
  });
  afterAll(() => root[Symbol.dispose]());

  it('comes back as it was, through both workers', async () => {
    using where = temporaryDirectory();
    const { files, errors, texts } = await restore(store, where.path);
    expect({ errors, texts }).toEqual({ errors: 0, texts: [] });
    const { differences, entries } = compareTrees(source, join(where.path, source));
    expect(differences).toEqual([]);
    expect(files).toBe(entries);
  });

  it('comes back when it was stored without compression', async () => {
    using where = temporaryDirectory();
    await restore(await save(source, options()), where.path);
    expect(compareTrees(source, join(where.path, source)).differences).toEqual([]);
  });

  describe('that lies on two storages', () => {
    const blocks = () =>
      store.members.flatMap((member, index) =>
        parseMemberHeader(member)!.kind === MemberKind.BLOCK ? [index] : [],
      );
    const isInsideFile = (index: number) =>
      parseMemberHeader(store.members[index]!)!.firstHeaderOffset === undefined;

    it.each([
      ['in the middle of a file', (index: number) => isInsideFile(index)],
      ['between two blocks that entries begin in', (index: number) => index > 3 && !isInsideFile(index)],
    ])('comes back when the second begins %s', async (_, isPlace) => {
      using where = temporaryDirectory();
      const secondStorageFrom = blocks().find(isPlace)!;
      const { errors, texts } = await restore(store, where.path, { secondStorageFrom });
      expect({ errors, texts }).toEqual({ errors: 0, texts: [] });
      expect(compareTrees(source, join(where.path, source)).differences).toEqual([]);
    });

    it('comes back but for what the first has lost at its end, without waiting for the second', async () => {
      using where = temporaryDirectory();
      const lost = blocks().find(isInsideFile)!;
      const members = store.members.filter((_, index) => index !== lost);
      const { errors, texts } = await restore(store, where.path, { members, secondStorageFrom: lost });
      expect(errors).toBe(texts.length);
      expect(texts).toEqual([
        expect.stringContaining('a block that holds it is missing or damaged'),
        expect.stringContaining('it is a hard link to'), // its other name
      ]);
    });

    it('is gone through to its end when Replace leaves all files alone', async () => {
      using where = temporaryDirectory();
      await restore(store, where.path);
      const secondStorageFrom = blocks().find(isInsideFile)!;
      const { skipped, texts } = await restore(store, where.path, { secondStorageFrom, replace: 'never' });
      expect(texts).toEqual([]);
      expect(skipped).toBeGreaterThan(0);
    });
  });

  it('comes back but for the files of a damaged block, which are named', async () => {
    using where = temporaryDirectory();
    const victim = store.members.findIndex((member) => {
      const { kind, firstHeaderOffset } = parseMemberHeader(member)!;
      return kind === MemberKind.BLOCK && firstHeaderOffset === undefined;
    });
    const members = store.members.map((member) => Buffer.from(member));
    members[victim]![200] = members[victim]![200]! ^ 1;
    const { errors, texts } = await restore(store, where.path, { members });
    expect(errors).toBe(texts.length);
    expect(texts.filter((text) => text.includes('CRC-32C'))).toHaveLength(1);
    expect(texts.filter((text) => text.startsWith('Could not restore')).length).toBeGreaterThan(0);
    const { differences } = compareTrees(source, join(where.path, source));
    expect(differences.every(({ what }) => what === 'missing' || what === 'links')).toBe(true);
  });

  it('stops coming back when the restore is cancelled, and leaves no part of a file', async () => {
    using where = temporaryDirectory();
    const cancel = new AbortController();
    const reason = new Error('cancelled by the operator');
    const job = restore(store, where.path, {
      signal: cancel.signal,
      beforeMember: (index) => {
        if (index === 2) cancel.abort(reason);
        return index < 2 ? undefined : new Promise(() => undefined);
      },
    });
    await expect(job).rejects.toBe(reason);
    const names = readdirSync(where.path, { recursive: true, encoding: 'latin1' });
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is an error of the job when the storage daemon is gone in the middle', async () => {
    using where = temporaryDirectory();
    const lost = new Error('The storage daemon is gone');
    const job = restore(store, where.path, {
      beforeMember: (index) => (index === 3 ? Promise.reject(lost) : undefined),
    });
    await expect(job).rejects.toBe(lost);
  });
});
