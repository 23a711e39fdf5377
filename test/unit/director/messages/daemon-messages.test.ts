import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Catalog } from '../../../../catalog/catalog.ts';
import { ConsoleStore } from '../../../../director/messages/console-store.ts';
import { DaemonMessages } from '../../../../director/messages/daemon-messages.ts';
import { MessageOutlets } from '../../../../director/messages/outlets.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

test('messages of the Director itself go where its Messages say, as those of JobId 0, and into its log', async () => {
  const directory = scratchDirectory();
  const mailed = path.join(directory, 'mailed');
  const mailer = path.join(directory, 'mailer');
  await writeFile(mailer, `#!/bin/sh\n{ echo "[$*]"; cat; } >> ${mailed}\n`, { mode: 0o755 });
  const conf = siteConf(directory, {
    extra: `Messages { Name = Daemon
      mailcommand = "${mailer} %r %t %e %c"
      mail = root@localhost = all, !skipped
      console = warning, security }`,
  });
  const { name: directorName } = conf.director;
  const consoleStore = await ConsoleStore.open(path.join(directory, 'conmsg'));
  const logged: string[] = [];
  const note = (level: string) => (text: string) => void logged.push(`${level} ${text}`);
  const log = {
    ...{ info: note('info'), warn: note('warn'), error: note('error') },
    ...{ debug() {}, debugging: { level: 0, trace: false } },
  };
  const outlets = new MessageOutlets({
    ...{ consoleStore, log, directorName, catalog: {} as Catalog },
    signal: new AbortController().signal,
  });
  {
    await using messages = new DaemonMessages({
      ...{ directorName, outlets, log, workingDirectory: directory },
      resource: () => named(conf.messages, 'Daemon'),
    });
    await messages.add('Info', 'The conf was read again');
    await messages.add('Warning', 'A run was missed');
    await messages.add('Security', 'Nobody knows "x"');
    await messages.add('Error', 'No catalog');
    await messages.add('VolMgmt', 'Marking Volume "V" as Used.');
    expect(existsSync(mailed)).toBe(false);
  }
  expect(logged).toEqual([
    'info The conf was read again',
    'warn A run was missed',
    'warn Nobody knows "x"',
    'error No catalog',
    'info Marking Volume "V" as Used.',
  ]);
  const withoutTimes = (text: string) => text.replace(/^\d\d-\w{3} \d\d:\d\d /gm, '');
  expect(withoutTimes(await consoleStore.take())).toBe(
    'peer-dir JobId 0: Warning: A run was missed\npeer-dir JobId 0: Security Alert: Nobody knows "x"\n',
  );
  // One mail for all that was said within a minute.
  expect(withoutTimes(await readFile(mailed, 'utf8'))).toBe(
    '[root@localhost Daemon message peer-dir]\n' +
      'peer-dir JobId 0: The conf was read again\n' +
      'peer-dir JobId 0: Warning: A run was missed\n' +
      'peer-dir JobId 0: Security Alert: Nobody knows "x"\n' +
      'peer-dir JobId 0: Error: No catalog\n' +
      'peer-dir JobId 0: Marking Volume "V" as Used.\n',
  );
});
