import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { setIoClass, type IoClass } from '../../../native/priority.ts';

/** As ionice(1) of util-linux names them. */
const IONICE: readonly [IoClass, string][] = [
  ['idle', 'idle'],
  ['best-effort', 'best-effort: prio 7'],
];

describe('the I/O class', () => {
  it.runIf(spawnSync('ionice', ['--version']).error === undefined).each(IONICE)(
    '%s is that of the thread afterwards',
    (ioClass, text) => {
      setIoClass(ioClass);
      // What a thread starts inherits its class.
      expect(spawnSync('ionice', [], { encoding: 'utf8' }).stdout.trim()).toBe(text);
    },
  );
});
