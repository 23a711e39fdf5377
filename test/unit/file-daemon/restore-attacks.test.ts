import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileType, type FileRecord } from '../../../proto/noctule/record/v1/file_record.ts';
import { restore, RestoreSite } from './support/restore-site.ts';

/** A site with one saved file, a directory outside the target, and records that no honest client would make. */
class Attack extends RestoreSite {
  readonly outside = join(dirname(this.source), 'outside');
  readonly #backup;

  constructor() {
    super();
    mkdirSync(this.outside);
    mkdirSync(this.where);
    this.write('a', 'content');
    this.#backup = this.save();
  }

  async restore(where: string, ...records: readonly FileRecord[]): Promise<string[]> {
    const { texts } = await restore(this, [this.#backup], { where, records: () => [...records] });
    return texts;
  }

  file(path: string): FileRecord {
    const [record] = this.#backup.records as [FileRecord];
    return { ...record, path: Buffer.from(path) };
  }

  symlink(path: string, target: string): FileRecord {
    return this.#contentless(path, target, { type: FileType.SYMLINK, mode: 0o120777 });
  }

  /** Its mode says that it is a regular file, whatever it is a link to. */
  hardLink(path: string, target: string): FileRecord {
    return this.#contentless(path, target, { type: FileType.HARD_LINK, mode: 0o100644 });
  }

  #contentless(path: string, target: string, more: Partial<FileRecord>): FileRecord {
    return {
      ...this.file(path),
      ...more,
      linkTarget: Buffer.from(target),
      sizeBytes: 0,
      digest: Buffer.alloc(0),
    };
  }
}

const NOT_FOLLOWED = expect.stringContaining('is a symbolic link, which a restore does not follow') as string;

describe('a restore to another directory', () => {
  it.each(['one', 'one/two', 'one/two/three'])(
    'does not go through a link that waits at %s',
    async (level) => {
      using attack = new Attack();
      mkdirSync(join(attack.where, dirname(level)), { recursive: true });
      symlinkSync(attack.outside, join(attack.where, level));
      expect(await attack.restore(attack.where, attack.file('/one/two/three/file'))).toEqual([NOT_FOLLOWED]);
      expect(readdirSync(attack.outside)).toEqual([]);
    },
  );

  it('does not go through a link that was saved in the place of a directory', async () => {
    using attack = new Attack();
    const texts = await attack.restore(
      attack.where,
      attack.file('/good'),
      attack.symlink('/d', attack.outside),
      attack.file('/d/file'),
    );
    expect(texts).toEqual([NOT_FOLLOWED]);
    expect(readdirSync(attack.outside)).toEqual([]);
    expect(readFileSync(join(attack.where, 'good'), 'utf8')).toBe('content');
  });

  it.each(['/link/secret', '/../outside/secret'])('makes no hard link to %s', async (target) => {
    using attack = new Attack();
    writeFileSync(join(attack.outside, 'secret'), 'secret');
    symlinkSync(attack.outside, join(attack.where, 'link'));
    const texts = await attack.restore(attack.where, attack.hardLink('/copy', target));
    expect(texts).toHaveLength(1);
    expect(readdirSync(attack.where)).toEqual(['link']);
  });

  it('stays in the directory that it opened when that is swapped for a link meanwhile', async () => {
    using attack = new Attack();
    mkdirSync(join(attack.where, 'd'));
    const first = attack.file('/d/first');
    const second = { ...first, path: Buffer.from('/d/second') };
    const { texts } = await restore(attack, [attack.save()], {
      records: () => [first, second],
      onEntry(path) {
        if (path !== '/d/second') return;
        renameSync(join(attack.where, 'd'), join(attack.where, 'moved'));
        symlinkSync(attack.outside, join(attack.where, 'd'));
      },
    });
    expect(texts).toEqual([]);
    expect(readdirSync(attack.outside)).toEqual([]);
    expect(readdirSync(join(attack.where, 'moved')).sort()).toEqual(['first', 'second']);
  });
});

describe('a restore in place', () => {
  it('does not go through a hard link to a symbolic link that it made', async () => {
    using attack = new Attack();
    const at = (name: string) => join(attack.where, name);
    const texts = await attack.restore(
      '',
      attack.symlink(at('made'), attack.outside),
      attack.hardLink(at('other name'), at('made')),
      attack.file(at('other name/file')),
    );
    expect(texts).toEqual([NOT_FOLLOWED]);
    expect(readdirSync(attack.outside)).toEqual([]);
  });

  it('does not go through a link that it made by another path', async () => {
    using attack = new Attack();
    const at = (name: string) => join(attack.where, name);
    mkdirSync(at('real'));
    symlinkSync(at('real'), at('alias'));
    const texts = await attack.restore(
      '',
      attack.symlink(at('alias/made'), attack.outside),
      attack.file(at('real/made/file')),
    );
    expect(texts).toEqual([NOT_FOLLOWED]);
    expect(readdirSync(attack.outside)).toEqual([]);
  });
});
