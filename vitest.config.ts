import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,integration}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // As bin/launch has it, and for its reason.
    execArgv: ['--wasm-wrapper-tiering-budget=2000000000'],
  },
});
