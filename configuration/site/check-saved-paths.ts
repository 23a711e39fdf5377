import { blocksNamed, placesOfValues } from '../checks/check-file-set.ts';
import type { DirectorConf, FileSetResource, JobResource } from '../director-conf.ts';
import { printablePath } from '../../text/printable.ts';
import type { Problems } from '../problem.ts';
import type { Span } from '../source.ts';
import type { Machine, Site, SiteConf } from './site.ts';

/** FileSets of clients on this machine: what they name and is not there is not saved. */
export function checkSavedPaths({ director }: Site, machine: Machine, problems: Problems): void {
  if (!director) return;
  const seen = new Set<FileSetResource>();
  for (const job of director.conf.jobs) {
    if (job.type !== 'Backup' || seen.has(job.fileSet)) continue;
    if (job.runScripts.some(mayMakeFiles)) continue;
    if (job.client.address === undefined || !machine.isHere(job.client.address)) continue;
    seen.add(job.fileSet);
    checkFileSet(job, director, machine, problems);
  }
}

/** Dumps of databases are there only while the job runs. */
function mayMakeFiles({ runsWhen }: JobResource['runScripts'][number]): boolean {
  return runsWhen === 'Before' || runsWhen === 'Always';
}

/** What is wrong with a File line; a job cannot do without a list. */
interface Trouble {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

type Missing = Trouble & { readonly place: Span };

function checkFileSet(
  { fileSet, client }: JobResource,
  { places }: SiteConf<DirectorConf>,
  machine: Machine,
  problems: Problems,
): void {
  const { block } = places.nodeOf(fileSet);
  const blocks = blocksNamed(block, 'include');
  const missing: Missing[] = [];
  let found = 0;
  for (const [index, include] of fileSet.includes.entries()) {
    const includeBlock = blocks[index] ?? block;
    const valuePlaces = placesOfValues(includeBlock);
    found += include.plugins.length;
    for (const file of include.files) {
      const trouble = troubleOf(file, machine);
      if (trouble === undefined) found += 1;
      else missing.push({ ...trouble, place: valuePlaces.get(file) ?? includeBlock.name });
    }
  }
  for (const { severity, place, message } of missing) {
    const where = `on this machine, which is Client "${client.name}"`;
    problems.add(severity, place, `${message} ${where}`, 'correct or remove it, or mount what belongs there');
  }
  if (found > 0 || missing.length === 0) return;
  problems.add(
    'error',
    places.of(fileSet, 'name'),
    `FileSet "${fileSet.name}" matches nothing: there is none of its files`,
  );
}

/** Undefined when there is something to save, or nobody can tell: a command is not run. */
function troubleOf(file: string, machine: Machine): Trouble | undefined {
  if (/^\\?\||^[A-Za-z]:/.test(file)) return undefined;
  const list = /^\\?<(.*)$/s.exec(file)?.[1]?.trim();
  if (list === undefined) {
    if (machine.kindOf(file) !== undefined) return undefined;
    return { severity: 'warning', message: `File ${file} does not exist` };
  }
  const paths = machine.linesOf(list)?.filter((line) => line.length > 0);
  if (!paths) return { severity: 'error', message: `the list ${list} cannot be read` };
  if (paths.length === 0) return { severity: 'warning', message: `the list ${list} names no file` };
  const lost = paths.find((path) => machine.kindOf(path) === undefined);
  if (!lost) return undefined;
  return {
    severity: 'warning',
    message: `the list ${list} names ${printablePath(lost)}, which does not exist`,
  };
}
