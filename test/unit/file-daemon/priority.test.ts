import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
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
    (ioClass, ionice) => {
      setIoClass(ioClass);
      // What a thread starts inherits its class.
      expect(spawnSync('ionice', [], { encoding: 'utf8' }).stdout.trim()).toBe(ionice);
    },
  );
});

const PROGRAM = `
  const { setNiceness } = await import(${JSON.stringify(import.meta.resolve('../../../native/priority.ts'))});
  const { getPriority } = await import('node:os');
  setNiceness(7);
  const session = (await import('node:fs')).readFileSync('/proc/self/autogroup', 'utf8');
  console.log(getPriority(), / nice 7$/m.test(session));
`;

describe.runIf(existsSync('/proc/self/autogroup'))('the niceness', () => {
  it.each([
    ['of a daemon, which leads its session, counts against other sessions', true],
    ['of a process in the session of others is left to them', false],
  ])('%s', async (_, detached) => {
    const before = readFileSync('/proc/self/autogroup', 'utf8');
    const { stdout } = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], { detached });
    expect(await text(stdout)).toBe(`7 ${String(detached)}\n`);
    expect(readFileSync('/proc/self/autogroup', 'utf8')).toBe(before);
  });
});
