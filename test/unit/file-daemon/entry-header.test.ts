import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { extract, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import {
  TarHeaderEncoder,
  TypeFlag,
  paddedBytes,
  type TarEntry,
} from '../../../file-daemon/tar/entry-header.ts';
import { EntryDamaged, readEntryHeader } from '../../../file-daemon/tar/header-reader.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const PLAIN: TarEntry = {
  name: 'dir/file',
  typeFlag: TypeFlag.REGULAR,
  mode: 0o644,
  uid: 1000,
  gid: 1000,
  sizeBytes: 0,
  mtimeSeconds: 1_700_000_000,
  mtimeNanoseconds: 123_456_789,
  linkName: '',
  deviceMajor: 0,
  deviceMinor: 0,
  extra: [],
};

function encode(entry: Partial<TarEntry>): Buffer {
  return Buffer.from(new TarHeaderEncoder().encode({ ...PLAIN, ...entry }));
}

/** Entries with their contents, as a stream of tar. */
function archive(...entries: (Partial<TarEntry> & { content?: string })[]): Buffer {
  return Buffer.concat(
    entries.map(({ content = '', ...entry }) => {
      const data = Buffer.alloc(paddedBytes(content.length));
      data.write(content, 'latin1');
      return Buffer.concat([encode({ ...entry, sizeBytes: content.length }), data]);
    }),
  );
}

function untar(directory: string, tar: Buffer): void {
  execFileSync('tar', ['-xpf', '-', '--numeric-owner', '-C', directory], { input: tar, stdio: 'pipe' });
}

function namesIn(directory: string): string[] {
  return readdirSync(directory, { encoding: 'latin1', recursive: true }).sort();
}

describe('a tar header', () => {
  it('is ustar alone when that says it all', () => {
    const header = encode({ mtimeNanoseconds: 0 });
    expect(header).toHaveLength(512);
    expect(readEntryHeader(header)).toMatchObject({ typeFlag: '0', sizeBytes: 0, headerBytes: 512 });
  });

  it.each([
    ['short', 'x\xff\xfe'],
    ['split into prefix and name', `${'d'.repeat(90)}/\xff${'n'.repeat(99)}`],
    ['too long for ustar', `\xff\xfe${'n'.repeat(200)}`],
    ['too long, valid UTF-8', `\xc3\xa4${'n'.repeat(200)}`],
    ['too long, with a line feed', `line\nfeed${'n'.repeat(200)}`],
    ['of a length that lengthens its own count', 'n'.repeat(97 - 9)],
  ])('GNU tar takes a name that is %s, in any locale', (_, name) => {
    for (const locale of ['C', 'C.UTF-8']) {
      using target = temporaryDirectory();
      execFileSync('tar', ['-xpf', '-', '-C', target.path], {
        input: archive({ name, content: 'x' }),
        env: { ...process.env, LC_ALL: locale },
        stdio: 'pipe',
      });
      expect(namesIn(target.path)).toContain(name);
    }
  });

  it.each([
    ['before 1970', -2, 500_000_000, -1_500_000_000n],
    ['just before 1970', -1, 999_999_999, -1n],
    ['at whole seconds before 1970', -86_400, 0, -86_400_000_000_000n],
    ['now', 1_700_000_000, 123_456_789, 1_700_000_000_123_456_789n],
    ['after 2106', 4_294_967_296, 1, 4_294_967_296_000_000_001n],
    ['after 2242', 9_000_000_000, 1, 9_000_000_000_000_000_001n],
  ])('GNU tar sets times %s to the nanosecond', (_, mtimeSeconds, mtimeNanoseconds, expectedNs) => {
    using target = temporaryDirectory();
    untar(target.path, archive({ name: 'f', mtimeSeconds, mtimeNanoseconds }));
    expect(lstatSync(join(target.path, 'f'), { bigint: true }).mtimeNs).toBe(expectedNs);
  });

  it('GNU tar makes links, directories and FIFOs of it, with mode and large owners', () => {
    using target = temporaryDirectory();
    const longName = `first-${'n'.repeat(150)}`;
    untar(
      target.path,
      archive(
        { name: longName, content: 'content', mode: 0o4755 },
        { name: 'hard', typeFlag: TypeFlag.HARD_LINK, linkName: longName },
        { name: 'soft', typeFlag: TypeFlag.SYMLINK, linkName: 't'.repeat(300) },
        { name: 'fifo', typeFlag: TypeFlag.FIFO, mode: 0o600 },
        { name: `${'e'.repeat(120)}/`, typeFlag: TypeFlag.DIRECTORY, mode: 0o1777 },
      ),
    );
    const stat = (name: string) => lstatSync(join(target.path, name));
    expect(stat('hard').ino).toBe(stat(longName).ino);
    expect(stat(longName).mode & 0o7777).toBe(0o4755);
    expect(readlinkSync(join(target.path, 'soft'))).toBe('t'.repeat(300));
    expect(stat('fifo').isFIFO()).toBe(true);
    expect(stat('e'.repeat(120)).mode & 0o7777).toBe(0o1777);
  });

  it('GNU tar lists owners over 2 million and sizes over 8 GiB', () => {
    const header = encode({ uid: 4_000_000_000, gid: 3_000_000, sizeBytes: 9_000_000_000 });
    const listed = execFileSync('sh', ['-c', 'tar -tvf - --numeric-owner 2>/dev/null || true'], {
      input: header,
    });
    expect(listed.toString()).toMatch(/4000000000\/3000000 9000000000/);
  });

  it('tar-stream reads the same entries', async () => {
    const extraction = extract();
    const seen: Header[] = [];
    extraction.on('entry', (header, stream, next) => {
      seen.push(header);
      stream.resume().on('end', next);
    });
    const tar = archive(
      { name: `long/${'n'.repeat(120)}`, content: 'abc' },
      { name: 'dev', typeFlag: TypeFlag.CHARACTER_DEVICE, deviceMajor: 1, deviceMinor: 3 },
    );
    await pipeline(Readable.from([tar]), extraction);
    expect(seen).toMatchObject([
      { name: `long/${'n'.repeat(120)}`, size: 3, type: 'file', mode: 0o644, uid: 1000 },
      { name: 'dev', type: 'character-device', devmajor: 1, devminor: 3 },
    ]);
  });

  it('comes back from its own reader, whatever is in it', () => {
    const name = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((byte) => String.fromCharCode(byte)),
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(name, fc.nat(), fc.nat(Number.MAX_SAFE_INTEGER), (name, mtimeNanoseconds, sizeBytes) => {
        const header = encode({ name, mtimeNanoseconds: mtimeNanoseconds % 1_000_000_000, sizeBytes });
        const read = readEntryHeader(header);
        expect(read).toMatchObject({ typeFlag: '0', sizeBytes, headerBytes: header.length });
        const path = read.pax.get('path');
        if (path !== undefined) expect(path.toString('latin1')).toBe(name);
      }),
    );
  });

  it('is not taken for one when a bit of it is wrong', () => {
    const header = encode({ name: 'n'.repeat(200) });
    fc.assert(
      fc.property(fc.nat(header.length - 1), fc.nat(7), (at, bit) => {
        const damaged = Buffer.from(header);
        damaged[at] = damaged[at]! ^ (1 << bit);
        try {
          // Inside the pax data a flipped bit may give other values, behind the digits of a checksum it says nothing;
          // the rest is covered by the checksums.
          readEntryHeader(damaged);
          const isInData = at >= 512 && at < header.length - 512;
          expect(isInData || at % 512 === 154 || at % 512 === 155).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(EntryDamaged);
        }
      }),
    );
  });
});
