import { execFileSync } from 'node:child_process';

/** Runs ip(8) of iproute2. Most of what it does needs root. */
export const ip = (...args: readonly string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });

let made = 0;

/** A network of its own, in which programs can be run; at first without a line to anywhere. */
export class NetworkNamespace implements Disposable {
  readonly name: string;

  /** @throws Error where none can be made: it needs root and iproute2 */
  constructor() {
    made += 1;
    this.name = `noctule${process.pid}n${made}`;
    ip('netns', 'add', this.name);
    ip('-n', this.name, 'link', 'set', 'lo', 'up');
  }

  /** Names of two interfaces at the ends of a line to this network, and their addresses, which differ for each network. */
  get ends(): Readonly<Record<'here' | 'there', { readonly device: string; readonly address: string }>> {
    const number = this.#number();
    const end = (letter: string, host: number) => ({
      device: `nt${(process.pid * 10 + number) % 1_000_000}${letter}`,
      address: `10.213.${process.pid % 250}.${((number * 4) % 252) + host}`,
    });
    return { here: end('a', 1), there: end('b', 2) };
  }

  /** Brings both ends of the line up, when their devices are there and that of the other end is in this network. */
  connect(): void {
    const { here, there } = this.ends;
    ip('addr', 'add', `${here.address}/30`, 'dev', here.device);
    ip('link', 'set', here.device, 'up');
    ip('-n', this.name, 'addr', 'add', `${there.address}/30`, 'dev', there.device);
    ip('-n', this.name, 'link', 'set', there.device, 'up');
  }

  /** A program and its arguments as they are run in this network. */
  command(program: string, args: readonly string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.name, program, ...args]];
  }

  /** What runs in it goes on; its devices go, and with them the other ends of their lines. */
  [Symbol.dispose](): void {
    ip('netns', 'del', this.name);
  }

  #number(): number {
    return Number(this.name.split('n').at(-1));
  }
}
