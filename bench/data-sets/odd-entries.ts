import { closeSync, ftruncateSync, linkSync, openSync, writeSync } from 'node:fs';
import { libc } from '../../native/libc.ts';
import type { SeededRandom } from './seeded-random.ts';
import { identifier, type SourceText } from './source-text.ts';
import type { TreeWriter } from './tree-writer.ts';

const MIB = 1 << 20;

/** What else a file system holds: holes, links of all kinds, odd names, depth, a FIFO, odd modes and times, attributes and ACLs. */
export function writeOddEntries(
  tree: TreeWriter,
  { random, source, scale }: { random: SeededRandom; source: SourceText; scale: number },
): void {
  writeSparse(tree, random, Math.max(1, Math.round(MIB * scale)));
  writeLinks(tree, { random, source, scale });
  writeOddNames(tree, random, source);
  writeDeep(tree, random, source);
  writeMisc(tree, { random, source, scale });
  writeAttributes(tree, random, source);
}

interface Ingredients {
  readonly random: SeededRandom;
  readonly source: SourceText;
  readonly scale: number;
}

/** @param unit A MiB at full scale. */
function writeSparse(tree: TreeWriter, random: SeededRandom, unit: number): void {
  tree.directory('sparse');
  const sparse = (name: string, bytes: number, pieces: readonly (readonly [number, number])[]) => {
    const path = tree.path(`sparse/${name}`);
    const file = openSync(path, 'wx');
    for (const [offset, length] of pieces) writeSync(file, random.bytes(length), 0, length, offset);
    ftruncateSync(file, bytes);
    closeSync(file);
    tree.finish(path);
  };
  const islands = Array.from({ length: 18 }, (_, k) => [k * 7 * unit + 4096 * k, 100_000] as const);
  sparse('hole-only.img', 64 * unit, []);
  sparse('head-and-tail.img', 96 * unit, [
    [0, 70_000],
    [96 * unit - 5_000, 5_000],
  ]);
  sparse('islands.img', 128 * unit + 200_000, islands);
  sparse('hole-at-end.img', 32 * unit, [[0, 3 * unit]]);
}

function writeLinks(tree: TreeWriter, { random, source, scale }: Ingredients): void {
  for (const name of ['links', 'hard', 'hard/a', 'hard/b']) tree.directory(name);
  for (let i = 0; i < Math.max(10, 800 * scale); i++) tree.symlink(`links/relative-${i}`, `../hard/a/h${i}`);
  for (let i = 0; i < 50; i++) tree.symlink(`links/dangling-${i}`, `no/such/${identifier(random)}`);
  tree.symlink('links/absolute', '/etc/hostname');
  tree.symlink('links/self', 'self');
  tree.symlink('links/long', `${'x/'.repeat(1_500)}end`);
  tree.symlink('links/odd\ntarget', "new\nline\\and'quote");
  for (let i = 0; i < Math.max(10, 500 * scale); i++) {
    tree.file(`hard/a/h${i}`, source.text(random, random.between(1, 20_000)));
    for (let k = random.between(1, 4); k > 0; k--) {
      linkSync(tree.path(`hard/a/h${i}`), tree.path(`hard/${random.pick(['a', 'b'])}/h${i}-${k}`));
    }
  }
  tree.file('hard/large', random.bytes(Math.ceil(12 * scale) * MIB));
  linkSync(tree.path('hard/large'), tree.path('hard/b/large-again'));
  linkSync(tree.path('links/absolute'), tree.path('hard/link-of-symlink'));
}

function writeOddNames(tree: TreeWriter, random: SeededRandom, source: SourceText): void {
  tree.directory('odd names');
  const bytes = ['latin1-\xe9\xe8\xff', 'invalid-\xc3\x28', 'lone-\x80', 'overlong-\xc0\xaf'];
  const names = [
    ...['-leading-dash', '--help', '-rf', ' leading space', 'trailing space ', 'two  spaces', 'tab\there'],
    ...['new\nline', '\nfirst a newline', 'last a newline\n', 'back\\slash', 'back\\nslash-n', 'trailing\\'],
    ...["single'quote", 'double"quote', 'back`tick', '$HOME', '$(id)', 'semi;colon', 'pipe|amp&', 'star*'],
    ...[
      'quest?',
      '[brackets]',
      '{braces}',
      'hash#',
      'percent%41%n',
      'tilde~end.',
      'colon:here',
      'comma,here',
    ],
    ...['equals=here', 'at@here', 'bang!', 'caret^', 'less<greater>', '...', '..hidden', '.hidden', 'CON'],
    ...['\x01\x02control', '\x7fdel', 'esc\x1b[31mred', 'carriage\rreturn', 'bell\x07', 'a'.repeat(255)],
    ...['\u00e9-composed', 'e\u0301-decomposed', '日本語ファイル', 'кириллица', 'العربية', '\ufeffbom'],
    ...[
      'emoji-😀👩\u200d👩\u200d👧',
      'zero\u200bwidth',
      'bidi-\u202etxt.exe',
      'ü'.repeat(127),
      'nbsp\u00a0here',
    ],
  ].map((name) => Buffer.from(name));
  for (const name of [...names, ...bytes.map((text) => Buffer.from(text, 'latin1'))]) {
    tree.file(
      Buffer.concat([Buffer.from('odd names/'), name]),
      source.text(random, random.between(10, 3_000)),
    );
    if (name.length > 240) continue;
    const directory = Buffer.concat([Buffer.from('odd names/dir-'), name]);
    tree.directory(directory);
    tree.file(Buffer.concat([directory, Buffer.from('/'), name]), Buffer.from('inside\n'));
  }
}

