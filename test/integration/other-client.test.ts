import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTrees } from '../../tools/compare-trees.ts';
import { createSite, startDaemon, stopDaemon, type Site } from '../../tools/site.ts';
import { makeBigFile } from '../support/odd-tree.ts';
import { backUp, reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('a restore to another client', () => {
  const place = temporaryDirectory();
  const where = join(place.path, 'restored');
  let held: SiteUnderTest;
  /** Only its file daemon is used. */
  let other: Site;

  beforeAll(async () => {
    other = await createSite({ directory: join(place.path, 'other'), paths: [] });
    const confFile = other.confFiles['noctule-fd'];
    const conf = readFileSync(confFile, 'utf8');
    writeFileSync(confFile, conf.replace('Name = site-fd', 'Name = other-fd'));
    held = await siteUnderTest({
      makeSource: (directory) => {
        mkdirSync(directory);
        makeBigFile(join(directory, 'big'), 24);
        writeFileSync(join(directory, 'small'), 'x');
      },
      directorConf: `
        Client { Name = other-fd; Address = 127.0.0.1; FDPort = ${other.ports['noctule-fd']}; Catalog = Catalog
          Password = ${/Password = (".*")/.exec(conf)![1]} }`,
    });
    await startDaemon(other, 'noctule-fd');
    expect(reported(await backUp(held, 'Full'), 'Termination')).toBe('Backup OK');
  });
  afterAll(async () => {
    await stopDaemon(other, 'noctule-fd', 'SIGKILL');
    await held[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  it('is done by that client, and shows within a large file when it will end', async () => {
    // So slow that the file takes longer than to ask.
    await held.console('setbandwidth client=other-fd limit=500kb/s\n');
    await held.console(`restore client=site-fd restoreclient=other-fd where=${where} select all done yes\n`);
    let [director, client] = ['', ''];
    while (!director.includes('ends about')) director = await held.console('status dir\n');
    while (!client.includes('Ends about')) client = await held.console('status client=other-fd\n');
    expect(director).toMatch(/RestoreFiles +is running, .*\/s, ends about \d\d:\d\d/);
    expect(client).toMatch(/Files=0 Bytes=[1-9][\d,]+ .*\n.*Ends about .*\n.*Processing file: .*\/big/);
    const output = await held.console('setbandwidth client=other-fd limit=0\nwait\nmessages\n');
    expect(reported(output, 'Restore Client')).toBe('other-fd');
    expect(reported(output, 'Termination')).toBe('Restore OK');
    expect(compareTrees(held.source, join(where, held.source)).differences).toEqual([]);
  });
});
