import { describe, expect, test } from 'vitest';
import { checkSite } from '../../../configuration/check-site.ts';
import { loadConsoleConf } from '../../../configuration/console-conf.ts';
import { loadDirectorConf } from '../../../configuration/director-conf.ts';
import { loadFileDaemonConf } from '../../../configuration/file-daemon-conf.ts';
import type { LoadOptions } from '../../../configuration/load-options.ts';
import type { ConfResult } from '../../../configuration/problem.ts';
import { textReader } from '../../../configuration/source-reader.ts';
import { loadStorageConf } from '../../../configuration/storage-conf.ts';
import { FRAME } from './support/director-text.ts';

const SD = `Storage { Name = sd; Working Directory = /w; Pid Directory = /p }
Director { Name = dir; Password = "storage" }
Device { Name = D; Media Type = File; Archive Device = /v; Label Media = yes }
`;
const FD = `FileDaemon { Name = c; Working Directory = /w; Pid Directory = /p }
Director { Name = dir; Password = "client" }
`;
const CONSOLE = 'Director { Name = dir; Address = localhost; Password = "console" }\n';

/** The disagreements of a site whose files are changed by these replacements. */
function disagreements(changes: {
  dir?: [string, string];
  sd?: [string, string];
  fd?: [string, string];
  console?: [string, string];
}): string[] {
  const loaded = <C>(
    load: (file: string, options: LoadOptions) => ConfResult<C>,
    file: string,
    text: string,
    change?: [string, string],
  ) => {
    const changed = change ? text.replace(...change) : text;
    const { conf } = load(file, { reader: textReader({ [file]: changed }) });
    if (!conf) throw new Error(`${file} does not load`);
    return { file, conf };
  };
  return checkSite({
    director: loaded(loadDirectorConf, 'dir.conf', FRAME, changes.dir),
    storages: [loaded(loadStorageConf, 'sd.conf', SD, changes.sd)],
    fileDaemons: [loaded(loadFileDaemonConf, 'fd.conf', FD, changes.fd)],
    consoles: [loaded(loadConsoleConf, 'console.conf', CONSOLE, changes.console)],
  });
}

describe('the files of a site', () => {
  test('that agree give nothing to say', () => {
    expect(disagreements({})).toEqual([]);
  });

  test.each([
    [
      { sd: ['"storage"', '"other"'] },
      'the Password of Storage "S" (dir.conf) is not that of Director "dir" in sd.conf',
    ],
    [
      { fd: ['"client"', '"other"'] },
      'the Password of Client "c" (dir.conf) is not that of Director "dir" in fd.conf',
    ],
    [
      { console: ['"console"', '"other"'] },
      'the Password of Director "dir" is not the same in console.conf and dir.conf',
    ],
    [
      { sd: ['Name = dir', 'Name = old-dir'] },
      'sd.conf does not let Director "dir" in (dir.conf); it knows "old-dir"',
    ],
    [{ console: ['Name = dir', 'Name = old-dir'] }, 'console.conf does not name Director "dir" (dir.conf)'],
    [
      { sd: ['Name = D;', 'Name = E;'] },
      'Storage "S" (dir.conf) names Device "D", which is not defined in sd.conf',
    ],
    [
      { sd: ['Media Type = File', 'Media Type = Tape'] },
      'Storage "S" (dir.conf) has Media Type "File", and its device in sd.conf "Tape"',
    ],
    [
      { dir: ['Device = D', 'SD Port = 9999; Device = D'] },
      'Storage "S" (dir.conf) names port 9999, and no storage daemon listens there',
    ],
    [
      { fd: ['Name = c;', 'Name = c; FD Port = 9999;'] },
      'Client "c" (dir.conf) names port 9102, and fd.conf listens on 9999',
    ],
    [
      { fd: ['Name = c;', 'Name = other; FD Port = 9999;'] },
      'no Client of dir.conf is FileDaemon "other" (fd.conf)',
    ],
    [
      { console: ['Password = "console" }', 'Password = "console"; Dir Port = 9999 }'] },
      'console.conf looks for Director "dir" on port 9999, and it listens on 9101',
    ],
    [
      { console: ['\n', '\nConsole { Name = me; Password = "x" }\n'] },
      'Console "me" of console.conf is not defined in dir.conf',
    ],
  ] as const)('with %j: %s', (changes, sentence) => {
    expect(disagreements(changes as unknown as Parameters<typeof disagreements>[0])).toEqual([sentence]);
  });

  test('find a device in an Autochanger', () => {
    const changer =
      'Autochanger { Name = A; Device = D; Changer Command = ""; Changer Device = /dev/null }\nDevice {';
    expect(disagreements({ dir: ['Device = D', 'Device = A'], sd: ['Device {', changer] })).toEqual([]);
  });
});
