import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedSessions, replay } from '../support/recorded-session.ts';
import { recordedSite } from '../support/recorded-site.ts';
import type { SiteUnderTest } from '../support/site-under-test.ts';

describe('sessions recorded with Bacula: jobs, status, lists', () => {
  let held: SiteUnderTest;
  beforeAll(async () => {
    held = await recordedSite();
  }, 60_000);
  afterAll(() => held[Symbol.asyncDispose]());

  /** What happened on the client before a session. */
  const before: Readonly<Record<string, (home: string) => void>> = {
    'after two files changed and one went, an Incremental and a Differential': (home) => {
      for (const name of ['alice/src/Makefile', 'bob/src/Makefile'])
        writeFileSync(join(home, name), 'all:\n');
      rmSync(join(home, 'bob/documents/report-11.txt'));
    },
    'accurate: what went is listed': (home) =>
      renameSync(join(home, 'alice/photos'), join(home, 'alice/pictures')),
  };

  it.each(recordedSessions('jobs'))('$name', { timeout: 60_000 }, async (session) => {
    before[session.name]?.(held.source);
    expect(await replay(held, session)).toEqual([]);
  });
});
