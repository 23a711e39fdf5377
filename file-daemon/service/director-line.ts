import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { ClientDirectorResource } from '../../configuration/file-daemon-conf.ts';
import { describeError, type Log } from '../../daemon/log.ts';
import { callIn, type Target } from '../../transport/call-in.ts';
import { describeTarget } from '../../transport/peer-errors.ts';
import type { Listener } from '../../transport/server.ts';

const FIRST_PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 120_000;
/** A connection that ends sooner, and unused, counts as a failure: two clients may share one name. */
const STEADY_MS = 60_000;
/** The same trouble is told again after this. */
const TELL_AGAIN_MS = 3_600_000;
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface DirectorLineOptions {
  /** Of the FileDaemon resource: as this client the Director has to know us. */
  readonly clientName: string;
  /** With `Connect To Director = yes` and an Address. */
  readonly director: ClientDirectorResource;
  readonly serve: Listener['serve'];
  readonly log: Log;
  /** Between 0 and 1: spreads the tries of many clients. */
  readonly random?: () => number;
}

/**
 * Keeps one unused connection to a Director that cannot reach this client. The Director calls on it as if it had opened it;
 * with the first call the connection belongs to a job, and the next one is opened. Connections in use live on when the
 * line is disposed of.
 *
 *     connect --proven--> SPARE --first call--> connect            any failure --pause, growing--> connect
 *                           |--Reconnection Time--> connect (the Director ends the older one)
 *                           |--lost--> pause --> connect
 */
export class DirectorLine implements Disposable {
  readonly #options: DirectorLineOptions;
  readonly #target: Target;
  readonly #ended = new AbortController();
  #pauseMs = FIRST_PAUSE_MS;
  #told: { readonly text: string; readonly atMs: number } | undefined;

  constructor(options: DirectorLineOptions) {
    const { director, clientName } = options;
    this.#options = options;
    this.#target = {
      host: director.address ?? '',
      port: director.dirPort,
      self: { role: 'client', name: clientName },
      peerKind: 'Director',
      peerName: director.name,
      secret: { password: director.password },
    };
    void this.#keep();
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }

  async #keep(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        const socket = await callIn(this.#target, signal);
        if (await this.#spare(socket)) {
          this.#pauseMs = FIRST_PAUSE_MS;
          continue;
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#tell(`${describeError(error)}`, 'warn');
      }
      await this.#pause();
    }
  }

  /** Resolves when the next connection is wanted: true = at once, false = after a pause, because this one was lost. */
  async #spare(socket: TLSSocket): Promise<boolean> {
    const { director, serve } = this.#options;
    const { promise: called, resolve: onCall } = Promise.withResolvers<'called'>();
    const over = new AbortController();
    const { signal } = over;
    const openedAtMs = performance.now();
    const endSpare = (): void => void socket.destroy();
    this.#ended.signal.addEventListener('abort', endSpare, { signal });
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<'closed'>();
    socket.once('close', () => onClosed('closed'));
    const renewMs = Math.min(director.reconnectionTime * 1000, TIMER_MS_MAX);
    const renewed = delay(renewMs, 'renewed' as const, { signal, ref: false });
    renewed.catch(() => {}); // given up below
    try {
      serve(socket, { role: 'director', name: director.name }, () => onCall('called'));
      this.#tell(`Connected to ${describeTarget(this.#target)}, which may call on it`, 'info');
      const end = await Promise.race([called, closed, renewed]);
      if (end !== 'closed') return true;
      if (performance.now() - openedAtMs >= STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
      if (!this.#ended.signal.aborted)
        this.#tell(`${describeTarget(this.#target)} ended the connection`, 'warn');
      return false;
    } finally {
      over.abort();
    }
  }

  async #pause(): Promise<void> {
    const { random = Math.random } = this.#options;
    const pauseMs = this.#pauseMs * (0.75 + random() / 2);
    this.#pauseMs = Math.min(PAUSE_MS_MAX, this.#pauseMs * 2);
    await delay(pauseMs, undefined, { signal: this.#ended.signal }).catch(() => {});
  }

  /** Each change once: neither every spare nor every try fills the log. */
  #tell(text: string, how: 'info' | 'warn'): void {
    const atMs = performance.now();
    if (this.#told?.text === text && (how === 'info' || atMs - this.#told.atMs < TELL_AGAIN_MS)) return;
    this.#told = { text, atMs };
    this.#options.log[how](text);
  }
}

/** The lines to the Directors of a conf that say so. */
export function openDirectorLines(
  directors: readonly ClientDirectorResource[],
  options: Omit<DirectorLineOptions, 'director'>,
): Disposable {
  const lines = new DisposableStack();
  for (const director of directors) {
    if (director.connectToDirector) lines.use(new DirectorLine({ ...options, director }));
  }
  return lines;
}
