import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VolumeClaims } from '../../../storage-daemon/volume-claims.ts';
import { LOCK_FILE_NAME, VolumeDirectory } from '../../../storage-daemon/volume-directory.ts';
import { volumeNameProblem } from '../../../volume/volume-name.ts';
import { scratchDirectory } from './append-harness.ts';

/** Another process that holds the directory until it is killed. */
async function otherDaemon(directory: string) {
  const source = `
    import { VolumeDirectory } from ${JSON.stringify(join(import.meta.dirname, '../../../storage-daemon/volume-directory.ts'))};
    globalThis.held = new VolumeDirectory(${JSON.stringify(directory)}).enter('write');
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('a directory that another storage daemon uses is refused, naming that process, until it dies', async () => {
  const path = scratchDirectory();
  const directory = new VolumeDirectory(path);
  const child = await otherDaemon(path);
  expect(() => directory.enter('write')).toThrow(
    new RegExp(`^The directory ${path} is in use by another storage daemon \\(process ${child.pid} on `),
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  using _use = directory.enter('write'); // what it left behind does not matter
  expect(readFileSync(join(path, LOCK_FILE_NAME), 'utf8')).toMatch(new RegExp(`^process ${process.pid} on `));
});

test('a directory is held while anybody uses it, and no longer', () => {
  const path = scratchDirectory();
  const [one, other] = [new VolumeDirectory(path), new VolumeDirectory(path)];
  const uses = [one.enter('write'), one.enter('write')];
  expect(() => other.enter('write')).toThrow('in use');
  uses[0]![Symbol.dispose]();
  uses[0]![Symbol.dispose](); // twice is once
  expect(() => other.enter('write')).toThrow('in use');
  uses[1]![Symbol.dispose]();
  other.enter('write')[Symbol.dispose]();
});

test('a directory that is not there is named', () => {
  const path = join(scratchDirectory(), 'unmounted');
  expect(() => new VolumeDirectory(path).enter('write')).toThrow(
    `The Archive Device ${path} cannot be used: ENOENT`,
  );
});

test('the lock file can never be taken for a volume', () => {
  expect(volumeNameProblem(LOCK_FILE_NAME)).toBeDefined();
});

test('a volume has one writer, any number of readers, and is overwritten by one alone', () => {
  const claims = new VolumeClaims();
  const append = claims.claim('V', 'append')!;
  expect(claims.claim('V', 'append')).toBeUndefined();
  expect(claims.claim('V', 'overwrite')).toBeUndefined();
  const reads = [claims.claim('V', 'read')!, claims.claim('V', 'read')!];
  append[Symbol.dispose]();
  append[Symbol.dispose]();
  expect(claims.claim('V', 'overwrite')).toBeUndefined();
  for (const read of reads) read[Symbol.dispose]();
  const overwrite = claims.claim('V', 'overwrite')!;
  expect(claims.claim('V', 'read')).toBeUndefined();
  overwrite.becomeAppend();
  expect(claims.claim('V', 'read')).toBeDefined();
  expect(claims.claim('V', 'append')).toBeUndefined();
  expect(claims.claim('W', 'append')).toBeDefined();
});
