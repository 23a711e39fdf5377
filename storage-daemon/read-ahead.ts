/** The elements of `source`, of which up to `count` are made ready while the consumer is busy. */
export async function* readAhead<T>(source: AsyncGenerator<T>, count: number): AsyncGenerator<T> {
  const coming: Promise<IteratorResult<T>>[] = [];
  try {
    for (;;) {
      while (coming.length < count) {
        const next = source.next();
        next.catch(() => {}); // thrown where it is waited for
        coming.push(next);
      }
      const result = await coming.shift();
      if (result === undefined || result.done === true) return;
      yield result.value;
    }
  } finally {
    await source.return(undefined);
  }
}
