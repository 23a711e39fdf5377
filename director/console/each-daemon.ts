import type { ClientResource, StorageResource } from '../../configuration/director-conf.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import { sentencesOf } from './command-error.ts';
import type { CommandContext } from './command.ts';

/** Does something at all other daemons, also when one of them cannot be reached. Resolves with those at which it failed. */
export async function eachOf(
  context: CommandContext,
  act: {
    readonly storage: (storage: StorageResource) => Promise<void>;
    readonly client: (client: ClientResource) => Promise<void>;
  },
): Promise<string[]> {
  const { clients, storages } = context.conf();
  const failed: string[] = [];
  const daemons = [
    ...storages.map((storage) => [`Storage ${storage.name}`, () => act.storage(storage)] as const),
    ...clients.map((client) => [`Client ${client.name}`, () => act.client(client)] as const),
  ];
  for (const [name, action] of daemons) {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      await context.say(`${sentencesOf(error)}\n`);
      failed.push(name);
    }
  }
  return failed;
}
