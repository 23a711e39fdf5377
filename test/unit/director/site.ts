import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadDirectorConf, type DirectorConf } from '../../../configuration/director-conf.ts';
import { formatProblem } from '../../../configuration/problem.ts';

const BASE = `
Catalog { Name = MyCatalog; dbname = bacula }
FileSet { Name = Gzip; Include { Options { signature = SHA1; compression = GZIP }
  File = /srv/data
} }
Messages { Name = Standard; console = all, !skipped; catalog = all }
Client { Name = peer-fd; Address = 127.0.0.1; Password = fdpw; Catalog = MyCatalog }
Client { Name = other-fd; Address = 127.0.0.1; Password = fdpw; Catalog = MyCatalog }
Storage { Name = File1; Address = 127.0.0.1; Password = sdpw; Device = FileStorage; Media Type = File; Maximum Concurrent Jobs = 5 }
Pool { Name = A-Full-Pool; Pool Type = Backup; Label Format = "A-Full-" }
Pool { Name = A-Incr-Pool; Pool Type = Backup; Label Format = "A-Incr-" }
Pool { Name = A-Diff-Pool; Pool Type = Backup; Label Format = "A-Diff-" }
Pool { Name = Manual-Pool; Pool Type = Backup }
JobDefs { Name = Defaults; Type = Backup; Level = Incremental; Client = peer-fd; FileSet = Gzip; Storage = File1
  Messages = Standard; Pool = A-Incr-Pool
  Full Backup Pool = A-Full-Pool; Incremental Backup Pool = A-Incr-Pool; Differential Backup Pool = A-Diff-Pool }
Job { Name = Gzip; JobDefs = Defaults }
Job { Name = RestoreFiles; Type = Restore; Client = peer-fd; FileSet = Gzip; Storage = File1; Messages = Standard; Pool = A-Full-Pool }
`;

/**
 * The conf of a small site as the Director loads it, with `extra` resources added. What is written in `director` goes
 * into the Director resource.
 */
export function siteConf(
  directory: string,
  { extra = '', director = '' }: { extra?: string; director?: string } = {},
): DirectorConf {
  const text = `
Director { Name = peer-dir; Password = dirpw; DirAddress = 127.0.0.1; DirPort = 9101
  QueryFile = "${directory}/query.sql"; WorkingDirectory = "${directory}"; PidDirectory = "${directory}"
  ${director}
}
${BASE}
${extra}
`;
  const file = path.join(directory, 'noctule-dir.conf');
  writeFileSync(file, text);
  const { conf, problems } = loadDirectorConf(file);
  if (!conf) throw new Error(problems.map(formatProblem).join('\n'));
  return conf;
}

/** The element of a list of resources with this name. */
export function named<R extends { readonly name: string }>(resources: readonly R[], name: string): R {
  const found = resources.find((resource) => resource.name === name);
  if (!found) throw new Error(`the conf of the test has no "${name}"`);
  return found;
}
