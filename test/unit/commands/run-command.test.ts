import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runCommand, type CommandRequest } from '../../../commands/run-command.ts';

function request(words: string[], changes: Partial<CommandRequest> = {}): CommandRequest {
  return { words, signal: new AbortController().signal, timeoutMs: 30_000, ...changes };
}

function shell(script: string, changes: Partial<CommandRequest> = {}): CommandRequest {
  return request(['sh', '-c', script], changes);
}

/** Whether a process of this id is there, other than one that has ended and was not collected. */
async function isAlive(pid: number): Promise<boolean> {
  const lines: string[] = [];
  await runCommand(
    request(['ps', '-o', 'stat=', '-p', String(pid)], { onLine: (line) => void lines.push(String(line)) }),
  );
  return lines.some((line) => !line.startsWith('Z'));
}

describe('runCommand', () => {
  test('gives the exit status and the lines of output and errors, as bytes', async () => {
    const lines: string[] = [];
    const status = await runCommand(
      shell(String.raw`printf 'one\n\377two'; exit 3`, {
        onLine: (line) => void lines.push(line.toString('latin1')),
      }),
    );
    expect(status).toBe(3);
    expect(lines).toEqual(['one', '\u00fftwo']);
  });

  test('hands the input over', async () => {
    const lines: string[] = [];
    await runCommand(request(['cat'], { input: 'hello\n', onLine: (line) => void lines.push(String(line)) }));
    expect(lines).toEqual(['hello']);
  });

  test('says so when there is no such program', async () => {
    await expect(runCommand(request(['/no/such/program']))).rejects.toThrow('there is no such program');
  });

  test.each([
    ['KILL', 137],
    ['SEGV', 139],
  ])('the status of a program that SIG%s ends is %i', async (signal, status) => {
    expect(await runCommand(shell(`kill -${signal} $$`))).toBe(status);
  });

  test('ends a program that takes too long', async () => {
    await expect(runCommand(request(['sleep', '60'], { timeoutMs: 50 }))).rejects.toThrow(
      'ended after 0.05 seconds',
    );
  });

  test('a time longer than a timer can be set to is no time-out at once', async () => {
    expect(await runCommand(shell('exit 4', { timeoutMs: 100 * 86_400_000 }))).toBe(4);
  });

  test('ends the program and what it started when it is not wanted any more', async () => {
    const stop = new AbortController();
    const pids: number[] = [];
    const run = runCommand(
      shell('sleep 60 & echo $!; echo $$; wait', {
        signal: stop.signal,
        onLine: (line) => {
          pids.push(Number(String(line)));
          if (pids.length === 2) stop.abort(new Error('cancelled'));
        },
      }),
    );
    await expect(run).rejects.toThrow('cancelled');
    expect(await Promise.all(pids.map(isAlive))).toEqual([false, false]);
  });

  test('kills a process that takes no notice, though its parent has ended', async () => {
    const stop = new AbortController();
    let pid = 0;
    const run = runCommand(
      shell(`sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done'; wait`, {
        signal: stop.signal,
        onLine: (line) => {
          pid = Number(String(line));
          stop.abort(new Error('cancelled'));
        },
      }),
    );
    await expect(run).rejects.toThrow('cancelled');
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('leaves alone what a program leaves behind when it ends by itself', async () => {
    let pid = 0;
    await runCommand(
      shell('sleep 60 >/dev/null 2>&1 & echo $!', { onLine: (line) => void (pid = Number(String(line))) }),
    );
    expect(await isAlive(pid)).toBe(true);
    process.kill(pid);
  });

  test('does not wait for ever for the output of what a program leaves behind', async () => {
    let pid = 0;
    const status = await runCommand(
      shell('sleep 60 & echo $!; exit 5', { onLine: (line) => void (pid = Number(String(line))) }),
    );
    expect(status).toBe(5);
    process.kill(pid);
  });

  test('loses no line when they are taken slowly', async () => {
    let lines = 0;
    await runCommand(
      request(['seq', '30000'], {
        onLine: async () => {
          lines += 1;
          if (lines === 20_000) await delay(2_500); // longer than the quiet that ends the waiting for output
        },
      }),
    );
    expect(lines).toBe(30_000);
  });

  test('an endless line is cut, and what follows it is whole', async () => {
    const lines: Buffer[] = [];
    await runCommand(
      shell(`head -c 5000000 /dev/zero | tr '\\0' x; echo; echo end`, {
        onLine: (line) => void lines.push(line),
      }),
    );
    expect(lines.map((line) => line.length)).toEqual([65_536, 3]);
  });

  test('a program that prints without end is held up by who takes its lines, and ended when that fails', async () => {
    const before = process.memoryUsage().rss;
    let lines = 0;
    const run = runCommand(
      request(['yes', 'x'.repeat(1000)], {
        onLine: async () => {
          await delay(0);
          if (++lines === 500) throw new Error('nobody listens');
        },
      }),
    );
    await expect(run).rejects.toThrow('nobody listens');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });
});
