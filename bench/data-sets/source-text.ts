import { SeededRandom } from './seeded-random.ts';

const WORDS =
  `account action adapter address amount archive argument array attribute backup balance batch binary bitmap block
border bounds branch bridge bucket budget buffer bundle button cache callback cancel catalog category chain channel chart check
checksum child chunk circle client clock cluster codec collect column command commit compare compress config connect console
constant container content context control convert cookie counter course cursor daemon data debug decode default delay delete
deliver delta depth detail device dialog digest direct director disk dispatch display document domain driver dump duration edge
editor element encode endpoint engine entity entry environment error escape event exclude execute expire export factory failure
feature fetch field figure file filter final finish flag flush folder footer force format forward fragment frame function gateway
generate global graph group guard handle hash header heap height helper hidden history host icon identity image import include
index inherit init input insert inspect install instance integer interface interval invoice item iterate job join journal kernel
key keyword label language latency layer layout leaf lease length level library limit line link list listen literal load local
lock login lookup loop machine main map mark mask match matrix measure media member memory merge message metadata method metric
migrate mirror missing mode model module monitor mount move name native network node notify number object offset open operator
option order origin output overflow owner packet page panel parameter parent parse password patch path pattern pause payload peer
pending permit phase pipe pixel plan platform plugin point policy poll pool port position prefix prepare print priority private
process profile progress project prompt property protocol provider prune publish purge query queue quota range rate reader ready
record recover recycle reference refresh region register release remote remove render repair repeat replica report request require
reset resolve resource response restore result resume retain retry return review role root route row rule runner sample schedule
schema scope screen script scroll search secret section select sender sequence serial server service session setting shadow shape
share shell signal simple size slice slot socket sort source space span spool stack stage start state status step storage store
stream string struct style submit summary supply switch symbol sync syntax system table target task tenant term test text thread
throttle ticket time title token total trace track transfer tree trigger trust tuple type unique unit update upload usage user
valid value variable vector verify version view virtual visit volume wait warning weight widget width window worker write`.split(
    /\s+/,
  );
const TYPES = [
  'int',
  'string',
  'boolean',
  'number',
  'char *',
  'size_t',
  'Buffer',
  'uint64_t',
  'void',
  'double',
];
const POOL_BYTES = 8 << 20;

/**
 * Text that looks like source code and compresses like it: gzip -6 makes 2.5 to 3 times less of it. 8 MiB of blocks are made once; a
 * file is a head of its own and blocks at random.
 */
export class SourceText {
  readonly #blocks: readonly Buffer<ArrayBuffer>[];

  constructor(seed: string) {
    const random = new SeededRandom(`source-text ${seed}`);
    const blocks: Buffer<ArrayBuffer>[] = [];
    for (let bytes = 0; bytes < POOL_BYTES; bytes += blocks.at(-1)!.length) {
      blocks.push(Buffer.from(sourceBlock(random)));
    }
    this.#blocks = blocks;
  }

  /** @param random decides what it holds. */
  text(random: SeededRandom, bytes: number): Buffer {
    const parts = [Buffer.from(`/* id ${random.bytes(8).toString('hex')}\n * ${sentence(random)}\n */\n`)];
    for (let made = parts[0]!.length; made < bytes; made += parts.at(-1)!.length) {
      parts.push(random.pick(this.#blocks));
    }
    return Buffer.concat(parts, bytes);
  }
}

export function identifier(random: SeededRandom): string {
  const [first, second] = [random.pick(WORDS, 1.6), random.pick(WORDS, 1.6)];
  return random.next() < 0.45 ? `${first}_${second}` : first + second[0]!.toUpperCase() + second.slice(1);
}

/** Lines of a log, no two alike, in pieces of at most a MiB; gzip -6 makes three times less of them. */
export function* logText(seed: string, bytes: number): Generator<Buffer> {
  const random = new SeededRandom(`log ${seed}`);
  const messages = Array.from({ length: 2_000 }, () => sentence(random));
  const modules = Array.from({ length: 200 }, () => identifier(random));
  let milliseconds = 1_700_000_000_000;
  for (let made = 0; made < bytes;) {
    const lines: string[] = [];
    const numbers = random.bytes(9_000 * 12);
    for (let at = 0; at < numbers.length; at += 12) {
      const [a, b, c] = [
        numbers.readUInt16LE(at),
        numbers.readUInt16LE(at + 2),
        numbers.readUInt16LE(at + 4),
      ];
      milliseconds += a % 97;
      const time = `${Math.floor(milliseconds / 1000)}.${String(milliseconds % 1000).padStart(3, '0')}`;
      lines.push(
        `${time} ${LEVELS[a % LEVELS.length]} [${modules[b % 200]}/${b % 64}] ${messages[c % 2_000]} ` +
          `id=${numbers.toString('hex', at + 6, at + 10)} took=${numbers.readUInt16LE(at + 10) % 5_000}ms\n`,
      );
    }
    const piece = Buffer.from(lines.join(''), 'latin1').subarray(0, bytes - made);
    made += piece.length;
    yield piece;
  }
}

const LEVELS = ['INFO', 'INFO', 'INFO', 'DEBUG', 'WARN', 'ERROR'];

function sentence(random: SeededRandom): string {
  return Array.from({ length: random.between(4, 13) }, () => random.pick(WORDS, 1.3)).join(' ');
}

function sourceBlock(random: SeededRandom): string {
  const kind = random.next();
  const times = (from: number, to: number, line: () => string) =>
    Array.from({ length: random.between(from, to) }, line).join('');
  const hex = () => random.bytes(4).toString('hex');
  if (kind < 0.12) return `${times(2, 7, () => `// ${sentence(random)}\n`)}\n`;
  if (kind < 0.2) {
    const field = () => `\t${random.pick(TYPES)} ${identifier(random)};\t/* ${sentence(random)} */\n`;
    return `typedef struct {\n${times(3, 10, field)}} ${identifier(random)}_t;\n\n`;
  }
  if (kind < 0.28)
    return `${times(2, 9, () => `#define ${identifier(random).toUpperCase()} 0x${hex()}\n`)}\n`;
  if (kind < 0.36) return `{\n${times(3, 11, () => `  "${identifier(random)}": "${hex()}",\n`)}}\n`;
  const head = `/**\n * ${sentence(random)}\n */\nstatic ${random.pick(TYPES)} ${identifier(random)}(${random.pick(TYPES)} ${random.pick(WORDS)})\n{\n`;
  return `${head}${times(3, 15, () => statement(random))}}\n\n`;
}

function statement(random: SeededRandom): string {
  const [a, b, word] = [identifier(random), identifier(random), random.pick(WORDS, 1.6)];
  const kind = random.next();
  if (kind < 0.25)
    return `    if (${a} ${random.pick(['==', '!=', '<', '>='])} ${random.between(0, 4096)}) {\n        return ${b}(${word}, "${sentence(random)}");\n    }\n`;
  if (kind < 0.5) return `    ${a} = ${b}->${word}(${identifier(random)}, ${random.between(0, 65_536)});\n`;
  if (kind < 0.6)
    return `    for (int i = 0; i < ${a}; i++) {\n        ${b}[i] = ${word}(i, &${identifier(random)});\n    }\n`;
  if (kind < 0.75) return `    log_debug("${sentence(random)}: %s\\n", ${a});\n`;
  return `    const auto ${a} = ${b}(${word}) + ${identifier(random)};\n`;
}
