import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type * as library from '../../../native/library.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { saveAndRestore } from './support/save-and-restore.ts';
import { makeSparse } from './support/sparse-file.ts';

vi.mock('../../../native/library.ts', async (importActual) => ({
  ...(await importActual<typeof library>()),
  nativeProblem: () => 'The native library koffi cannot be used',
  bindOnce: () => () => undefined,
}));

describe('without the native library', () => {
  it('all but what needs it is saved and restored; each job says once what that is', async () => {
    using root = temporaryDirectory();
    using where = temporaryDirectory();
    const source = join(root.path, 's');
    mkdirSync(source);
    writeFileSync(join(source, 'file'), 'content');
    makeSparse(join(source, 'holes'), 2_000_000, [1_000_000]);
    symlinkSync('file', join(source, 'link'));
    execFileSync('mkfifo', [join(source, 'pipe')]);
    const { saving, restoring, errors } = await saveAndRestore(source, where.path);
    const limits = restoring.filter((text) => text.includes('koffi cannot be used'));
    expect({ saving, limits }).toEqual({
      saving: [expect.stringContaining('holes are not kept')],
      limits: [expect.stringContaining('holes are not kept')],
    });
    expect(restoring.filter((text) => text.startsWith('error'))).toEqual([
      `error: Could not restore "${source}/pipe": FIFOs and device nodes need the native library koffi`,
    ]);
    expect(errors).toBe(1);
    for (const name of ['file', 'holes']) {
      const [saved, restored] = [join(source, name), join(where.path, source, name)];
      expect(readFileSync(restored).equals(readFileSync(saved)), name).toBe(true);
      expect(statSync(restored).mode).toBe(statSync(saved).mode);
    }
    expect(readFileSync(join(where.path, source, 'link'), 'utf8')).toBe('content');
  });
});
