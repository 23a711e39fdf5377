import type { ReadStream, WriteStream } from 'node:tty';
import type { BrowseAnswer, BrowseRequest, BrowseStart } from '../../proto/noctule/director/v1/director.ts';
import { takeKeys, type SuspendableLines } from '../terminal-keys.ts';
import { Screen } from './screen.ts';
import { TreeBrowser } from './tree-browser.ts';

/** A tree that is being shown. Disposing of it gives the terminal back; doing so twice is fine. */
export interface ShownTree extends Disposable {
  receive(answer: BrowseAnswer): void;
}

export interface FullScreenOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** Who else reads the terminal: not while the tree is shown. */
  readonly lines: SuspendableLines;
}

/** Shows a tree on the whole terminal until the admin leaves it. */
export function showTree(
  { input, output, lines }: FullScreenOptions,
  start: BrowseStart,
  { send, onFault }: { send: (request: BrowseRequest) => void; onFault: (error: unknown) => void },
): ShownTree {
  const screen = new Screen(output);
  const keys = takeKeys(input, lines, (key) => browser.press(key));
  const resize = () => browser.resize();
  const close = () => {
    output.off('resize', resize);
    screen[Symbol.dispose]();
    keys[Symbol.dispose]();
  };
  const browser = new TreeBrowser({ start, send, screen, onLeave: close, onFault });
  output.on('resize', resize);
  return { receive: (answer) => browser.receive(answer), [Symbol.dispose]: close };
}
