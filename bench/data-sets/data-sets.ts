import { writeOddEntries } from './odd-entries.ts';
import { SeededRandom } from './seeded-random.ts';
import { identifier, logText, SourceText } from './source-text.ts';
import { TreeWriter } from './tree-writer.ts';

export const DATA_SETS = ['mixed', 'small', 'big'] as const;
export type DataSetKind = (typeof DATA_SETS)[number];

const MIB = 1 << 20;
const EXTENSIONS = [
  '.c',
  '.h',
  '.ts',
  '.py',
  '.go',
  '.json',
  '.md',
  '.txt',
  '.html',
  '.css',
  '.yml',
  '.java',
];

/**
 * Writes a data set below `directory`, the same entries for the same kind and scale:
 *   mixed  50,000 source-like files of 0.5-50 KiB, binaries that do not shrink (550 MiB) or by half (500 MiB), logs (350 MiB), and every
 *          odd thing a file system has: 2.4 GB, 57,000 entries
 *   small  200,000 files of 0-4 KiB in 2,000 directories
 *   big    4 files of 512 MiB, two of text and two random
 * `scale` multiplies the number of files and the size of the large ones.
 */
export function makeDataSet(kind: DataSetKind, directory: string, scale: number): void {
  const tree = new TreeWriter(directory, kind);
  const mebibytes = (atFullScale: number) => Math.max(1, Math.round(atFullScale * scale));
  switch (kind) {
    case 'mixed':
      writeMixed(tree, scale, mebibytes);
      break;
    case 'small':
      writeSmall(tree, scale);
      break;
    case 'big':
      for (let i = 0; i < 2; i++) {
        tree.file(`text-${i}.log`, logText(`big ${i}`, mebibytes(512) * MIB));
        tree.file(`random-${i}.bin`, randomPieces(new SeededRandom(`big ${i}`), mebibytes(512)));
      }
      break;
  }
  tree.close();
}

function writeMixed(tree: TreeWriter, scale: number, mebibytes: (atFullScale: number) => number): void {
  const source = new SourceText('mixed');
  const random = new SeededRandom('mixed');
  tree.directory('src');
  const directories: string[] = [];
  for (let i = 0; i < Math.max(1, 120 * scale); i++) {
    directories.push(`src/${identifier(random)}-${i}`);
    tree.directory(directories.at(-1)!);
    for (let k = random.between(5, 41); k > 0; k--) {
      const parent = random.pick(directories.slice(-20));
      if (parent.split('/').length > 9) continue;
      directories.push(`${parent}/${identifier(random)}-${i}-${k}`);
      tree.directory(directories.at(-1)!);
    }
  }
  const modes = [
    ...Array.from({ length: 12 }, () => 0o644),
    0o755,
    0o600,
    0o640,
    0o444,
    0o664,
    0o4755,
    0o2755,
    0,
  ];
  const owners = [
    ...Array.from({ length: 8 }, () => [0, 0] as const),
    [1000, 1000],
    [33, 33],
    [12345, 54321],
  ] as const;
  for (let i = 0; i < Math.max(50, 50_000 * scale); i++) {
    const name = `${random.pick(directories)}/${identifier(random)}_${i}${random.pick(EXTENSIONS)}`;
    // Log-uniform: as many files of 0.5-5 KiB as of 5-50 KiB.
    const content = source.text(random, Math.floor(512 * 100 ** random.next()));
    tree.file(name, content, { mode: random.pick(modes), owner: random.pick(owners) });
  }
  for (const name of ['binary', 'dumps']) tree.directory(name);
  for (const [i, size] of [10, 15, 20, 25, 40, 60, 80, 100, 100, 100].entries()) {
    tree.file(`binary/random-${i}.bin`, randomPieces(random, mebibytes(size)));
  }
  for (const [i, size] of [12, 30, 60, 100, 100, 100, 100].entries()) {
    tree.file(`binary/image-${i}.img`, imagePieces(random, source, mebibytes(size)), { mode: 0o755 });
  }
  for (const [i, size] of [20, 50, 80, 100, 100].entries()) {
    tree.file(`dumps/server-${i}.txt`, logText(`mixed ${i}`, mebibytes(size) * MIB));
  }
  writeOddEntries(tree, { random, source, scale });
}

function writeSmall(tree: TreeWriter, scale: number): void {
  const source = new SourceText('small');
  const random = new SeededRandom('small');
  for (let i = 0; i < Math.max(2, 2_000 * scale); i++) {
    const top = `package-${Math.floor(i / 40)}`;
    if (i % 40 === 0) tree.directory(top);
    const directory = `${top}/${identifier(random)}-${i}`;
    tree.directory(directory);
    for (let k = 0; k < 100; k++) {
      const bytes = random.next() < 0.03 ? 0 : Math.floor(4_096 * random.next() ** 1.4);
      tree.file(
        `${directory}/${identifier(random)}_${k}${random.pick(EXTENSIONS)}`,
        source.text(random, bytes),
      );
    }
  }
}

function* randomPieces(random: SeededRandom, mebibytes: number): Generator<Buffer> {
  for (let i = 0; i < mebibytes; i++) yield random.bytes(MIB);
}

/** As programs and disk images are: a third does not shrink, the rest is tables and texts. */
function* imagePieces(random: SeededRandom, source: SourceText, mebibytes: number): Generator<Buffer> {
  const pieceBytes = 65_536;
  for (let i = 0; i < (mebibytes * MIB) / pieceBytes; i++) {
    const kind = random.next();
    if (kind < 0.35) yield random.bytes(pieceBytes);
    else if (kind < 0.75) yield recordTable(random.bytes(pieceBytes));
    else yield source.text(random, pieceBytes);
  }
}

/** Makes records of 16 bytes, with few values in most of their fields, out of random bytes. */
function recordTable(bytes: Buffer): Buffer {
  const masks = [0xff, 0x0f, 0, 0x07, 0xff, 0, 0, 0x3f, 0x03, 0, 0, 0, 0x07, 0, 0, 0];
  for (let at = 0; at < bytes.length; at++) bytes[at]! &= masks[at % masks.length]!;
  return bytes;
}
