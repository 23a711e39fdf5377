import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../../bin', import.meta.url));

/** Prints what it was run with. */
const MAIN = 'console.log(JSON.stringify([import.meta.filename, ...process.argv.slice(2)]));\n';

describe('a launcher', () => {
  let root: string;
  beforeEach(() => {
    root = join(mkdtempSync(join(tmpdir(), 'noctule-launch-')), 'with blank');
    cpSync(BIN, join(root, 'bin'), { recursive: true });
  });
  afterEach(() => rmSync(join(root, '..'), { recursive: true }));

  function writeMain(file: string): string {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), MAIN);
    return join(root, file);
  }

  /** A Node where npm puts it. */
  function installNode(): void {
    mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true });
    symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'));
  }

  function launch(program: string, args: string[] = [], path = '/usr/bin:/bin'): unknown {
    return JSON.parse(execFileSync(program, args, { encoding: 'utf8', env: { PATH: path } }));
  }

  it('runs the sources with the Node that npm brought, through links, with its arguments as they are', () => {
    installNode();
    const main = writeMain('storage-daemon/main.ts');
    const args = ['-c', 'a file', '*', ''];
    expect(launch(join(root, 'bin/noctule-sd'), args)).toEqual([main, ...args]);
    symlinkSync('with blank/bin/noctule-sd', join(root, '../relative'));
    symlinkSync(join(root, '../relative'), join(root, '../absolute'));
    expect(launch(join(root, '../absolute'), args)).toEqual([main, ...args]);
    expect(existsSync(join(root, 'node_modules/.cache/noctule'))).toBe(true);
  });

  it('runs dist where there are no sources', () => {
    installNode();
    writeFileSync(join(root, 'package.json'), '{"type":"module"}');
    const main = writeMain('dist/console/main.js');
    expect(launch(join(root, 'bin/nconsole'))).toEqual([main]);
  });

  it('has one for each program', () => {
    installNode();
    const programs = {
      'noctule-dir': 'director',
      'noctule-sd': 'storage-daemon',
      'noctule-fd': 'file-daemon',
      nconsole: 'console',
      noctule: 'tools',
    };
    for (const [program, directory] of Object.entries(programs)) {
      const main = writeMain(`${directory}/main.ts`);
      expect(launch(join(root, 'bin', program))).toEqual([main]);
    }
  });

  it('takes a Node from the PATH that is new enough, and says in a sentence when there is none', () => {
    const main = writeMain('director/main.ts');
    const program = join(root, 'bin/noctule-dir');
    const path = join(root, 'path');
    mkdirSync(path);
    symlinkSync(process.execPath, join(path, 'node'));
    expect(launch(program, [], `${path}:/usr/bin:/bin`)).toEqual([main]);

    rmSync(join(path, 'node'));
    writeFileSync(join(path, 'node'), '#!/bin/sh\necho v22.18.0\n', { mode: 0o755 });
    const tooOld = spawnSync(program, { encoding: 'utf8', env: { PATH: `${path}:/usr/bin:/bin` } });
    expect(tooOld.status).toBe(1);
    expect(tooOld.stderr).toBe(
      `noctule-dir: Node.js 24 or newer is needed (found: v22.18.0). Run "npm ci" in ${root}, which brings it.\n`,
    );
    writeFileSync(join(path, 'node'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    const none = spawnSync(program, { encoding: 'utf8', env: { PATH: `${path}:/usr/bin:/bin` } });
    expect(none.status).toBe(1);
    expect(none.stderr).toContain('found: none');
  });
});
