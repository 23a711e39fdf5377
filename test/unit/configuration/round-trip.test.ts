import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadConsoleConf } from '../../../configuration/console-conf.ts';
import { loadDirectorConf } from '../../../configuration/director-conf.ts';
import { loadFileDaemonConf } from '../../../configuration/file-daemon-conf.ts';
import type { LoadOptions } from '../../../configuration/load-options.ts';
import {
  printConsoleConf,
  printDirectorConf,
  printFileDaemonConf,
  printStorageConf,
} from '../../../configuration/print-conf.ts';
import { formatProblem, type ConfResult } from '../../../configuration/problem.ts';
import type { ConfSchema } from '../../../configuration/resource-type.ts';
import { CONSOLE_SCHEMA } from '../../../configuration/schemas/console.ts';
import { DIRECTOR_SCHEMA } from '../../../configuration/schemas/director.ts';
import { FILE_DAEMON_SCHEMA } from '../../../configuration/schemas/file-daemon.ts';
import { STORAGE_SCHEMA } from '../../../configuration/schemas/storage-daemon.ts';
import { textReader } from '../../../configuration/source-reader.ts';
import { loadStorageConf } from '../../../configuration/storage-conf.ts';
import { resourceText } from './support/conf-arbitrary.ts';
import { FRAME, loadText } from './support/director-text.ts';

type Load<C> = (file: string, options: LoadOptions) => ConfResult<C>;

/** Names that references in random confs use: one resource for each. */
const NAMES: Readonly<Record<string, string>> = {
  Client: 'web1-fd',
  Storage: 'File',
  Messages: 'Standard',
  Schedule: 'WeeklyCycle',
  FileSet: 'Full Set',
  Catalog: 'MyCatalog',
};

function load<C>(loadConf: Load<C>, text: string): C {
  const { conf, problems } = loadConf('/conf', { reader: textReader({ '/conf': text }) });
  if (conf) return conf;
  const errors = problems.filter((problem) => problem.severity === 'error').map(formatProblem);
  throw new Error(`${errors.join('\n')}\n\n${text}`);
}

/** A conf with one resource of each type. */
function confText(schema: ConfSchema): fc.Arbitrary<string> {
  const types = schema.types.filter((type) => type.referredAs === type.name && type.use === 'resource');
  return fc
    .tuple(...types.map((type) => resourceText(type, NAMES[type.name] ?? 'Default')))
    .map((texts) => texts.join('\n'));
}

function checkRoundTrip<C>(schema: ConfSchema, loadConf: Load<C>, print: (conf: C) => string): void {
  fc.assert(
    fc.property(confText(schema), (text) => {
      const conf = load(loadConf, text);
      const printed = print(conf);
      expect(load(loadConf, printed)).toEqual(conf);
      expect(print(load(loadConf, printed))).toBe(printed);
    }),
    { numRuns: 60 },
  );
}

describe('what is printed reads back as the same conf', () => {
  test('of a Director', () => checkRoundTrip(DIRECTOR_SCHEMA, loadDirectorConf, printDirectorConf));
  test('of a storage daemon', () => checkRoundTrip(STORAGE_SCHEMA, loadStorageConf, printStorageConf));
  test('of a file daemon', () => checkRoundTrip(FILE_DAEMON_SCHEMA, loadFileDaemonConf, printFileDaemonConf));
  test('of a console', () => checkRoundTrip(CONSOLE_SCHEMA, loadConsoleConf, printConsoleConf));

  test('with JobDefs, scripts, mail commands, addresses, circles and Run lines', () => {
    const { conf } = loadText(`${FRAME}
JobDefs { Name = D; Type = Backup; Client = c; FileSet = F; Pool = Default; Storage = S; Messages = M
  Run After Job = "inherited %n" }
Job { Name = J; JobDefs = D; Schedule = W; Write Bootstrap = "|cat > $HOME/x"
  Run Before Job = "own \\"quoted\\""
  RunScript { Runs When = Always; Runs On Client = no; Fail Job On Error = no; Timeout = 60
    Command = "a"; Console = "b"; Command = "c" } }
Messages { Name = M; console = all
  Mail Command = "mail %r"; mail = a@b, c@d = all, !skipped
  Mail Command = "other"; Operator Command = "op"; mailonerror = e@f = error; operator = g@h = mount }
Schedule { Name = W; Run = Level=Full Pool="Default" 1st sun at 23:05; Run = sun at 1:05; Cron = "5 1 * * *" }
Pool { Name = X; Pool Type = Backup; Label Format = "X-"; Recycle Pool = X; Storage = S, S }
`);
    if (!conf) throw new Error('the conf does not load');
    const again = loadText(printDirectorConf(conf)).conf;
    expect(again).toEqual(conf);
    expect(again?.jobs[0]?.runScripts).toHaveLength(3);
  });

  test('of every sample', () => {
    const samples = join(import.meta.dirname, '../../../conf');
    for (const file of ['noctule-dir.conf', 'nas/bacula-dir.conf']) {
      const { conf } = loadDirectorConf(join(samples, file));
      if (!conf) throw new Error(`${file} does not load`);
      expect(load(loadDirectorConf, printDirectorConf(conf))).toEqual(conf);
    }
  });
});
