import { constants, openSync, readSync, statSync } from 'node:fs';
import koffi from 'koffi';

/**
 * `node latency-reader.ts FILE SECONDS`: reads 4 KiB at random places of the file from the disk (O_DIRECT), one after the
 * other with pauses between them, as somebody at work would. Prints JSON: reads, medianMs, p99Ms.
 */
const READ_BYTES = 4096;
const PAUSE_MS = 2;
const pause = new Int32Array(new SharedArrayBuffer(4));

const [, , file = '', seconds = '10'] = process.argv;
const fd = openSync(file, constants.O_RDONLY | constants.O_DIRECT);
const places = Math.floor(statSync(file).size / READ_BYTES);
// O_DIRECT wants its memory aligned as the disk's blocks are.
const memory = Buffer.alloc(2 * READ_BYTES);
const ahead = Number(BigInt(koffi.address(memory)) % BigInt(READ_BYTES));
const buffer = memory.subarray(READ_BYTES - ahead, 2 * READ_BYTES - ahead);
const readMs: number[] = [];
const endMs = performance.now() + Number(seconds) * 1000;
while (performance.now() < endMs) {
  const offset = Math.floor(Math.random() * places) * READ_BYTES;
  const startMs = performance.now();
  readSync(fd, buffer, 0, READ_BYTES, offset);
  readMs.push(performance.now() - startMs);
  Atomics.wait(pause, 0, 0, PAUSE_MS);
}
readMs.sort((a, b) => a - b);
const at = (part: number) => readMs[Math.min(readMs.length - 1, Math.floor(readMs.length * part))];
process.stdout.write(JSON.stringify({ reads: readMs.length, medianMs: at(0.5), p99Ms: at(0.99) }));
