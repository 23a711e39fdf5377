import { spawn } from 'node:child_process';

/** Runs a program to its end with all that it printed. @throws Error when it cannot be started */
export async function runProgram(
  command: string,
  args: readonly string[],
  input = '',
): Promise<{ output: string; exitCode: number }> {
  const child = spawn(command, args, { stdio: 'pipe' });
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => void parts.push(part));
  }
  child.stdin.on('error', () => undefined); // a program may end before it has read all
  child.stdin.end(input);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve(code ?? 1));
  });
  return { output: Buffer.concat(parts).toString(), exitCode };
}
