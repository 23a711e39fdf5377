import { randomBytes } from 'node:crypto';
import type { MeasureNetworkResponse, StorageTicket } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { openStore } from '../../transport/bulk.ts';
import { connectToStorage } from '../../transport/to-storage.ts';

/** As large as the members of a backup. */
const PIECE_BYTES = 1024 * 1024;
/** The fastest of these counts. */
const ROUND_TRIPS = 5;

/** Sends `bytes` the way that a backup takes, to a storage daemon that throws them away. */
export async function measureNetwork(
  ticket: StorageTicket,
  bytes: number,
  { connectTimeoutMs, signal }: { readonly connectTimeoutMs: number; readonly signal: AbortSignal },
): Promise<MeasureNetworkResponse> {
  using connection = connectToStorage(ticket);
  await connection.ready(connectTimeoutMs, signal);
  // Random: a line that compresses what it carries would look faster than it is for a backup.
  const piece = randomBytes(PIECE_BYTES);
  const timeOf = async (size: number): Promise<bigint> => {
    const startedNs = process.hrtime.bigint();
    const call = openStore(connection, signal);
    for (let left = size; left > 0; left -= PIECE_BYTES) await call.write(piece.subarray(0, left));
    await call.finish();
    return process.hrtime.bigint() - startedNs;
  };
  let roundTripNs = await timeOf(0);
  for (let round = 1; round < ROUND_TRIPS; round++) {
    const again = await timeOf(0);
    if (again < roundTripNs) roundTripNs = again;
  }
  return { roundTripNs, transferNs: await timeOf(bytes) };
}
