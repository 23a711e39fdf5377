import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaemon, stopDaemon, type Site } from '../../tools/site.ts';
import { recordedSessions, replay } from '../support/recorded-session.ts';
import { recordedSite } from '../support/recorded-site.ts';
import type { SiteUnderTest } from '../support/site-under-test.ts';

describe('sessions recorded with Bacula: daemons that are down, jobs that run', () => {
  let held: SiteUnderTest;
  beforeAll(async () => {
    held = await recordedSite();
  }, 60_000);
  afterAll(() => held[Symbol.asyncDispose]());

  /** What happened to the daemons before a session. */
  const before: Readonly<Record<string, (site: Site) => Promise<void>>> = {
    'the client is down': (site) => stopDaemon(site, 'noctule-fd'),
    async 'the storage daemon is down'(site) {
      await stopDaemon(site, 'noctule-sd');
      await startDaemon(site, 'noctule-fd');
    },
    async 'the client has another password'(site) {
      await stopDaemon(site, 'noctule-fd');
      await startDaemon(site, 'noctule-sd');
      await startClient(site, (password) => `${password}x`);
    },
    async 'status while a job runs and one waits; cancel'(site) {
      await stopDaemon(site, 'noctule-fd');
      await startClient(site, (password) => password.slice(0, -1));
    },
  };

  it.each(recordedSessions('faults'))('$name', { timeout: 60_000 }, async (session) => {
    await before[session.name]?.(held.site);
    expect(await replay(held, session)).toEqual([]);
  });
});

async function startClient(site: Site, change: (password: string) => string): Promise<void> {
  const file = site.confFiles['noctule-fd'];
  const conf = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    conf.replace(
      /(Password = ")(.*)"/,
      (_, start: string, password: string) => `${start}${change(password)}"`,
    ),
  );
  await startDaemon(site, 'noctule-fd');
}
