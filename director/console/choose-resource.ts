import type {
  ClientResource,
  DirectorConf,
  FileSetResource,
  JobResource,
  MessagesResource,
  PoolResource,
  ScheduleResource,
  StorageResource,
} from '../../configuration/director-conf.ts';
import { nearest } from '../../configuration/suggestion.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { wantsJson } from './listing.ts';
import { chooseFromMenu } from './prompts.ts';

interface NamedResources {
  Job: JobResource;
  Client: ClientResource;
  FileSet: FileSetResource;
  Storage: StorageResource;
  Pool: PoolResource;
  Schedule: ScheduleResource;
  Messages: MessagesResource;
}

type Kind = keyof NamedResources;

const LIST_OF: { readonly [K in Kind]: (conf: DirectorConf) => readonly NamedResources[K][] } = {
  Job: (conf) => conf.jobs,
  Client: (conf) => conf.clients,
  FileSet: (conf) => conf.fileSets,
  Storage: (conf) => conf.storages,
  Pool: (conf) => conf.pools,
  Schedule: (conf) => conf.schedules,
  Messages: (conf) => conf.messages,
};

/** Heading and prompt of the menu. Pools and Clients are asked for in the words that scripts answer. */
const MENU: { readonly [K in Kind]: { heading: string; prompt: string } } = {
  Job: { heading: 'The defined Job resources are:', prompt: 'Select Job resource' },
  Client: { heading: 'The defined Client resources are:', prompt: 'Select Client (File daemon) resource' },
  FileSet: { heading: 'The defined FileSet resources are:', prompt: 'Select FileSet resource' },
  Storage: { heading: 'The defined Storage resources are:', prompt: 'Select Storage resource' },
  Pool: { heading: 'Defined Pools:', prompt: 'Select the Pool' },
  Schedule: { heading: 'The defined Schedule resources are:', prompt: 'Select Schedule resource' },
  Messages: { heading: 'The defined Messages resources are:', prompt: 'Select Messages resource' },
};

/**
 * The resource of this name.
 * @throws CommandError when the conf has none; the cure names what it has.
 */
export function resourceNamed<K extends Kind>(
  context: Pick<CommandContext, 'conf'>,
  kind: K,
  name: string,
): NamedResources[K] {
  const resources = LIST_OF[kind](context.conf());
  const found = resources.find((resource) => resource.name === name);
  if (found) return found;
  throw new CommandError(`${kind} "${name}" is not defined`, whatThereIs(kind, name, resources));
}

/** The resource that a keyword of the line names; undefined when none of them is there. */
export function resourceOnLine<K extends Kind>(
  context: Pick<CommandContext, 'conf' | 'line'>,
  kind: K,
  ...keywords: readonly string[]
): NamedResources[K] | undefined {
  const name = context.line.value(...keywords);
  return name === undefined ? undefined : resourceNamed(context, kind, name);
}

/**
 * Lets the admin choose among resources; a single one is taken without asking.
 * @throws CommandError when there is none.
 */
export async function chooseResource<K extends Kind>(
  context: CommandContext,
  kind: K,
  resources: readonly NamedResources[K][] = LIST_OF[kind](context.conf()),
  menu: { heading: string; prompt: string } = MENU[kind],
): Promise<NamedResources[K]> {
  const [only] = resources;
  if (!only)
    throw new CommandError(
      `there is no ${kind} to choose`,
      `Define a ${kind} in the Director's conf and reload.`,
    );
  if (resources.length === 1) {
    if (!wantsJson(context)) await context.say(`Automatically selected ${kind}: ${only.name}`);
    return only;
  }
  return resources[await chooseFromMenu(context, { ...menu, items: resources.map(({ name }) => name) })]!;
}

/**
 * For programs, who are asked nothing: the resource of the line; the only one there is, when the keyword stands there alone.
 * Undefined without the keyword.
 * @throws CommandError when there are several.
 */
export function onlyOrOnLine<K extends Kind>(
  context: Pick<CommandContext, 'conf' | 'line'>,
  kind: K,
  keyword: string,
): NamedResources[K] | undefined {
  const named = resourceOnLine(context, kind, keyword);
  if (named || !context.line.has(keyword)) return named;
  const resources = LIST_OF[kind](context.conf());
  if (resources.length === 1) return resources[0];
  throw new CommandError(`which ${kind} is not said`, `Write ${keyword}=NAME.`);
}

/** By keyword, else by menu. */
export async function resourceOnLineOrChosen<K extends Kind>(
  context: CommandContext,
  kind: K,
  ...keywords: readonly string[]
): Promise<NamedResources[K]> {
  return resourceOnLine(context, kind, ...keywords) ?? (await chooseResource(context, kind));
}

/** As resourceOnLineOrChosen, with the menu of pools in its own order. */
export async function poolOnLineOrChosen(context: CommandContext): Promise<PoolResource> {
  return (
    resourceOnLine(context, 'Pool', 'pool') ??
    (await chooseResource(context, 'Pool', poolsByName(context.conf())))
  );
}

/** Pools in the order their menu has always had. */
export function poolsByName(conf: DirectorConf): PoolResource[] {
  return [...conf.pools].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function whatThereIs(kind: Kind, wanted: string, resources: readonly { readonly name: string }[]): string {
  const names = resources.map(({ name }) => name);
  const near = nearest(wanted, names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  if (names.length === 0) return `There is no ${kind} this console may use.`;
  return names.length <= 8
    ? `There is: ${names.join(', ')}.`
    : `"show ${kind.toLowerCase()}s" lists what there is.`;
}
