import { defineConfig } from 'vitest/config';

/** The suites that take minutes each: one file after the other, so that their figures are not of each other's making. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // As bin/launch has it, and for its reason.
    execArgv: ['--wasm-wrapper-tiering-budget=2000000000'],
    fileParallelism: false,
    passWithNoTests: true,
  },
});
