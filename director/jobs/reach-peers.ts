import type { ClientResource, StorageResource } from '../../configuration/director-conf.ts';
import type { HelloResponse as ClientHello } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import type { HelloResponse as StorageHello } from '../../proto/noctule/storage/v1/storage_daemon.ts';
import type { ClientLink, StorageLink } from '../daemons/daemon-ports.ts';
import { reach, retryText } from '../../transport/reach.ts';
import type { ActiveJob } from './active-job.ts';
import type { JobEnvironment } from './job-environment.ts';

/** A link that is up, and who is at its other end. */
export interface Reached<L, H> {
  readonly link: L;
  readonly hello: H;
}

export type ReachedStorage = Reached<StorageLink, StorageHello>;

/** Connects a job to its storage daemon; waits for it as long as SD Connect Timeout says. */
export async function reachStorage(
  job: ActiveJob,
  env: JobEnvironment,
  resource: StorageResource,
  signal = job.signal,
): Promise<ReachedStorage> {
  const link = await job.during({ status: 'S', text: `is waiting on Storage "${resource.name}"` }, () =>
    reach(() => env.daemons.storage(resource), {
      timeoutSeconds: env.conf().director.sdConnectTimeout,
      signal,
      onRetry: (error) => sayRetrying(job, error, `Storage daemon on ${resource.address}:${resource.sdPort}`),
    }),
  );
  return greet(link, () => link.hello(signal));
}

/** Connects a job to its client; waits for it as long as FD Connect Timeout says. */
export async function reachClient(
  job: ActiveJob,
  env: JobEnvironment,
  resource: ClientResource,
): Promise<Reached<ClientLink, ClientHello>> {
  const link = await job.during({ status: 'F', text: `is waiting on Client ${resource.name}` }, () =>
    reach(() => env.daemons.client(resource), {
      timeoutSeconds: env.conf().director.fdConnectTimeout,
      signal: job.signal,
      onRetry: (error) =>
        sayRetrying(job, error, `Client: ${resource.name} on ${resource.address}:${resource.fdPort}`),
    }).catch((error: unknown) => failToReach(job, resource, error)),
  );
  return greet(link, () => link.hello(job.signal));
}

async function failToReach(
  job: ActiveJob,
  { name, address, allowFdConnections }: ClientResource,
  error: unknown,
): Promise<never> {
  if (address !== undefined && allowFdConnections && !job.signal.aborted) {
    await job.messages.add('Info', `Client "${name}" has not connected by itself either.`);
  }
  throw error;
}

async function greet<L extends Disposable, H>(link: L, hello: () => Promise<H>): Promise<Reached<L, H>> {
  try {
    return { link, hello: await hello() };
  } catch (error) {
    link[Symbol.dispose]();
    throw error;
  }
}

function sayRetrying(job: ActiveJob, error: Error, where: string): Promise<void> {
  return job.messages.add('Warning', retryText(error, where));
}
