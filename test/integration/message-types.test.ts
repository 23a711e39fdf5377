import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSite, stopSite, type DaemonName } from '../../tools/site.ts';
import { backUp, restoreAll, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

/** A file for each type: what is sent under it by the daemons of a site, of which the client keeps nothing to itself. */
describe('messages of the type', () => {
  let held: SiteUnderTest;
  const file = (type: string) => join(held.site.directory, `of-type-${type}`);
  const said = (type: string) => (existsSync(file(type)) ? readFileSync(file(type), 'utf8') : '');

  function change(daemon: DaemonName, from: string, to: string): void {
    const path = held.site.confFiles[daemon];
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  }

  beforeAll(async () => {
    held = await siteUnderTest({
      start: false,
      makeSource(directory) {
        mkdirSync(join(directory, 'sub'), { recursive: true });
        writeFileSync(join(directory, 'sub', 'file'), 'content', { mode: 0o640 });
      },
    });
    const types = ['Skipped', 'NotSaved', 'Restored', 'Terminate'];
    const lines = types.map((type) => `append = "${file(type)}" = ${type}`);
    change('noctule-dir', 'catalog = all', `catalog = all, !restored\n  ${lines.join('\n  ')}`);
    change(
      'noctule-dir',
      `    File = "${held.source}"`,
      `    File = "${held.source}"\n    File = /no/such/path`,
    );
    change('noctule-fd', ', !skipped, !restored', '');
    await startSite(held.site);
  });
  afterAll(async () => held[Symbol.asyncDispose]());

  it('Skipped are files that the rules leave out; NotSaved those that could not be saved', async () => {
    const socket = createServer().listen(join(held.source, 'socket'));
    await once(socket, 'listening');
    await backUp(held, 'Full');
    socket.close();
    expect(said('Skipped')).toMatch(/ site-fd JobId 1: +Socket ".*\/socket" is not saved\n$/);
    expect(said('NotSaved')).toMatch(/ site-fd JobId 1: +Could not stat "\/no\/such\/path": ERR=/);
  });

  it('Restored are a line as of ls -l for each entry that a restore has put back', async () => {
    await restoreAll(held);
    const lines = said('Restored').trimEnd().split('\n');
    const where = join(held.site.directory, 'restored');
    expect(lines.map((line) => line.slice(line.indexOf(where)))).toContain(
      join(held.restoredSource, 'sub', 'file'),
    );
    expect(said('Restored')).toMatch(
      / site-fd JobId 2: -rw-r----- +1 \d+ +\d+ +7 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \/.*\/sub\/file\n/,
    );
    // Who does not list the type does not get them.
    expect(await held.console('list joblog jobid=2\n')).not.toContain('-rw-r-----');
  });

  it('Terminate is said by a Director that stops', async () => {
    expect(said('Terminate')).toBe('');
    await stopSite(held.site);
    expect(said('Terminate')).toMatch(/^\S+ \S+ site-dir JobId 0: The Director stops\.\n$/);
  });
});
