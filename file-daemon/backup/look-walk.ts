import type { PriorState } from '../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FileSet } from '../../proto/noctule/filedaemon/v1/fileset.ts';
import { memoryOf, readClientLists } from '../fileset/client-lists.ts';
import { JobControl } from '../worker/job-control.ts';
import { JobWorker, workerModule } from '../worker/job-worker.ts';
import { PriorFeed } from './prior-feed.ts';
import type { WalkEvent, WalkTask } from './walk-events.ts';

export interface LookWalk extends Pick<WalkTask, 'mode' | 'sinceNs' | 'ioClass'> {
  /** Names the worker in errors. */
  readonly job: string;
  readonly fileSet: FileSet;
  /** What the Director sends of the state to compare with; absent: the walk compares with none. */
  readonly prior: AsyncIterable<PriorState> | undefined;
}

/** What a walk that saves nothing tells. */
export type LookEvent = Extract<
  WalkEvent,
  { kind: 'notice' | 'progress' | 'listing' | 'found' | 'end' | 'verified' }
>;

/**
 * The walk of a backup in a worker that saves nothing: of an estimate, or of a verify of what is on disk.
 * @param take Deals with an event; what it resolves with, when that is not undefined, is the result of the walk.
 * @throws whatever fails first; the reason of the signal when that aborts
 */
export async function lookWalk<R>(
  walk: LookWalk,
  take: (event: LookEvent) => Promise<R | undefined>,
  signal: AbortSignal,
): Promise<R> {
  const { mode, sinceNs, ioClass, job, fileSet } = walk;
  const lists = await readClientLists(fileSet, signal);
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const control = JobControl.create(0);
  using prior = walk.prior && new PriorFeed(control, ended);
  const task: WalkTask = {
    ...{ lists, mode, sinceNs, ioClass },
    fileSet: FileSet.encode(fileSet).finish(),
    memory: control.shared,
    priorPort: prior?.workerPort,
    resume: undefined,
    programPort: undefined,
  };
  await using worker = new JobWorker<WalkEvent>({
    module: workerModule('walk-worker', import.meta.url),
    job,
    data: task,
    transfer: [...(prior ? [prior.workerPort] : []), ...memoryOf(lists)],
    cancel: () => control.cancel(),
    signal: ended,
  });
  if (walk.prior) prior?.send(walk.prior).catch((error: unknown) => failed.abort(error));
  for await (const event of worker.events()) {
    switch (event.kind) {
      case 'priorTaken':
        prior?.taken();
        break;
      case 'notice':
      case 'listing':
      case 'found':
        await take(event);
        control.eventDone();
        break;
      case 'progress':
      case 'end':
      case 'verified': {
        const result = await take(event);
        if (result !== undefined) return result;
        break;
      }
      default:
        throw new Error(`A walk that saves nothing does not tell of "${event.kind}"`);
    }
  }
  throw new Error('The events of a worker end with its result');
}
