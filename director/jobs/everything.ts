import type { SelectionRule } from '../../catalog/inputs.ts';

/** Takes all that the jobs of a restore plan hold. */
export const EVERYTHING: readonly SelectionRule[] = [
  { path: Buffer.from('/'), recursive: true, marked: true },
];
