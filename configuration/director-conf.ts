import {
  checkAtLeastOne,
  checkExactlyOne,
  checkPasswords,
  resourcesOf,
  setDefaultMessages,
} from './checks/check-conf.ts';
import { checkDirector } from './checks/check-director.ts';
import type {
  CatalogResource,
  ClientResource,
  ConsoleResource,
  CounterResource,
  DirectorResource,
  FileSetResource,
  JobResource,
  MessagesResource,
  PoolResource,
  ScheduleResource,
  StorageResource,
} from './director-resources.ts';
import { mergeJobDefs } from './job-defs.ts';
import type { LoadOptions } from './load-options.ts';
import { Places, type LoadedConf } from './places.ts';
import { Problems } from './problem.ts';
import { readConf } from './read-conf.ts';
import { DIRECTOR_SCHEMA } from './schemas/director.ts';
import { diskReader } from './source-reader.ts';

// Who works with a conf needs the types of its resources.
export type * from './director-resources.ts';

/** The Director's conf with all references resolved, JobDefs merged and defaults filled in. */
export interface DirectorConf {
  readonly director: DirectorResource;
  readonly jobs: readonly JobResource[];
  readonly fileSets: readonly FileSetResource[];
  readonly schedules: readonly ScheduleResource[];
  readonly clients: readonly ClientResource[];
  readonly storages: readonly StorageResource[];
  readonly pools: readonly PoolResource[];
  readonly catalogs: readonly CatalogResource[];
  readonly messages: readonly MessagesResource[];
  readonly consoles: readonly ConsoleResource[];
  readonly counters: readonly CounterResource[];
}

/** Loads the Director's conf from `file`. Never throws for what stands in it; `problems` has it all. */
export function loadDirectorConf(file: string, options: LoadOptions = {}): LoadedConf<DirectorConf> {
  const problems = new Problems();
  const nodes = readConf(file, DIRECTOR_SCHEMA, problems, options, mergeJobDefs);
  checkExactlyOne(nodes, 'Director', file, problems);
  checkAtLeastOne(nodes, 'Messages', file, problems, 'nobody would hear of anything');
  checkDirector(nodes, problems);
  checkPasswords(nodes, options.reader ?? diskReader, problems);
  setDefaultMessages(nodes, 'Director');
  const result = problems.result<DirectorConf>(() => {
    const [director] = resourcesOf<DirectorResource>(nodes, 'Director');
    if (!director) return undefined;
    return {
      director,
      jobs: resourcesOf(nodes, 'Job'),
      fileSets: resourcesOf(nodes, 'FileSet'),
      schedules: resourcesOf(nodes, 'Schedule'),
      clients: resourcesOf(nodes, 'Client'),
      storages: resourcesOf(nodes, 'Storage', 'Autochanger'),
      pools: resourcesOf(nodes, 'Pool'),
      catalogs: resourcesOf(nodes, 'Catalog'),
      messages: resourcesOf(nodes, 'Messages'),
      consoles: resourcesOf(nodes, 'Console'),
      counters: resourcesOf(nodes, 'Counter'),
    };
  });
  return { ...result, places: new Places(nodes) };
}
