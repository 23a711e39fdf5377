/**
 * Runs tasks that live and die together: `start` starts them, and the first that fails aborts the signal that it was
 * given for them. Resolves when all have ended.
 * @throws the reason of `signal` when that aborted; else what the first failure threw. Other failures that are not
 * its consequence go to `onOther`.
 */
export async function together(
  signal: AbortSignal,
  start: (shared: AbortSignal) => readonly Promise<void>[],
  onOther: (error: unknown) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const shared = AbortSignal.any([signal, failure.signal]);
  const failures: unknown[] = [];
  const guarded = start(shared).map(async (task) => {
    try {
      await task;
    } catch (error) {
      if (!isConsequence(error, shared)) failures.push(error);
      failure.abort(error);
    }
  });
  await Promise.all(guarded);
  signal.throwIfAborted();
  if (failures.length === 0) return;
  const [first, ...others] = failures;
  for (const other of others) await onOther(other);
  throw first;
}

function isConsequence(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}