function writeDeep(tree: TreeWriter, random: SeededRandom, source: SourceText): void {
  tree.directory('deep');
  const down = (names: readonly string[]) => {
    let path = 'deep';
    for (const name of names) tree.directory((path = `${path}/${name}`));
    tree.file(`${path}/bottom.txt`, source.text(random, 3_000));
  };
  down(Array.from({ length: 60 }, (_, i) => `level-${i}`));
  down(Array.from({ length: 18 }, (_, i) => `${i}-${'n'.repeat(190)}`)); // over 3,400 bytes
}

function writeMisc(tree: TreeWriter, { random, source, scale }: Ingredients): void {
  for (const name of ['misc', 'misc/empty', 'misc/wide']) tree.directory(name);
  for (let i = 0; i < Math.max(20, 3_000 * scale); i++) {
    tree.file(`misc/wide/${i}`, i % 5 === 0 ? Buffer.alloc(0) : source.text(random, random.between(1, 900)));
  }
  for (const [name, mode] of [
    ['sticky', 0o1777],
    ['setgid', 0o2775],
    ['private', 0o700],
    ['none', 0],
  ] as const) {
    tree.directory(`misc/${name}`, mode);
  }
  const native = libc();
  if (native !== undefined) {
    native.makeFifo(tree.path('misc/fifo'), 0o620);
    tree.finish(tree.path('misc/fifo'), { mode: 0o620 });
  }
  for (const [name, mtimeSeconds] of [
    ['epoch', 0],
    ['1969', -86_400],
    ['2106', 2 ** 32 + 1_000],
  ] as const) {
    tree.file(`misc/mtime-${name}`, Buffer.from(name), { mtimeSeconds });
  }
  for (const size of [1, 511, 512, 513, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537, 131_071, 131_073]) {
    tree.file(`misc/size-${size}`, random.bytes(size));
  }
}

/** Tags of acl(5), and the id where a tag has none. */
const [USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER, NO_ID] = [1, 2, 4, 8, 16, 32, 0xffff_ffff];

function writeAttributes(tree: TreeWriter, random: SeededRandom, source: SourceText): void {
  tree.directory('meta');
  for (let i = 0; i < 40; i++) {
    tree.file(`meta/attribute-${i}`, source.text(random, 2_000));
    const path = tree.path(`meta/attribute-${i}`);
    tree.attribute(path, 'user.comment', Buffer.from(`note ${i} é`));
    if (i % 4 === 0) tree.attribute(path, 'user.blob', random.bytes(1_500));
    if (i % 8 === 0) tree.attribute(path, 'user.empty', Buffer.alloc(0));
  }
  for (let i = 0; i < 30; i++) {
    tree.file(`meta/acl-${i}`, source.text(random, 1_000), { mode: 0o640 });
    tree.acl(tree.path(`meta/acl-${i}`), 'access', [
      [USER_OBJ, 6, NO_ID],
      [USER, 4 + (i % 4), 1_000 + i],
      [GROUP_OBJ, 4, NO_ID],
      [GROUP, 5, 2_000],
      [MASK, 7, NO_ID],
      [OTHER, 0, NO_ID],
    ]);
  }
  tree.directory('meta/acl-directory');
  for (const kind of ['access', 'default'] as const) {
    tree.acl(tree.path('meta/acl-directory'), kind, [
      [USER_OBJ, 7, NO_ID],
      [USER, 7, 1_000],
      [GROUP_OBJ, 5, NO_ID],
      [MASK, 7, NO_ID],
      [OTHER, 5, NO_ID],
    ]);
  }
}
