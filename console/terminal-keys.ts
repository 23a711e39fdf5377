import { emitKeypressEvents } from 'node:readline';
import type { ReadStream } from 'node:tty';

/** A key as `node:readline` tells it. */
export interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  /** What the terminal sent. */
  readonly sequence?: string | undefined;
}

/** Who reads lines of the terminal, and leaves it to somebody else for a while. */
export interface SuspendableLines {
  suspend(): void;
  resume(): void;
}

/** Takes the keys of a terminal from who reads lines, and gives them back when disposed; twice is fine. */
export function takeKeys(input: ReadStream, lines: SuspendableLines, press: (key: Key) => void): Disposable {
  lines.suspend();
  emitKeypressEvents(input);
  input.setRawMode(true);
  const onKey = (_text: string | undefined, key: Key) => press(key);
  input.on('keypress', onKey);
  input.resume();
  let taken = true;
  return {
    [Symbol.dispose]() {
      if (!taken) return;
      taken = false;
      input.off('keypress', onKey);
      input.setRawMode(false);
      lines.resume();
    },
  };
}
