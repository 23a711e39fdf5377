import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedSessions, replay } from '../support/recorded-session.ts';
import { recordedSite } from '../support/recorded-site.ts';
import type { SiteUnderTest } from '../support/site-under-test.ts';

describe('sessions recorded with Bacula: restore', () => {
  let held: SiteUnderTest;
  beforeAll(async () => {
    held = await recordedSite();
    await held.console('run job=Gzip level=Full yes\nwait\nrun job=Article level=Full yes\nwait\nmessages\n');
    writeFileSync(join(held.source, 'alice/src/Makefile'), 'all:\n');
    await held.console('run job=Gzip level=Differential yes\nwait\nmessages\n');
  }, 60_000);
  afterAll(() => held[Symbol.asyncDispose]());

  it.each(recordedSessions('restore'))('$name', { timeout: 60_000 }, async (session) => {
    expect(await replay(held, session)).toEqual([]);
  });
});
