import { parseSize } from '../../configuration/values/size.ts';
import { humanBytes } from '../../text/numbers.ts';
import { resourceOnLineOrChosen } from './choose-resource.ts';
import { CommandError } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { wantsJson } from './listing.ts';

const DEFAULT_BYTES = 50 * 1024 * 1024;
const BYTES_MAX = 2 ** 30;

/** `status network`: how fast a client sends to a storage daemon, the way that its backups take. */
export async function statusNetwork(context: CommandContext): Promise<void> {
  const bytes = bytesOf(context);
  const client = await resourceOnLineOrChosen(context, 'Client', 'client');
  const storage = await resourceOnLineOrChosen(context, 'Storage', 'storage');
  const json = wantsJson(context);
  if (!json)
    await context.say(`Client ${client.name} sends ${humanBytes(bytes)} to Storage ${storage.name} ...`);
  const { seconds, roundTripSeconds } = await context.services.peers.measureNetwork({
    client,
    storage,
    bytes,
  });
  if (json) {
    const value = { Client: client.name, Storage: storage.name, Bytes: bytes, Seconds: seconds };
    return context.say(JSON.stringify({ ...value, RoundTripSeconds: roundTripSeconds }));
  }
  await context.print(
    `  Bandwidth:  ${humanBytes(bytes / seconds)}/s (${seconds.toFixed(3)} s)\n` +
      `  Round trip: ${(roundTripSeconds * 1000).toFixed(2)} ms\n====\n`,
  );
}

function bytesOf({ line }: CommandContext): number {
  const text = line.value('bytes');
  const bytes = text === undefined ? DEFAULT_BYTES : parseSize(text);
  if (bytes !== undefined && bytes >= 1 && bytes <= BYTES_MAX) return bytes;
  throw new CommandError(
    `"bytes=${text ?? ''}" is no size that can be sent`,
    'Write bytes=50MB, at most 1GB.',
  );
}
