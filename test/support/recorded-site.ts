import { mkdirSync, readFileSync, symlinkSync, linkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { siteUnderTest, type SiteUnderTest } from './site-under-test.ts';
import { startSite, type Site } from '../../tools/site.ts';

/**
 * The site on which the sessions of Bacula were recorded, as far as a console can see it: the same resources in the
 * same order, and a home directory with the same names.
 */
export async function recordedSite(): Promise<SiteUnderTest> {
  const held = await siteUnderTest({ start: false, makeSource: makeHome });
  const { site, source } = held;
  const file = site.confFiles['noctule-dir'];
  writeFileSync(file, recordedConf(readFileSync(file, 'utf8'), { site, source }));
  await startSite(site);
  return held;
}

function recordedConf(conf: string, { site, source }: { site: Site; source: string }): string {
  const resource = (kind: string) => new RegExp(`^${kind} \\{\\n[^]*?^\\}\\n`, 'm').exec(conf)![0];
  const fileSet = (name: string, options: string, paths = [source]) => `
FileSet {
  Name = "${name}"
  Include {
    ${options}
${paths.map((path) => `    File = "${path}"\n`).join('')}  }
}`;
  const pool = (name: string, retention: string, more: string) => `
Pool {
  Name = ${name}
  Pool Type = Backup
  Volume Retention = ${retention}
  ${more}
}`;
  const job = (name: string, more = '') => `
Job {
  Name = ${name}
  JobDefs = A-Defs
  ${/Type =/.test(more) ? '' : 'Schedule = A-Schedule'}
  ${more}
}`;
  const inPool = (name: string) =>
    `Pool = ${name}
  Full Backup Pool = ${name}
  Incremental Backup Pool = ${name}
  Differential Backup Pool = ${name}`;
  const wilds = ['*~', '*.bak', '*.log', '*.o'].map((wild) => `WildFile = "${wild}"`).join('\n      ');
  return `${resource('Director')}${resource('Client').replace('= Catalog', '= MyCatalog')}${resource('Storage')}${resource('Messages')}
Catalog {
  Name = MyCatalog
  dbname = catalog
  dbuser = noctule
  dbpassword = ""
}
JobDefs {
  Name = A-Defs
  Type = Backup
  Level = Incremental
  Client = site-fd
  FileSet = Gzip
  Storage = File
  Messages = Standard
  Pool = A-Incr-Pool
  Full Backup Pool = A-Full-Pool
  Differential Backup Pool = A-Diff-Pool
  Incremental Backup Pool = A-Incr-Pool
}
Schedule {
  Name = A-Schedule
  Run = Full 1st sat at 23:05
  Run = Differential 2nd-5th sun at 22:10
  Run = Incremental sun-fri at 22:10
}
${['Gzip', 'Plain', 'Sparse', 'Lzo', 'Article', 'Defaults'].map((name) => job(name, `FileSet = ${name}`)).join('')}
${job('RestoreFiles', `Type = Restore\n  Where = "${site.directory}/restored"`)}
${job('TwoOptions', 'FileSet = "Two Options"')}
${job('MissingPath', 'FileSet = "Missing Path"')}
${job('Accurate', 'Accurate = yes')}
${job('TinyVolumes', `FileSet = Plain\n  ${inPool('Tiny-Pool')}`)}
${job('NeedsLabel', `FileSet = Plain\n  ${inPool('Manual-Pool')}`)}
${job('BeforeFails', 'FileSet = Plain\n  Client Run Before Job = "/bin/false"')}
${job('VerifyVolume', 'Type = Verify\n  Level = VolumeToCatalog\n  Job To Verify = Gzip')}
${job('VerifyDisk', 'Type = Verify\n  Level = DiskToCatalog\n  Job To Verify = Gzip')}
${job('VerifyArticle', 'Type = Verify\n  Level = DiskToCatalog\n  Job To Verify = Article\n  FileSet = Article')}
${fileSet('Gzip', 'Options { signature = SHA1; compression = GZIP }')}
${fileSet('Plain', 'Options { signature = SHA1 }')}
${fileSet('Sparse', 'Options { signature = SHA1; compression = GZIP; sparse = yes }')}
${fileSet('Lzo', 'Options { signature = SHA1; compression = LZO }')}
${fileSet('Defaults', '')}
${fileSet(
  'Article',
  `Options {
      signature = SHA1
      compression = GZIP
      verify = pins1
      onefs = yes
      ${wilds}
      Exclude = yes
    }`,
)}
${fileSet('Two Options', `Options { signature = SHA1; ${wilds.replaceAll('\n', '; ')}; Exclude = yes }\n    Options { signature = SHA1 }`)}
${fileSet('Missing Path', 'Options { signature = SHA1 }', [join(source, 'alice/documents'), '/no/such/path'])}
${pool('Tiny-Pool', '360 days', 'Label Format = Tiny-\n  Maximum Volumes = 3\n  Maximum Volume Bytes = 1M')}
${pool('Manual-Pool', '1 year', '')}
${pool('A-Full-Pool', '360 days', 'Label Format = A-Full-\n  Maximum Volumes = 100\n  Maximum Volume Bytes = 4.3G')}
${pool('A-Diff-Pool', '60 days', 'Label Format = A-Diff-\n  Maximum Volumes = 100\n  Maximum Volume Bytes = 4.3G')}
${pool('A-Incr-Pool', '40 days', 'Label Format = A-Incr-\n  Maximum Volumes = 100\n  Maximum Volume Bytes = 4.3G')}
${pool('Scratch', '1 year', '')}
`;
}

function makeHome(home: string): void {
  for (const user of ['alice', 'bob']) {
    const at = (name: string) => join(home, user, name);
    for (const name of ['documents', 'photos/2023', 'private', 'src'])
      mkdirSync(at(name), { recursive: true });
    writeFileSync(at('.profile'), 'umask 022\n');
    writeFileSync(at('notes.bak'), 'b'.repeat(300));
    writeFileSync(at('debug.log'), 'line\n'.repeat(5000));
    writeFileSync(at('private/key'), 'secret\n');
    for (let n = 0; n < 12; n += 1) {
      writeFileSync(
        at(`documents/report-${String(n).padStart(2, '0')}.txt`),
        'report\n'.repeat(200 + 160 * n),
      );
    }
    writeFileSync(at('src/Makefile'), 'all: program\n');
    writeFileSync(at('src/Makefile~'), 'all:\n');
    for (let n = 0; n < 6; n += 1) {
      writeFileSync(at(`src/module${n}.c`), `int f${n}();\n`.repeat(400));
      writeFileSync(at(`src/module${n}.o`), Buffer.alloc(3000, n));
    }
    writeFileSync(at('photos/2023/img-1.jpg'), noise(400_000));
    writeFileSync(at('photos/2023/img-2.jpg'), noise(700_000));
  }
  const alice = join(home, 'alice');
  symlinkSync('documents', join(alice, 'latest'));
  symlinkSync('/nowhere', join(alice, 'dangling'));
  linkSync(join(alice, 'documents/report-00.txt'), join(alice, 'hardlink-to-report-00'));
  mkdirSync(join(alice, 'odd names'));
  for (const name of [
    '日本語',
    ' lead',
    '#hash',
    '-dash',
    'back\\slash',
    "it's",
    'new\nline',
    'say "hi"',
    'semi;colon',
    'star*',
  ])
    writeFileSync(join(alice, 'odd names', name), 'odd\n');
  execFileSync('mkfifo', [join(home, 'bob/fifo')]);
}

/** Bytes that do not shrink, the same each time. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at += 1) bytes[at] = (state = (state * 16807) % 2147483647) >>> 8;
  return bytes;
}
