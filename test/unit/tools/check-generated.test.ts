import { appendFileSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { checkGenerated } from '../../../tools/check-generated.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const CODE = 'proto/sample/v1/sample.ts';

/** A repository with one .proto file and the code generated from it. */
function sampleRepository(): Disposable & { readonly path: string } {
  const directory = temporaryDirectory();
  mkdirSync(join(directory.path, 'proto/sample/v1'), { recursive: true });
  mkdirSync(join(directory.path, 'tools'));
  writeFileSync(
    join(directory.path, 'proto/sample/v1/sample.proto'),
    'syntax = "proto3";\npackage sample.v1;\nmessage Sample {\n  uint32 count = 1;\n}\n',
  );
  for (const file of ['buf.yaml', 'buf.gen.yaml'])
    copyFileSync(join(REPOSITORY, file), join(directory.path, file));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(directory.path, 'node_modules'));
  execFileSync(join(REPOSITORY, 'node_modules/.bin/buf'), ['generate'], { cwd: directory.path });
  return directory;
}

describe('the check of generated files', () => {
  it('is content with what is generated now, and leaves it alone', async () => {
    using repository = sampleRepository();
    expect(await checkGenerated(repository.path)).toEqual([]);
    expect(await checkGenerated(repository.path)).toEqual([]);
  });

  it('names each file that is edited, missing or left over, and the cure', async () => {
    using repository = sampleRepository();
    appendFileSync(join(repository.path, CODE), '// by hand\n');
    writeFileSync(join(repository.path, 'proto/sample/v1/gone.ts'), '');
    expect(await checkGenerated(repository.path)).toEqual([
      'proto/sample/v1/gone.ts comes from no .proto file; run `npm run generate` and commit the result',
      'proto/sample/v1/sample.ts is stale; run `npm run generate` and commit the result',
    ]);
    rmSync(join(repository.path, CODE));
    expect((await checkGenerated(repository.path))[1]).toContain('sample.ts is missing');
  });

  it('fails when buf cannot read a .proto file', async () => {
    using repository = sampleRepository();
    appendFileSync(join(repository.path, 'proto/sample/v1/sample.proto'), 'mesage X {}\n');
    await expect(checkGenerated(repository.path)).rejects.toThrow('sample.proto');
  });

  it('lets the generator of the conf pages check its own', async () => {
    using repository = sampleRepository();
    const generator = join(repository.path, 'tools/generate-conf-docs.ts');
    writeFileSync(generator, "if (process.argv[2] !== '--check') throw new Error('no check');\n");
    expect(await checkGenerated(repository.path)).toEqual([]);
    writeFileSync(
      generator,
      "process.stderr.write('docs/conf/pool.md is stale\\n');\nprocess.exitCode = 1;\n",
    );
    expect(await checkGenerated(repository.path)).toEqual(['docs/conf/pool.md is stale']);
  });
});
