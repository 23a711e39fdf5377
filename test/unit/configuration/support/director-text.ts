import { loadDirectorConf, type DirectorConf } from '../../../../configuration/director-conf.ts';
import type { ConfResult, Problem } from '../../../../configuration/problem.ts';
import { textReader } from '../../../../configuration/source-reader.ts';

/** The resources that every Director's conf needs, without Pools, FileSets, Schedules and Jobs. */
export const FRAME = `
Director { Name = dir; Password = "console"; QueryFile = /q; WorkingDirectory = /w; PidDirectory = /p; Messages = Standard }
Catalog { Name = Main; dbname = noctule }
Messages { Name = Standard; console = all }
Client { Name = c; Address = localhost; Password = "client"; Catalog = Main }
Storage { Name = S; Address = localhost; Password = "storage"; Device = D; Media Type = File }
Pool { Name = Default; Pool Type = Backup; Label Format = "V-" }
FileSet { Name = F; Include { Options { signature = SHA1 }
  File = /home } }
`;

/** What a Job needs besides its name. */
export const JOB_FRAME =
  'Type = Backup; Client = c; FileSet = F; Pool = Default; Storage = S; Messages = Standard';

/** Loads a Director's conf from memory. `text` is the top file; `others` are files it may include. */
export function loadText(text: string, others: Record<string, string> = {}): ConfResult<DirectorConf> {
  return loadDirectorConf('/etc/dir.conf', {
    workingDirectory: '/var/lib/noctule',
    reader: textReader({ '/etc/dir.conf': text, ...others }),
  });
}

/** Loads `text` behind the FRAME, and fails when there are errors. */
export function loadInFrame(text: string, others: Record<string, string> = {}): DirectorConf {
  const { conf, problems } = loadText(FRAME + text, others);
  if (!conf) throw new Error(problems.map((problem) => `${problem.line}: ${problem.message}`).join('\n'));
  return conf;
}

/** The problems of `text` behind the FRAME. Lines count from the first line of `text`, which should begin with one. */
export function problemsInFrame(text: string): Problem[] {
  const lines = FRAME.split('\n').length - 1;
  return loadText(FRAME + text).problems.map((problem) => ({ ...problem, line: problem.line - lines }));
}

/** "error 3: message", for comparisons. */
export function brief(problems: readonly Problem[]): string[] {
  return problems.map((problem) => `${problem.severity} ${problem.line}: ${problem.message}`);
}
