import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isRunning } from '../../../tools/running-process.ts';

test('runs until it has ended, even when its parent never asks for it', async () => {
  const parent = spawn('sh', ['-c', 'sh -c "read line" <&3 3<&- & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  try {
    const [text] = (await once(parent.stdout!, 'data')) as [Buffer];
    const child = Number(text.toString());
    expect(isRunning(child)).toBe(true);

    parent.stdio[3]!.destroy();
    await expect.poll(() => isRunning(child)).toBe(false);
    expect(process.kill(child, 0), 'its id is still taken').toBe(true);
    expect(isRunning(parent.pid!)).toBe(true);
  } finally {
    parent.kill('SIGKILL');
  }
  await once(parent, 'close');
  expect(isRunning(parent.pid!)).toBe(false);
});
