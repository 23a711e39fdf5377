import type { Catalog } from '../../catalog/catalog.ts';
import type { CopyCursor } from '../../catalog/inputs.ts';
import type {
  CopyEnd,
  CopyPart,
  CopySource,
  ReadRange,
} from '../../proto/noctule/storage/v1/storage_daemon.ts';
import { JobFailed } from '../director-errors.ts';
import { failAfterOthers } from './peer-failure.ts';
import type { ReadSession } from './read-session.ts';
import type { PartReading } from './restore-reader.ts';
import type { RestoreSource } from './restore-storage.ts';
import { together } from './together.ts';

/** Entries of the plan that are fetched from the catalog at once. */
const PAGE_ENTRIES = 1_000;

/** The blocks lie on volumes of the storage daemon that makes the new stream. */
const ITS_OWN: CopySource = {
  address: '',
  port: 0,
  ticketId: '',
  ticketSecret: Buffer.alloc(0),
  storageName: '',
};

/** Where a copy reads that reads from several storages. */
export interface CopySources {
  sourceOf(volumeName: string): RestoreSource;
  /** A session that reads there; undefined: the one that makes the new stream reads these volumes itself. */
  open(source: RestoreSource, signal: AbortSignal): Promise<PartReading | undefined>;
}

export interface CopyFeedOptions {
  readonly catalog: Pick<Catalog, 'copyPage'>;
  readonly planId: number;
  /** The session that makes the new stream. */
  readonly from: ReadSession;
  /** Absent: that session reads all itself. */
  readonly sources?: CopySources;
  readonly onWaiting: (what: string) => void;
  readonly onOtherFailure: (error: unknown) => Promise<void>;
  /** How that session is heard: it knows better why a session that it fetches from was broken off. */
  readonly maker: Promise<void>;
}

/** A part of the new stream of which all blocks come from one source; absent: there are none. */
interface Step {
  readonly part: CopyPart;
  readonly source?: RestoreSource | undefined;
}

/**
 * Says what comes next in the new stream, page by page of the plan, to the session that makes it and, where that does not read
 * itself, to the session of another storage daemon from which it fetches.
 *
 * A part goes to the one that makes the stream before its blocks are asked for, and the sessions that read follow each other: none
 * waits for ever.
 */
export class CopyFeed {
  readonly #options: CopyFeedOptions;
  readonly #named: CopyEnd;
  readonly #steps: AsyncGenerator<Step, undefined>;
  /** Of what was named. */
  streamBytes = 0;

  /** @param named is filled as it goes. */
  constructor(options: CopyFeedOptions, named: CopyEnd) {
    this.#options = options;
    this.#named = named;
    this.#steps = this.#plan();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { from } = this.#options;
    try {
      let step = await this.#next();
      while (step) step = await this.#goOn(step, signal);
      const { files, contentBytes } = this.#named;
      await from.copied({ files, contentBytes });
      from.end();
    } catch (error) {
      // A call that was broken off by its other side: that side says why.
      await failAfterOthers(error as Error, signal);
    }
  }

  /** Resolves with the first step of another source. */
  async #goOn(first: Step, ended: AbortSignal): Promise<Step | undefined> {
    const { from, sources, onOtherFailure } = this.#options;
    const { source } = first;
    if (!sources || !source) return this.#feed(first, undefined, ended);
    using reading = await sources.open(source, ended);
    await from.copyFrom(reading ? copySource(reading) : ITS_OWN);
    if (!reading) return this.#feed(first, undefined, ended);
    let next: Step | undefined;
    await together(
      ended,
      (signal) => [
        this.#hear(reading, signal),
        this.#feed(first, reading.session, signal).then((step) => void (next = step)),
      ],
      onOtherFailure,
    );
    return next;
  }

  async #feed(first: Step, session: ReadSession | undefined, signal: AbortSignal): Promise<Step | undefined> {
    let step: Step | undefined = first;
    try {
      while (step && (step === first || !step.source || step.source === first.source)) {
        signal.throwIfAborted();
        await this.#options.from.copy(step.part);
        await session?.send(step.part.ranges);
        step = await this.#next();
      }
      session?.end();
    } catch (error) {
      await failAfterOthers(error as Error, signal);
    }
    return step;
  }

  async #hear(reading: PartReading, signal: AbortSignal): Promise<void> {
    const { onWaiting, maker } = this.#options;
    const { session, source } = reading;
    const { status, reason } = await session.run(
      { say: (type, text, at) => reading.say(type, text, at), onWaiting },
      signal,
    );
    if (status === 'T') return;
    const { name } = source.storage;
    const failure = new JobFailed(
      `The storage daemon of Storage "${name}" could not send everything: ${reason}`,
    );
    await failAfterOthers(failure, signal, maker);
  }

  async #next(): Promise<Step | undefined> {
    const { value } = await this.#steps.next();
    return value;
  }

  async *#plan(): AsyncGenerator<Step, undefined> {
    const { catalog, planId } = this.#options;
    let after: CopyCursor | undefined;
    do {
      const page = await catalog.copyPage({ planId, limit: PAGE_ENTRIES, ...(after && { after }) });
      const records = page.records.map((content) => Buffer.from(content));
      for (const { streamBytes } of page.stretches) this.streamBytes += streamBytes;
      this.#named.files += page.files;
      this.#named.contentBytes += page.contentBytes;
      const [{ ranges, source }, ...others] = this.#bySource(page.ranges);
      yield { part: { stretches: page.stretches, ranges, records }, source };
      for (const other of others) {
        yield { part: { stretches: [], ranges: other.ranges, records: [] }, source: other.source };
      }
      after = page.next;
    } while (after);
  }

  /** Ranges as they follow each other, at least one group. */
  #bySource(ranges: readonly ReadRange[]): [RangeGroup, ...RangeGroup[]] {
    const { sources } = this.#options;
    const groups: [RangeGroup, ...RangeGroup[]] = [{ ranges: [] }];
    for (const range of ranges) {
      const source = sources?.sourceOf(range.volumeName);
      const last = groups.at(-1)!;
      last.source ??= source;
      if (last.source === source) last.ranges.push(range);
      else groups.push({ source, ranges: [range] });
    }
    return groups;
  }
}

interface RangeGroup {
  source?: RestoreSource | undefined;
  readonly ranges: ReadRange[];
}

function copySource({ ticket }: PartReading): CopySource {
  const { address, port, ticketId, secret, storageName } = ticket;
  return { address, port, ticketId, ticketSecret: Buffer.from(secret), storageName };
}
