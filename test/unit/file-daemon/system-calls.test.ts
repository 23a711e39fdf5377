import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { hasProgram } from './support/has-program.ts';

const PROGRAM = join(import.meta.dirname, 'support/save-and-restore.ts');
/** What has to do with files; the rest is V8's own, and comes and goes. */
const OF_FILES =
  /^(\w*stat\w*|open\w*|close|p?read\w*|p?write\w*|\w*seek|\w*chmod\w*|\w*chown\w*|utime\w*|rename\w*|\w*link\w*|\w*xattr|ioctl|fcntl|\w*trunc\w*|getdents\w*)$/;

describe.runIf(hasProgram('strace'))('system calls', () => {
  it('of a small file are 5 to save it and 7 to restore it', () => {
    using directory = temporaryDirectory();
    const [few, many] = [40, 240].map((fileCount) =>
      callsOf(join(directory.path, `${fileCount}`), fileCount),
    );
    const each = [...many!]
      .map(([name, calls]) => [name, (calls - (few!.get(name) ?? 0)) / 200] as const)
      .filter(([, calls]) => calls >= 0.1);
    const total = each.reduce((sum, [, calls]) => sum + calls, 0);
    // Save: stat, open, read, stat, close. Restore: note, open, write, owner, mode, times, close.
    expect(Math.round(total), JSON.stringify(each)).toBe(12);
  });
});

/** Calls by name, from the start of a program that saves and restores a directory of small files to its end. */
function callsOf(directory: string, fileCount: number): Map<string, number> {
  const [source, target, counts] = ['source', 'target', 'counts'].map((name) => join(directory, name));
  for (const made of [source!, target!]) mkdirSync(made, { recursive: true });
  for (let at = 0; at < fileCount; at++) writeFileSync(join(source!, `file-${at}`), `content ${at}`);
  const program = [process.execPath, PROGRAM, source!, target!, 'plain'];
  // What the cache of compiled modules reads and writes depends on what ran before.
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
  const said = execFileSync('strace', ['-f', '-c', '-U', 'calls,name', '-o', counts!, ...program], {
    env,
  }).toString();
  expect(JSON.parse(said)).toEqual({ saving: [], restoring: [], errors: 0 });
  const lines = readFileSync(counts!, 'utf8').matchAll(/^ *(\d+) (\w+)$/gm);
  return new Map(
    [...lines]
      .map(([, calls, name]) => [name!, Number(calls)] as const)
      .filter(([name]) => OF_FILES.test(name)),
  );
}
