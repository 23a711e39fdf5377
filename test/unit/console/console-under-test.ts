import { Writable } from 'node:stream';
import { ConsoleSession, type ConsoleSessionOptions } from '../../../console/console-session.ts';
import { GivenLines, type LineSource } from '../../../console/line-source.ts';
import { Output } from '../../../console/output.ts';
import { serveConsole } from '../../../director/console/session.ts';
import type { DirectorServices } from '../../../director/services.ts';
import {
  DirectorServiceClient,
  DirectorServiceService,
  type ConsoleRequest,
  type ConsoleResponse,
} from '../../../proto/noctule/director/v1/director.ts';
import { connect } from '../../../transport/channel.ts';
import { listen } from '../../../transport/server.ts';
import { receiveAll, serveBidi, StreamWriter } from '../../../transport/streams.ts';

export const PASSWORD = 'console password';

/** A Director's console port on this machine. */
export async function serveDirector(
  director: DirectorServices,
): Promise<AsyncDisposable & { readonly port: number; close(): Promise<void> }> {
  const listener = await listen({
    serverName: director.name,
    addresses: [{ host: '127.0.0.1', port: 0 }],
    findSecret: (peer) => (peer.role === 'console' ? { password: PASSWORD } : undefined),
    onRefused: () => undefined,
    register(server) {
      server.addService(DirectorServiceService, {
        console: serveBidi<ConsoleRequest, ConsoleResponse>((messages, writer, context) =>
          serveConsole(director, messages, writer, context),
        ),
      });
    },
  });
  const close = () => listener.close(0);
  return { port: listener.addresses[0]!.port, close, [Symbol.asyncDispose]: close };
}

/** What would stand on the screen. */
export class Screen extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs the console's side of a session over a real connection; resolves with the screen and the last success. */
export async function runConsole(
  director: DirectorServices,
  source: LineSource | readonly string[],
  options: Partial<ConsoleSessionOptions> & {
    onSession?: (session: ConsoleSession) => void;
    onServer?: (server: { close(): Promise<void> }) => void;
  } = {},
): Promise<{ screen: string; succeeded: boolean }> {
  await using server = await serveDirector(director);
  options.onServer?.(server);
  using connection = connect(DirectorServiceClient, {
    host: '127.0.0.1',
    port: server.port,
    self: { role: 'console', name: 'admin' },
    peerKind: 'Director',
    peerName: director.name,
    secret: { password: PASSWORD },
  });
  const screen = new Screen();
  const call = connection.client.console();
  const session = new ConsoleSession({
    writer: new StreamWriter(call),
    responses: receiveAll(call, new AbortController().signal),
    output: new Output(screen),
    interactive: false,
    columns: 80,
    rows: 0,
    quiet: false,
    timeoutSeconds: undefined,
    ...options,
  });
  options.onSession?.(session);
  const lines = 'next' in source ? source : new GivenLines(source);
  const succeeded = await session.run(lines);
  return { screen: screen.text, succeeded };
}
