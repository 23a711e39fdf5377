import { describe, expect, test } from 'vitest';
import type { ActiveJob } from '../../../../director/jobs/active-job.ts';
import type { JobEnvironment } from '../../../../director/jobs/job-environment.ts';
import { PeerCounts } from '../../../../director/jobs/peer-counts.ts';
import { RestoreReader } from '../../../../director/jobs/restore-reader.ts';
import type { StorageUse } from '../../../../director/jobs/next-runnable.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const { storages } = siteConf(scratchDirectory(), {
  extra: `
Storage { Name = Near; Address = near; Password = sdpw; Device = D; Media Type = File }
Storage { Name = Far; Address = far; Password = sdpw; Device = D; Media Type = File }
`,
});
const partOn = (name: string) => {
  const storage = named(storages, name);
  return { source: { storage, deviceNames: ['D'], mediaType: 'File', volumeNames: new Set([name]) } };
};

/** On which storages the job asks for room first, before it reaches any of them. */
async function roomsAskedFor(names: readonly string[], writes?: string): Promise<string[]> {
  let asked: readonly StorageUse[] = [];
  const env = {
    moveToStorages: (_jobId: number, uses: readonly StorageUse[]) => {
      asked = uses;
      return Promise.reject(new Error('asked'));
    },
  } as unknown as JobEnvironment;
  const job = { jobId: 1, signal: new AbortController().signal } as ActiveJob;
  const reader = new RestoreReader(job, env, {
    parts: names.map(partOn),
    addressOf: ({ address }) => address,
    sd: new PeerCounts(),
    ...(writes !== undefined && { writes: named(storages, writes) }),
  });
  await expect(reader.prepare()).rejects.toThrow('asked');
  return asked.map(({ name, use }) => `${use} ${name}`);
}

describe('room on the storages that are read in turn', () => {
  test('is taken by a restore on the one whose turn it is', async () => {
    expect(await roomsAskedFor(['Near', 'Far'])).toEqual(['read Near']);
  });

  test('is taken by a copy on all at once, since it holds a session on the one that it writes', async () => {
    expect(await roomsAskedFor(['Near', 'Far', 'Near'], 'File1')).toEqual([
      'read Near',
      'read Far',
      'write File1',
    ]);
  });

  test('is taken once where a copy reads and writes', async () => {
    expect(await roomsAskedFor(['File1', 'Far'], 'File1')).toEqual(['read Far', 'write File1']);
  });
});
