import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { check } from '../../../tools/check.ts';
import { init } from '../../../tools/init.ts';
import { thisMachine } from '../../../tools/this-machine.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

let out = '';
let errors = '';
beforeEach(() => {
  out = errors = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((out += String(text))));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((errors += String(text))));
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The confs that `noctule init` writes, with their directories in a place that is there. */
async function freshSite(): Promise<Disposable & { readonly path: string; readonly conf: string }> {
  const directory = temporaryDirectory();
  const conf = join(directory.path, 'conf');
  await init([conf]);
  mkdirSync(join(directory.path, 'lib', 'volumes'), { recursive: true });
  for (const name of ['noctule-dir.conf', 'noctule-sd.conf', 'noctule-fd.conf']) {
    edit(join(conf, name), /\/var\/lib\/noctule|\/run\/noctule/g, join(directory.path, 'lib'));
  }
  edit(join(conf, 'noctule-dir.conf'), /\/etc\/noctule\/query.sql/, join(conf, 'nconsole.conf'));
  out = '';
  return Object.assign(directory, { conf });
}

function edit(file: string, from: RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
}

describe('noctule check', () => {
  it('is content with what init writes, once its directories are there', async () => {
    using site = await freshSite();
    expect(await check([site.conf])).toBe(0);
    expect(out).toContain('noctule-dir.conf: conf of the Director');
    expect(out).toContain('nconsole.conf: conf of a console');
    expect(out).toMatch(/^no errors, /m);
  });

  it('fails when the files do not fit together, at the line to change', async () => {
    using site = await freshSite();
    edit(join(site.conf, 'noctule-fd.conf'), /Password = ".*"/, 'Password = "another one"');
    expect(await check([site.conf])).toBe(1);
    expect(out).toMatch(/^\S+noctule-dir\.conf:\d+:3: the Password of Client ".*" is not that of Director/);
    expect(out).toMatch(/\^{8} {2}write the same one here and at \S+noctule-fd\.conf:\d+\n/);
    expect(out).not.toContain('another one');
  });

  it('fails when one of them cannot be used, and still looks at the others', async () => {
    using site = await freshSite();
    edit(join(site.conf, 'noctule-dir.conf'), /Type = Backup/, 'Typ = Backup');
    edit(join(site.conf, 'noctule-sd.conf'), /Archive Device = .*/, 'Archive Device = /no/such/place');
    expect(await check([site.conf])).toBe(1);
    expect(out).toContain('did you mean "Type"?');
    expect(out).toContain('/no/such/place does not exist');
  });

  it('warns of files that everybody can read, and names files that nobody reads', async () => {
    using site = await freshSite();
    chmodSync(join(site.conf, 'noctule-sd.conf'), 0o644);
    writeFileSync(join(site.conf, 'clients.conf'), 'Client { Name = forgotten; Address = x }\n');
    expect(await check([site.conf])).toBe(0);
    expect(out).toMatch(/noctule-sd\.conf:1:1: warning: it holds passwords, and every user of this machine/);
    expect(out).toMatch(/clients\.conf: not looked at/);
  });

  it('takes a file that another one includes for a part of it', async () => {
    using site = await freshSite();
    writeFileSync(join(site.conf, 'more.conf'), 'Catalog { Name = Second; dbname = x }\n', { mode: 0o600 });
    writeFileSync(join(site.conf, 'noctule-dir.conf'), '\n@more.conf\n', { flag: 'a' });
    await check([site.conf]);
    expect(out).not.toContain('not looked at');
  });

  it('does not compare with two Directors at once', async () => {
    using site = await freshSite();
    writeFileSync(join(site.conf, 'old-dir.conf'), readFileSync(join(site.conf, 'noctule-dir.conf')), {
      mode: 0o600,
    });
    await check([site.conf]);
    expect(out).toMatch(/old-dir\.conf:1:1: warning: there is a second Director's conf/);
  });

  it('refuses a directory without conf files, and wrong arguments', async () => {
    using directory = temporaryDirectory();
    expect(await check([directory.path])).toBe(1);
    expect(errors).toContain('holds no files *.conf');
    expect(await check([join(directory.path, 'not')])).toBe(1);
    expect(errors).toContain('/not does not exist');
    expect(await check(['--all'])).toBe(2);
    expect(errors).toContain('usage: noctule check');
  });
});

describe('this machine', () => {
  it('knows itself by its name and addresses, and no other', () => {
    expect(thisMachine.isHere('localhost')).toBe(true);
    expect(thisMachine.isHere(hostname().toUpperCase())).toBe(true);
    expect(thisMachine.isHere('192.0.2.1')).toBe(false);
  });

  it('tells files from directories, and reads lists as bytes', () => {
    using directory = temporaryDirectory();
    const list = join(directory.path, 'list');
    writeFileSync(list, Buffer.from([0x2f, 0xff, 0x0a, 0x2f]));
    expect(thisMachine.kindOf(directory.path)).toBe('directory');
    expect(thisMachine.kindOf(list)).toBe('file');
    expect(thisMachine.kindOf(join(directory.path, 'nothing'))).toBeUndefined();
    expect(thisMachine.linesOf(list)).toEqual([Buffer.from([0x2f, 0xff]), Buffer.from('/')]);
    expect(thisMachine.linesOf(directory.path)).toBeUndefined();
    expect(thisMachine.isWritable(directory.path)).toBe(true);
  });
});
