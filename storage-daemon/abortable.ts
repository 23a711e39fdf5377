/**
 * Waits for `work`, but not beyond the abort of `signal`. The work itself goes on, or not, as it may; what it comes to
 * after the abort is dropped.
 * @throws the reason of the signal
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // Nobody else may be waiting for it: how it ends after the abort must not be an unhandled rejection.
  work.catch(() => undefined);
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The elements of `source`, until `signal` aborts. @throws the reason of the signal */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const result = await abortable(iterator.next(), signal);
    if (result.done === true) return;
    yield result.value;
  }
}
