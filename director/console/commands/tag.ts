import type { Tagging, TagRow } from '../../../catalog/tags.ts';
import { announceCatalog } from '../catalog-line.ts';
import { volumeNamed } from '../choose-volume.ts';
import { resourceNamed } from '../choose-resource.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { formOf, listingOf, renderListing, type Columns } from '../listing.ts';
import { parseNumberList } from '../number-list.ts';

const TAG_LENGTH_MAX = 127;

type Subject = Pick<Tagging, 'kind' | 'id'> & { readonly name: string };

/** Words on jobs, clients and volumes: `list jobs tag=` finds the jobs again. */
export const tag: Command = {
  name: 'tag',
  description: 'Add, list and delete tags of jobs, Clients and Volumes',
  keywords: {
    add: 'flag',
    list: 'flag',
    delete: 'flag',
    name: 'text',
    job: 'text',
    jobid: 'text',
    client: 'client',
    volume: 'text',
    json: 'flag',
  },
  async run(context) {
    const { line } = context;
    const asked = ['add', 'delete', 'list'].filter((verb) => line.has(verb));
    if (asked.length !== 1)
      throw new CommandError('what to do is not said', 'Write tag add, tag delete or tag list.');
    await announceCatalog(context, 'queries');
    const subjects = await subjectsOf(context);
    if (line.has('list')) return listTags(context, subjects);
    const name = tagNameOf(context);
    if (subjects.length === 0)
      throw new CommandError('on what is not said', 'Add jobid=, job=, client= or volume=.');
    for (const subject of subjects) await change(context, name, subject);
  },
};

function tagNameOf({ line }: CommandContext): string {
  const name = line.value('name');
  if (name === undefined) throw new CommandError('which tag is not said', 'Add name="TAG".');
  if (name.length > TAG_LENGTH_MAX || /[\0-\x1f\x7f]/.test(name))
    throw new CommandError('that is no name for a tag', `Take at most ${TAG_LENGTH_MAX} letters.`);
  return name;
}

async function change(
  { line, services, say }: CommandContext,
  name: string,
  subject: Subject,
): Promise<void> {
  const { kind, id } = subject;
  if (line.has('add')) {
    await services.catalog.addTag({ tag: name, kind, id });
    return say(`Tag "${name}" added to ${kind} ${subject.name}.`);
  }
  if (!(await services.catalog.deleteTag({ tag: name, kind, id })))
    throw new CommandError(`there is no tag "${name}" on ${kind} ${subject.name}`, '"tag list" shows them.');
  await say(`Tag "${name}" deleted from ${kind} ${subject.name}.`);
}

async function subjectsOf(context: CommandContext): Promise<Subject[]> {
  const { line, services } = context;
  const subjects: Subject[] = [];
  const jobIds = line.value('jobid');
  for (const jobId of jobIds === undefined ? [] : parseNumberList('jobid', jobIds)) {
    const job = await services.catalog.jobById(jobId);
    if (!job) throw new CommandError(`the catalog has no JobId ${jobId}`, '"list jobs" shows them.');
    subjects.push({ kind: 'job', id: jobId, name: job.job });
  }
  const uniqueName = line.value('job');
  if (uniqueName !== undefined) subjects.push(await jobNamed(context, uniqueName));
  const clientName = line.value('client');
  if (clientName !== undefined) {
    const { name } = resourceNamed(context, 'Client', clientName);
    const row = (await services.catalog.listClients()).find((client) => client.name === name);
    if (row) subjects.push({ kind: 'client', id: row.clientId, name });
  }
  const volumeName = line.value('volume');
  if (volumeName !== undefined) {
    const { mediaId } = await volumeNamed(context, volumeName);
    subjects.push({ kind: 'volume', id: mediaId, name: volumeName });
  }
  return subjects;
}

/** A job by its unique name, or the last one of a Job resource. */
async function jobNamed({ services }: CommandContext, wanted: string): Promise<Subject> {
  const [, name = wanted] = /^(.*)\.\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d_\d+$/.exec(wanted) ?? [];
  const jobs = await services.catalog.listJobs({
    name,
    order: 'desc',
    limit: name === wanted ? 1 : undefined,
  });
  const found = jobs.find(({ job }) => name === wanted || job === wanted);
  if (!found) throw new CommandError(`the catalog has no job "${wanted}"`, '"list jobs" shows them.');
  return { kind: 'job', id: found.jobId, name: found.job };
}

const COLUMNS: Columns<TagRow> = [
  ['Tag', (row) => row.tag],
  ['Kind', (row) => row.kind],
  ['Id', (row) => row.id],
  ['Name', (row) => row.name],
];

async function listTags(context: CommandContext, subjects: readonly Subject[]): Promise<void> {
  const { line, services, print } = context;
  const name = line.value('name');
  const wanted = subjects.length === 0 ? [{}] : subjects.map(({ kind, id }) => ({ kind, id }));
  const lists = await Promise.all(wanted.map((of) => services.catalog.listTags({ ...of, tag: name })));
  await print(renderListing(listingOf(COLUMNS, lists.flat()), formOf(context, 'table')));
}
