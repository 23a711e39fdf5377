import { loadConsoleConf } from '../../configuration/console-conf.ts';
import {
  DirectorServiceClient,
  type ConsoleRequest,
  type ConsoleResponse,
} from '../../proto/noctule/director/v1/director.ts';
import type { Site } from '../../tools/site.ts';
import { connect, type Connection } from '../../transport/channel.ts';
import { receiveAll, StreamWriter } from '../../transport/streams.ts';

const CONNECT_TIMEOUT_MS = 15_000;

/** A console session in this process, so that the start of a program is not measured with it. */
export class Session implements AsyncDisposable {
  readonly #connection: Connection<DirectorServiceClient>;
  readonly #writer: StreamWriter<ConsoleRequest>;
  readonly #responses: AsyncIterator<ConsoleResponse>;

  private constructor(connection: Connection<DirectorServiceClient>) {
    this.#connection = connection;
    const call = connection.client.console();
    this.#writer = new StreamWriter(call);
    this.#responses = receiveAll(call, new AbortController().signal)[Symbol.asyncIterator]();
  }

  /** Resolves when the Director asks for the first command. */
  static async open(site: Site): Promise<Session> {
    const director = loadConsoleConf(site.confFiles.nconsole).conf!.directors[0]!;
    const connection = connect(DirectorServiceClient, {
      ...{ host: director.address, port: director.dirPort, peerKind: 'Director', peerName: director.name },
      ...{ self: { role: 'console', name: '*UserAgent*' }, secret: { password: director.password } },
    });
    await connection.ready(CONNECT_TIMEOUT_MS);
    const session = new Session(connection);
    const hello = { interactive: false, columns: 80, rows: 0, version: '', canBrowse: false };
    await session.#writer.write({ input: { $case: 'hello', value: hello } });
    await session.#toPrompt();
    return session;
  }

  /** What the Director prints until it asks for the next command. */
  async ask(line: string): Promise<string> {
    await this.#writer.write({ input: { $case: 'line', value: line } });
    return await this.#toPrompt();
  }

  async #toPrompt(): Promise<string> {
    let text = '';
    for (;;) {
      const next = await this.#responses.next();
      if (next.done === true) throw new Error('the Director has ended the session');
      const { value } = next;
      if (value.output?.$case === 'text') text += value.output.value;
      if (value.output?.$case === 'prompt' && value.output.value.command) return text;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.write({ input: { $case: 'line', value: 'quit' } });
    this.#connection[Symbol.dispose]();
  }
}
