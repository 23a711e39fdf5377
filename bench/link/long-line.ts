import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ip, NetworkNamespace } from '../../tools/network-namespace.ts';
import type { PacketLineOptions } from './packet-line.ts';

/**
 * A network of its own at the other end of a long line, which is a process: what `tc netem` would do, which not every kernel has.
 * The kernel's own TCP runs at both ends, with its own windows.
 */
export class LongLine implements AsyncDisposable {
  readonly #network: NetworkNamespace;
  readonly #line: ChildProcess;

  private constructor(network: NetworkNamespace, line: ChildProcess) {
    [this.#network, this.#line] = [network, line];
  }

  /** @throws Error where no network can be made: it needs root, iproute2 and /dev/net/tun */
  static async open({ delayMs, bytesPerSecond }: PacketLineOptions): Promise<LongLine> {
    using undo = new DisposableStack();
    const network = undo.use(new NetworkNamespace());
    const { here, there } = network.ends;
    const program = join(import.meta.dirname, 'line-process.ts');
    const rate = bytesPerSecond === Infinity ? [] : ['--rate', String(bytesPerSecond)];
    const line = spawn(
      process.execPath,
      [program, '--delay', String(delayMs), ...rate, here.device, there.device],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    undo.defer(() => line.kill('SIGKILL'));
    const ended = once(line, 'exit').then(() => {
      throw new Error('the line has ended');
    });
    ended.catch(() => undefined); // looked at while it starts
    await Promise.race([once(line.stdout, 'data'), ended]);
    ip('link', 'set', there.device, 'netns', network.name);
    network.connect();
    undo.move();
    return new LongLine(network, line);
  }

  /** Addresses of this machine and of the other network, as each reaches the other. */
  get addresses(): Readonly<Record<'here' | 'there', string>> {
    const { here, there } = this.#network.ends;
    return { here: here.address, there: there.address };
  }

  /** Runs a program at the other end to its end; gives what it printed. */
  async run(program: string, args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(...this.#network.command(program, args));
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#line, 'exit');
    this.#line.kill('SIGKILL'); // it may be reading
    await ended;
    this.#network[Symbol.dispose]();
  }
}
