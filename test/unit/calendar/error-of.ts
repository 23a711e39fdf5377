/** What `body` throws, which must be of this kind. */
export function errorOf<E extends Error>(body: () => unknown, kind: new (...args: never[]) => E): E {
  try {
    body();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`Nothing was thrown, expected ${kind.name}`);
}
