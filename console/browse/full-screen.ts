import { emitKeypressEvents } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { BrowseAnswer, BrowseRequest, BrowseStart } from '../../proto/noctule/director/v1/director.ts';
import { Screen } from './screen.ts';
import { TreeBrowser, type Key } from './tree-browser.ts';

/** A tree that is being shown. Disposing of it gives the terminal back; doing so twice is fine. */
export interface ShownTree extends Disposable {
  receive(answer: BrowseAnswer): void;
}

export interface FullScreenOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** Who else reads the terminal: is not to, while the tree is shown. */
  readonly lines: { suspend(): void; resume(): void };
}

/** Shows a tree on the whole terminal until the admin leaves it. */
export function showTree(
  { input, output, lines }: FullScreenOptions,
  start: BrowseStart,
  { send, onFault }: { send: (request: BrowseRequest) => void; onFault: (error: unknown) => void },
): ShownTree {
  lines.suspend();
  emitKeypressEvents(input);
  input.setRawMode(true);
  const screen = new Screen(output);
  const press = (_text: string | undefined, key: Key) => browser.press(key);
  const resize = () => browser.resize();
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    input.off('keypress', press);
    output.off('resize', resize);
    input.setRawMode(false);
    screen[Symbol.dispose]();
    lines.resume();
  };
  const browser = new TreeBrowser({ start, send, screen, onLeave: close, onFault });
  input.on('keypress', press);
  output.on('resize', resize);
  input.resume();
  return { receive: (answer) => browser.receive(answer), [Symbol.dispose]: close };
}
