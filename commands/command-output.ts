import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** Once a command has ended, the end of its output is waited for until nothing has come for so long. */
const QUIET_MS = 2_000;
const LOOK_AGAIN_MS = 50;
const LINE_BYTES_MAX = 65_536;

/** Called for each line that a command prints, as bytes, cut to 64 KiB; the next one waits for it. */
export type LineSink = (line: Buffer) => void | Promise<void>;

/**
 * What a command prints, handed on line by line. Memory is a window: a command that prints faster than its lines are
 * taken is held up by its pipe, and a line without an end is cut.
 */
export class CommandOutput {
  /** Resolves when the command, and all that inherited its output, has closed it. Rejects with what the sink throws. */
  readonly handedOn: Promise<unknown>;
  #sinksAtWork = 0;
  #lastHeardMs = performance.now();

  constructor(sources: readonly { readonly stream: Readable; readonly sink: LineSink }[]) {
    this.handedOn = Promise.all(sources.map(({ stream, sink }) => this.#handOn(stream, sink)));
  }

  /** Resolves when nothing is on its way any more: a process left behind may keep the pipe open for ever. */
  async quiet(): Promise<void> {
    const endedMs = performance.now();
    const isQuiet = () => performance.now() - Math.max(endedMs, this.#lastHeardMs) > QUIET_MS;
    while (this.#sinksAtWork > 0 || !isQuiet()) await delay(LOOK_AGAIN_MS, undefined, { ref: false });
  }

  async #handOn(stream: Readable, sink: LineSink): Promise<void> {
    stream.on('error', () => {}); // the reader below hears of it, unless it has left
    let rest = '';
    // latin1 keeps each byte as one character: output is bytes, such as file names.
    for await (const chunk of stream.setEncoding('latin1') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(0, LINE_BYTES_MAX);
      for (const line of lines) await this.#give(line, sink);
    }
    if (rest) await this.#give(rest, sink);
  }

  async #give(line: string, sink: LineSink): Promise<void> {
    this.#sinksAtWork += 1;
    try {
      await sink(Buffer.from(line.slice(0, LINE_BYTES_MAX), 'latin1'));
    } finally {
      this.#sinksAtWork -= 1;
      this.#lastHeardMs = performance.now();
    }
  }
}
