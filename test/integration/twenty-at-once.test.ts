import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { startSite } from '../../tools/site.ts';
import { reported, siteUnderTest } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const JOBS = 20;
const NUMBERS = Array.from({ length: JOBS }, (_, index) => index + 1);

it(
  '20 jobs write to one storage at once, and one of them is restored byte by byte',
  { timeout: 180_000 },
  async () => {
    using outside = temporaryDirectory();
    const meeting = join(outside.path, 'meeting');
    mkdirSync(meeting);
    // Each job has this among its data: none ends before all are in the middle of theirs.
    const reader = join(outside.path, 'reader');
    const script = `#!/bin/sh
touch ${meeting}/$1
until test $(ls ${meeting} | wc -l) -ge ${JOBS}; do sleep 0.1; done
echo job $1
`;
    writeFileSync(reader, script, { mode: 0o755 });
    const sourceOf = (directory: string, number: number) => join(directory, `data-${number}`);
    await using held = await siteUnderTest({
      start: false,
      makeSource(directory) {
        for (const number of NUMBERS) {
          mkdirSync(sourceOf(directory, number), { recursive: true });
          for (let file = 0; file < 4; file++)
            writeFileSync(join(sourceOf(directory, number), `file-${file}`), randomBytes(150_000));
        }
      },
    });
    const conf = readFileSync(held.site.confFiles['noctule-dir'], 'utf8')
      .replace('Name = site-dir\n', `Name = site-dir\n  Maximum Concurrent Jobs = ${JOBS}\n`)
      .replace('Name = site-fd\n', `Name = site-fd\n  Maximum Concurrent Jobs = ${JOBS}\n`)
      .replace('Maximum Concurrent Jobs = 10', `Maximum Concurrent Jobs = ${JOBS}`);
    const jobs = NUMBERS.map(
      (number) => `
FileSet { Name = Set-${number}; Include { Options { signature = SHA1; compression = GZIP }
  Plugin = "bpipe:file=/told/${number}:reader=${reader} ${number}:writer="
  File = "${sourceOf(held.source, number)}"
} }
Job { Name = Job-${number}; Type = Backup; Level = Full; Client = site-fd; FileSet = Set-${number}; Storage = File
  Messages = Standard; Pool = Full-Pool }`,
    );
    writeFileSync(held.site.confFiles['noctule-dir'], conf + jobs.join('\n'));
    await startSite(held.site);

    const runs = NUMBERS.map((number) => `run job=Job-${number} yes\n`).join('');
    const output = await held.console(`${runs}wait\nlist jobs\n`);
    expect(output.match(/^\|.*\| Job-\d+ +\|.*\| T +\|$/gm)).toHaveLength(JOBS);

    const target = join(outside.path, 'restored');
    const number = 13;
    const restored = await held.console(
      `restore client=site-fd jobid=${number} where=${target} select all done yes\nwait\nmessages\n`,
    );
    expect(reported(restored, 'Termination')).toBe('Restore OK');
    const source = sourceOf(held.source, number);
    expect(compareTrees(source, join(target, source)).differences).toEqual([]);
    expect(readFileSync(join(target, 'told', String(number)), 'utf8')).toBe(`job ${number}\n`);
  },
);
