import type { ClientResource, DirectorConf } from '../configuration/director-conf.ts';
import { listenAddresses } from '../configuration/values/addresses.ts';
import type { Log } from '../daemon/log.ts';
import { messageOf } from '../errors/operator-error.ts';
import {
  DirectorServiceService,
  type ConsoleRequest,
  type ConsoleResponse,
} from '../proto/noctule/director/v1/director.ts';
import { requireRole, type Peer, type Secret } from '../transport/peer.ts';
import { listen, type Listener } from '../transport/server.ts';
import { serveBidi } from '../transport/streams.ts';
import { serveConsole } from './console/session.ts';
import type { DialIns } from './daemons/dial-ins.ts';
import type { DaemonMessages } from './messages/daemon-messages.ts';
import { Rights } from './rights/rights.ts';
import { TooManyConsoles } from './director-errors.ts';
import type { DirectorServices } from './services.ts';

/** The name under which a console logs in that has no Console resource: it knows the Director's own password. */
const DEFAULT_CONSOLE = '*UserAgent*';

export interface ConsoleListenerOptions {
  readonly directorName: string;
  /** The conf in force; its addresses count only now. */
  readonly conf: () => DirectorConf;
  /** Consoles that come before the Director is ready wait for this. */
  readonly services: Promise<DirectorServices>;
  readonly messages: DaemonMessages;
  readonly dialIns: DialIns;
  readonly log: Log;
}

/** Listens for consoles, and for clients that connect by themselves. */
export function listenForConsoles(options: ConsoleListenerOptions): Promise<Listener> {
  const { conf, messages, dialIns, log, directorName } = options;
  let consoles = 0;
  /** @throws TooManyConsoles */
  const admitConsole = (): Disposable => {
    if (consoles >= conf().director.maximumConsoleConnections)
      throw new TooManyConsoles(directorName, consoles);
    consoles += 1;
    return { [Symbol.dispose]: () => void (consoles -= 1) };
  };
  return listen({
    serverName: directorName,
    addresses: addressesOf(conf()),
    findSecret: (peer) => secretOf(conf(), peer),
    takeOver(socket, { role, name }) {
      if (role === 'client') dialIns.accept(socket, name);
      return role === 'client';
    },
    register: (server) =>
      server.addService(DirectorServiceService, {
        console: serveBidi<ConsoleRequest, ConsoleResponse>(async (requests, writer, context) => {
          requireRole(context.peer, 'console');
          using _admitted = admitConsole();
          const rights = rightsOf(context.peer, conf);
          await serveConsole(await options.services, requests, writer, context, { rights });
        }),
      }),
    onRefused: (sentence) => void messages.add('Security', sentence),
    onDebug: (sentence) => log.debug(10, sentence),
    onFault: (error, method) =>
      void messages.add('Error', `Internal error in ${method}: ${messageOf(error)}`),
  });
}

/** Where the Director listens. */
export function addressesOf({ director }: DirectorConf): { host: string; port: number }[] {
  return listenAddresses({
    block: director.dirAddresses,
    single: director.dirAddress,
    port: director.dirPort,
  });
}

/** The client of this name, when it may connect by itself. */
export function callingClient({ clients }: DirectorConf, name: string): ClientResource | undefined {
  return clients.find((client) => client.name === name && client.allowFdConnections);
}

function secretOf(conf: DirectorConf, peer: Peer): Secret | undefined {
  const { director, consoles } = conf;
  if (peer.role === 'client') {
    const client = callingClient(conf, peer.name);
    return client && { password: client.password };
  }
  if (peer.role !== 'console') return undefined;
  if (peer.name === DEFAULT_CONSOLE) return { password: director.password };
  const named = consoles.find(({ name }) => name === peer.name);
  return named && { password: named.password };
}

/** Undefined: it may do everything. */
function rightsOf({ name }: Peer, conf: () => DirectorConf): Rights | undefined {
  if (name === DEFAULT_CONSOLE) return undefined;
  return new Rights(name, () => conf().consoles.find((console) => console.name === name));
}
