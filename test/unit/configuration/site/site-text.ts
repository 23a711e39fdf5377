import { loadConsoleConf } from '../../../../configuration/console-conf.ts';
import { loadDirectorConf } from '../../../../configuration/director-conf.ts';
import { loadFileDaemonConf } from '../../../../configuration/file-daemon-conf.ts';
import type { LoadOptions } from '../../../../configuration/load-options.ts';
import type { LoadedConf } from '../../../../configuration/places.ts';
import type { Problem } from '../../../../configuration/problem.ts';
import { checkSite } from '../../../../configuration/site/check-site.ts';
import type { Machine, SiteConf } from '../../../../configuration/site/site.ts';
import { textReader } from '../../../../configuration/source-reader.ts';
import { loadStorageConf } from '../../../../configuration/storage-conf.ts';
import { FRAME } from '../support/director-text.ts';

/** The four files of a site that agrees, on a machine that has all they name. */
export const FILES = {
  dir: `${FRAME}Job { Name = J; Type = Backup; Client = c; FileSet = F; Pool = Default; Storage = S; Messages = Standard }\n`,
  sd: `Storage { Name = sd; Working Directory = /w; Pid Directory = /p }
Director { Name = dir; Password = "storage" }
Device { Name = D; Media Type = File; Archive Device = /v; Label Media = yes }
`,
  fd: `FileDaemon { Name = c; Working Directory = /w; Pid Directory = /p }
Director { Name = dir; Password = "client" }
`,
  console: 'Director { Name = dir; Address = localhost; Password = "console" }\n',
};

/** What a path leads to; `closed` is a directory that cannot be written to. */
export type Paths = Readonly<Record<string, 'file' | 'directory' | 'closed' | readonly string[] | undefined>>;

const PATHS: Paths = {
  '/w': 'directory',
  '/p': 'directory',
  '/v': 'directory',
  '/q': 'file',
  '/home': 'directory',
};

function machine(paths: Paths): Machine {
  const all: Paths = { ...PATHS, ...paths };
  return {
    isHere: (address) => address === 'localhost' || address === 'here.example.org',
    kindOf: (path) => {
      const entry = all[String(path)];
      if (entry === undefined) return undefined;
      return entry === 'directory' || entry === 'closed' ? 'directory' : 'file';
    },
    isWritable: (directory) => all[directory] === 'directory',
    linesOf: (path) => {
      const entry = all[path];
      return Array.isArray(entry) ? entry.map((line) => Buffer.from(String(line))) : undefined;
    },
  };
}

export type Changes = Partial<Record<keyof typeof FILES, readonly [from: string, to: string]>>;

/** The problems of a site whose files are changed by these replacements. */
export function siteProblems(changes: Changes, paths: Paths = {}): readonly Problem[] {
  const loaded = <C>(
    load: (file: string, options: LoadOptions) => LoadedConf<C>,
    name: keyof typeof FILES,
  ): SiteConf<C> => {
    const file = `${name}.conf`;
    const change = changes[name];
    if (change && !FILES[name].includes(change[0])) throw new Error(`no "${change[0]}" in ${file}`);
    const text = change ? FILES[name].replace(...change) : FILES[name];
    const { conf, places, problems } = load(file, { reader: textReader({ [file]: text }) });
    if (!conf) throw new Error(problems.map(({ message }) => message).join('\n'));
    return { file, conf, places };
  };
  return checkSite(
    {
      director: loaded(loadDirectorConf, 'dir'),
      storages: [loaded(loadStorageConf, 'sd')],
      fileDaemons: [loaded(loadFileDaemonConf, 'fd')],
      consoles: [loaded(loadConsoleConf, 'console')],
    },
    machine(paths),
  );
}

/** "error dir.conf:5: message". */
export function brief({ severity, file, line, message }: Problem): string {
  return `${severity} ${file}:${line}: ${message}`;
}
