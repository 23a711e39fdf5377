import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,integration}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Most of the time goes by waiting for daemons: on two cores, too, two files at a time.
    maxWorkers: 2,
    // As bin/launch has it, and for its reason.
    execArgv: ['--wasm-wrapper-tiering-budget=2000000000'],
  },
});
