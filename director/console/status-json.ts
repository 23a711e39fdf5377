import { OperatorError } from '../../errors/operator-error.ts';
import type { ClientResource, StorageResource } from '../../configuration/director-conf.ts';
import type { CommandContext } from './command.ts';
import { clientRecords, directorRecords, storageRecords, type StatusSections } from './status-records.ts';

/** A daemon's status as one JSON value: its kind, its name, and its sections. */
export async function printDirectorJson(context: CommandContext): Promise<void> {
  await print(context, await directorJson(context));
}

export async function printClientJson(context: CommandContext, client: ClientResource): Promise<void> {
  await print(context, toJson('Client', client.name, await clientRecords(context, client)));
}

export async function printStorageJson(context: CommandContext, storage: StorageResource): Promise<void> {
  await print(context, toJson('Storage', storage.name, await storageRecords(context, storage)));
}

/** All daemons in one array; of one that cannot be reached there is an `error` in place of its sections. */
export async function printAllJson(context: CommandContext): Promise<void> {
  const { clients, storages } = context.conf();
  const all: object[] = [await directorJson(context)];
  for (const storage of storages)
    all.push(await orError('Storage', storage.name, () => storageRecords(context, storage)));
  for (const client of clients)
    all.push(await orError('Client', client.name, () => clientRecords(context, client)));
  await print(context, all);
}

async function directorJson(context: CommandContext): Promise<object> {
  return toJson('Director', context.services.name, await directorRecords(context));
}

async function orError(kind: string, name: string, records: () => Promise<StatusSections>): Promise<object> {
  try {
    return toJson(kind, name, await records());
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const { code, message, hint } = error;
    return { kind, name, error: { code, message, hint } };
  }
}

function toJson(kind: string, name: string, { header, ...sections }: StatusSections): object {
  return { kind, name, ...header[0], ...sections };
}

async function print({ say }: CommandContext, value: object): Promise<void> {
  await say(JSON.stringify(value));
}
