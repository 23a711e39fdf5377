import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JobRow } from '../../../../catalog/rows.ts';
import type { DirectorConf } from '../../../../configuration/director-conf.ts';
import { BackupAges } from '../../../../director/schedule/backup-ages.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { siteConf } from '../site.ts';

const START = new Date(2026, 10, 21, 12, 0, 0);
const HOUR_MS = 3_600_000;

const EXTRA = `
Job { Name = Watched; JobDefs = Defaults; Max Backup Age = 3 days }
Job { Name = Off; JobDefs = Defaults; Max Backup Age = 3 days; Enabled = no }
Job { Name = Careless; JobDefs = Defaults }
`;

let conf: DirectorConf;
let said: string[];
/** When the last good backup of each job ended. */
let ended: Record<string, Date>;
let asked: string[];
let broken: Error | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  conf = siteConf(scratchDirectory(), { extra: EXTRA });
  said = [];
  ended = {};
  asked = [];
  broken = undefined;
});

afterEach(() => {
  vi.useRealTimers();
});

function ages(): BackupAges {
  return new BackupAges({
    conf: () => conf,
    catalog: {
      restoreChain: async ({ jobName = '' }) => {
        if (broken) throw broken;
        asked.push(jobName);
        const endTime = ended[jobName];
        return endTime ? [{ endTime: new Date(0) } as JobRow, { endTime } as JobRow] : [];
      },
    },
    messages: { add: async (type, text) => void said.push(`${type}: ${text}`) },
    now: () => new Date(),
  });
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS);
const passHours = (hours: number) => vi.advanceTimersByTimeAsync(hours * HOUR_MS);

describe('the ages of backups', () => {
  test('are nothing to speak of while backups are young enough', async () => {
    ended['Watched'] = hoursAgo(71);
    await using watch = ages();
    await watch.look();
    expect(watch.overdue()).toEqual([]);
    expect(said).toEqual([]);
    expect(asked).toEqual(['Watched']);
  });

  test('are told once a day from when they are too high', async () => {
    ended['Watched'] = hoursAgo(71);
    await using watch = ages();
    await watch.look();
    await passHours(2);
    expect(said).toEqual([
      'Warning: A backup is overdue:\n' +
        '    Job "Watched": the last good backup ended 2026-11-18 13:00:00, 3 days ago (Max Backup Age = 3 days)',
    ]);
    expect(watch.overdue()).toEqual([
      {
        jobName: 'Watched',
        clientName: 'peer-fd',
        lastGood: new Date(2026, 10, 18, 13, 0, 0),
        ageSeconds: 73 * 3600,
        maxAgeSeconds: 3 * 86_400,
      },
    ]);
    await passHours(22);
    expect(said).toHaveLength(1);
    await passHours(2);
    expect(said).toHaveLength(2);
    expect(said[1]).toContain('4 days ago');
  });

  test('are no more spoken of when there is a fresh backup, and told anew when that is old', async () => {
    ended['Watched'] = hoursAgo(100);
    await using watch = ages();
    await watch.look();
    expect(said).toHaveLength(1);
    ended['Watched'] = hoursAgo(0);
    await watch.jobEnded('Watched');
    expect(watch.overdue()).toEqual([]);
    await passHours(71);
    expect(said).toHaveLength(1);
    await passHours(2);
    expect(said).toHaveLength(2);
  });

  test('are too high when there is no good backup at all', async () => {
    await using watch = ages();
    await watch.look();
    expect(said).toEqual([
      'Warning: A backup is overdue:\n    Job "Watched": there is no good backup (Max Backup Age = 3 days)',
    ]);
    expect(watch.overdue()).toEqual([
      { jobName: 'Watched', clientName: 'peer-fd', maxAgeSeconds: 3 * 86_400 },
    ]);
  });

  test('are looked up again before something is said: a backup may have come in another way', async () => {
    ended['Watched'] = hoursAgo(71);
    await using watch = ages();
    await watch.look();
    ended['Watched'] = hoursAgo(1);
    await passHours(2);
    expect(said).toEqual([]);
  });

  test('do not make the catalog work while all is well', async () => {
    ended['Watched'] = hoursAgo(1);
    await using watch = ages();
    await watch.look();
    await passHours(24);
    expect(asked).toEqual(['Watched']);
  });

  test('are named together, and not more of them than one can read', async () => {
    const more = Array.from(
      { length: 30 },
      (_, n) => `Job { Name = W${n}; JobDefs = Defaults; Max Backup Age = 1 h }`,
    );
    conf = siteConf(scratchDirectory(), { extra: EXTRA + more.join('\n') });
    await using watch = ages();
    await watch.look();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^Warning: 31 backups are overdue:\n(.*\n){20} {4}and 11 more: status director$/);
    expect(watch.overdue()).toHaveLength(31);
  });

  test('follow a new conf', async () => {
    await using watch = ages();
    await watch.look();
    conf = siteConf(scratchDirectory(), { extra: EXTRA.replace('Name = Watched', 'Name = Renamed') });
    await watch.look();
    expect(watch.overdue().map(({ jobName }) => jobName)).toEqual(['Renamed']);
  });

  test('are asked for again after the catalog failed, which is said once', async () => {
    broken = new Error('the disk is gone');
    await using watch = ages();
    await watch.look();
    await passHours(1);
    expect(said).toEqual(['Error: The ages of backups cannot be found out: the disk is gone']);
    broken = undefined;
    await passHours(1);
    expect(said[1]).toContain('Job "Watched"');
  });
});
