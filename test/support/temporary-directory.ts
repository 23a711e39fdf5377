import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new directory that goes when the holder does. */
export function temporaryDirectory(parent = tmpdir()): Disposable & { readonly path: string } {
  const path = realpathSync(mkdtempSync(join(parent, 'noctule-test-')));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
