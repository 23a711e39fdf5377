import { mkdirSync, readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { daemonPid } from '../../tools/site.ts';
import { siteUnderTest } from '../support/site-under-test.ts';

describe('the file daemon', () => {
  it('runs with the niceness of its conf, in all its threads', async () => {
    await using held = await siteUnderTest({ makeSource: (directory) => mkdirSync(directory) });
    const pid = (await daemonPid(held.site, 'noctule-fd'))!;
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    expect(threads.length).toBeGreaterThan(4);
    expect(new Set(threads.map((thread) => getPriority(thread)))).toEqual(new Set([10]));
  });
});
