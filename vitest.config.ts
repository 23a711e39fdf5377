import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// As bin/launch has it: for the threads and processes that tests start themselves, which run the sources as they are.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/noctule', import.meta.url));

export default defineConfig({
  test: {
    include: ['test/{unit,integration}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A console session alone may take as long as vitest would wait by itself.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    // Most of the time goes by waiting for daemons: on two cores, too, two files at a time.
    maxWorkers: 2,
    // As bin/launch has it, and for its reason.
    execArgv: ['--wasm-wrapper-tiering-budget=2000000000'],
  },
});
