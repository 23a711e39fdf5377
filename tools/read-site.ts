import { resolve } from 'node:path';
import { loadConsoleConf } from '../configuration/console-conf.ts';
import { loadDirectorConf } from '../configuration/director-conf.ts';
import { loadFileDaemonConf } from '../configuration/file-daemon-conf.ts';
import type { LoadOptions } from '../configuration/load-options.ts';
import type { LoadedConf } from '../configuration/places.ts';
import type { Problem } from '../configuration/problem.ts';
import { confKind, type ConfKind } from '../configuration/site/conf-kind.ts';
import type { Site, SiteConf } from '../configuration/site/site.ts';
import { diskReader, type SourceReader } from '../configuration/source-reader.ts';
import { loadStorageConf } from '../configuration/storage-conf.ts';

/** The confs of a directory, loaded. */
export interface SiteFiles {
  /** Those without errors. */
  readonly site: Site;
  readonly problems: readonly Problem[];
  readonly files: readonly { readonly file: string; readonly kind: ConfKind }[];
  /** Files that are no conf by themselves and that none of the others includes. */
  readonly unread: readonly string[];
}

/** Loads each of the files as the conf of the program that it is for. Relative includes are looked for in `directory`. */
export function readSite(directory: string, files: readonly string[]): SiteFiles {
  const read = new Set<string>();
  const options: LoadOptions = { workingDirectory: directory, reader: recordingReader(read) };
  const kinds = files.map((file) => ({ file, kind: confKind(file, { workingDirectory: directory }) }));
  const problems: Problem[] = [];
  const load = <C>(
    wanted: ConfKind,
    loadConf: (file: string, options: LoadOptions) => LoadedConf<C>,
  ): SiteConf<C>[] =>
    kinds.flatMap(({ file, kind }) => {
      if (kind !== wanted) return [];
      const loaded = loadConf(file, options);
      problems.push(...loaded.problems);
      return loaded.conf ? [{ file, conf: loaded.conf, places: loaded.places }] : [];
    });
  const [director, ...furtherDirectors] = load('director', loadDirectorConf);
  const site: Site = {
    director,
    storages: load('storage', loadStorageConf),
    fileDaemons: load('client', loadFileDaemonConf),
    consoles: load('console', loadConsoleConf),
  };
  problems.push(...furtherDirectors.map(({ file }) => secondDirector(file, director?.file ?? '')));
  return {
    site,
    problems,
    files: kinds.filter((one): one is { file: string; kind: ConfKind } => one.kind !== undefined),
    unread: kinds.filter(({ file, kind }) => !kind && !read.has(resolve(file))).map(({ file }) => file),
  };
}

function secondDirector(file: string, first: string): Problem {
  return {
    severity: 'warning',
    file,
    line: 1,
    column: 1,
    message: `there is a second Director's conf, and the others are compared with that in ${first} only`,
    hint: 'keep the confs of two Directors in two directories',
  };
}

/** Remembers which files were read. */
function recordingReader(read: Set<string>): SourceReader {
  return {
    ...diskReader,
    read(path) {
      read.add(resolve(path));
      return diskReader.read(path);
    },
  };
}
