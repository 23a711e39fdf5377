import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConsoleConf } from '../../../configuration/console-conf.ts';
import { loadDirectorConf } from '../../../configuration/director-conf.ts';
import { documentDirectives } from '../../../configuration/document-directives.ts';
import { loadFileDaemonConf } from '../../../configuration/file-daemon-conf.ts';
import { formatProblem, type ConfResult } from '../../../configuration/problem.ts';
import { loadStorageConf } from '../../../configuration/storage-conf.ts';
import { staleConfPages } from '../../../tools/generate-conf-docs.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CONF = join(ROOT, 'conf');

const SAMPLES = [
  ['noctule-dir.conf', loadDirectorConf],
  ['noctule-sd.conf', loadStorageConf],
  ['noctule-fd.conf', loadFileDaemonConf],
  ['nconsole.conf', loadConsoleConf],
  ['nas/bacula-dir.conf', loadDirectorConf],
  ['nas/bacula-sd.conf', loadStorageConf],
  ['nas/bacula-fd.conf', loadFileDaemonConf],
  ['nas/bconsole.conf', loadConsoleConf],
] as const;

describe('the samples', () => {
  test.each(SAMPLES)('%s loads without errors', (file, load) => {
    const { conf, problems } = load(join(CONF, file));
    expect(problems.filter((problem) => problem.severity === 'error').map(formatProblem)).toEqual([]);
    expect(conf).toBeDefined();
  });

  test('of one machine have nothing to remark but their placeholders and what is not done yet', () => {
    const remarks = SAMPLES.filter(([file]) => !file.includes('/'))
      .flatMap(([file, load]) => load(join(CONF, file)).problems)
      .map((problem) => problem.message)
      .filter((message) => !/placeholder|does not work yet|the scratch pool/.test(message));
    expect(remarks).toEqual([]);
  });

  test('agree with one another about names, passwords and devices', () => {
    for (const [dir, sd, fd, console] of [
      ['noctule-dir.conf', 'noctule-sd.conf', 'noctule-fd.conf', 'nconsole.conf'],
      ['nas/bacula-dir.conf', 'nas/bacula-sd.conf', 'nas/bacula-fd.conf', 'nas/bconsole.conf'],
    ] as const) {
      const director = loadDirectorConf(join(CONF, dir)).conf;
      const storage = loadStorageConf(join(CONF, sd)).conf;
      const client = loadFileDaemonConf(join(CONF, fd)).conf;
      expect(storage?.directors).toMatchObject([
        { name: director?.director.name, password: director?.storages[0]?.password },
      ]);
      expect(client?.directors).toMatchObject([
        { name: director?.director.name, password: director?.clients[0]?.password },
      ]);
      expect(loadConsoleConf(join(CONF, console)).conf?.directors).toMatchObject([
        { name: director?.director.name, password: director?.director.password },
      ]);
      expect(storage?.devices).toMatchObject([
        { name: director?.storages[0]?.device[0], mediaType: director?.storages[0]?.mediaType },
      ]);
    }
  });

  test('the home server has its three grades', () => {
    const { conf, problems } = loadDirectorConf(join(CONF, 'nas/bacula-dir.conf'));
    const job = conf?.jobs.find((one) => one.name === 'Zebulon-A');
    expect(job).toMatchObject({
      priority: 8,
      client: { name: 'zebulon-fd' },
      pool: { name: 'Default' },
      storage: [{ name: 'File' }],
      fullBackupPool: { name: 'A-Full-Pool', volumeRetention: 31_104_000, maximumVolumes: 100 },
      incrementalBackupPool: { name: 'Incr-Pool', maximumVolumeBytes: 4_617_089_843 },
      differentialBackupPool: { name: 'Diff-Pool' },
    });
    expect(job?.fileSet.includes[0]).toMatchObject({
      files: ['/home', '/data', '/photos'],
      options: [{ signature: 'SHA1', exclude: true, wildFile: ['*~', '*.bak', '*.log', '*.o'] }],
    });
    expect(conf?.schedules.map((one) => one.runs.length)).toEqual([3, 8, 8]);
    expect(
      conf?.pools.filter((one) => one.name.includes('Full')).map((one) => one.volumeRetention / 86_400),
    ).toEqual([360, 180, 65]);
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(
      /all other files are saved with SHA1 checksums and GZIP6 compression/,
    );
  });
});

describe('the files that distributions of Bacula install', () => {
  const DIRECTORY = join(import.meta.dirname, 'golden/distribution');
  const load = <C>(loadConf: (file: string) => ConfResult<C>, file: string): C => {
    const { conf, problems } = loadConf(join(DIRECTORY, file));
    const errors = problems.filter((problem) => problem.severity === 'error').map(formatProblem);
    expect(errors).toEqual([]);
    return conf ?? expect.unreachable('a conf without errors loads');
  };

  test('load as they are, and mean what they meant', () => {
    const director = load(loadDirectorConf, 'bacula-dir.conf');
    expect(director.jobs.find((job) => job.name === 'BackupCatalog')).toMatchObject({
      level: 'Full',
      priority: 11,
      client: { name: 'host-fd' },
      fileSet: { name: 'Catalog' },
      storage: [{ name: 'File1', autochanger: 'File1', device: ['FileChgr1'] }],
      runScripts: [{ runsWhen: 'Before' }, { runsWhen: 'After', runsOnFailure: false }],
    });
    expect(director.consoles[0]?.commandAcl).toEqual(['status', '.status']);
    expect(load(loadStorageConf, 'bacula-sd.conf').autochangers[0]?.devices).toHaveLength(2);
    expect(load(loadFileDaemonConf, 'bacula-fd.conf').directors.map((one) => one.monitor)).toEqual([
      false,
      true,
    ]);
    expect(load(loadConsoleConf, 'bconsole.conf').directors[0]?.dirPort).toBe(9101);
  });

  test('are told only what does not work here', () => {
    const { problems } = loadDirectorConf(join(DIRECTORY, 'bacula-dir.conf'));
    const remarks = problems
      .map((problem) => problem.message)
      .filter((message) => !/every user of this machine/.test(message));
    for (const remark of remarks)
      expect(remark).toMatch(/does not work yet|has no effect here|no Job and no Run line writes/);
  });
});

describe('the pages of docs/conf', () => {
  test('are as they would be generated now', () => {
    expect(staleConfPages(ROOT)).toEqual([]);
    expect(readdirSync(join(ROOT, 'docs/conf')).sort()).toEqual([...documentDirectives().keys()].sort());
  });

  test('have a line for each directive, with its default and its status', () => {
    const director = documentDirectives().get('director.md') ?? '';
    expect(director).toContain('| FD Port | port number | `9102` | TCP port of the file daemon. |');
    expect(director).toContain('| Address (FD Address) |');
    expect(director).toMatch(
      /\| Spool Data \| yes or no \| `no` \| .* \*No effect\*: volumes on disk need no spooling\. \|/,
    );
    expect(director).toContain('### FileSet: Include: Options');
  });
});
